using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Orchestrator.Messages;

/// <summary>What starts a <c>TaskWorkflow</c>.</summary>
public sealed record TaskInput
{
    [Identifier]
    public required string RunId { get; init; }
    public required RepositoryReference Repository { get; init; }
    public required string PlanHash { get; init; }
    public required TaskOutline Task { get; init; }
    public required RunRules Rules { get; init; }

    /// <summary>Branch of the run's verified work.</summary>
    public required string Staging { get; init; }

    /// <summary>Commit that staging was at when the task was started, as the run knows it; empty: it does not say.</summary>
    public string StagingTip { get; init; } = "";

    /// <summary>First attempt of this workflow: 1, or after a retry the one that follows the last.</summary>
    public int FirstAttempt { get; init; } = 1;

    /// <summary>Number of the first agent start of this workflow.</summary>
    public int FirstStart { get; init; } = 1;

    /// <summary>What a person added for the retry.</summary>
    public string Guidance { get; init; } = "";

    /// <summary>Do not take up an earlier result.</summary>
    public bool Fresh { get; init; }
    public bool Paused { get; init; }

    /// <summary>The run wakes what is parked for its account or machine; without it the task tries again by itself.</summary>
    public bool RunWakes { get; init; }

    /// <inheritdoc cref="AskPlannerInput.Replan"/>
    public int Replan { get; init; }

    /// <summary>The round that a <c>ReviewWorkflow</c> carries out; null for tasks.</summary>
    public ReviewRound? Review { get; init; }

    /// <summary>Files that the plan does not give to the task, and that it was lent.</summary>
    public IReadOnlyList<string> Lent { get; init; } = [];
}

/// <summary>What a task tells its run: sent by signal at each change, and returned at the end.</summary>
public sealed record TaskReport
{
    /// <summary>
    /// The <see cref="Sequence"/> of a report that an execution could not give itself, because it was ended from outside.
    /// </summary>
    public const int LastWord = 10_000_000;

    public required string TaskId { get; init; }

    /// <summary>Run id of the task's workflow execution, so that a late report of an earlier execution is known as such.</summary>
    public required string ExecutionId { get; init; }

    /// <summary>Plan that it works by; empty for a planner.</summary>
    public string PlanHash { get; init; } = "";

    /// <summary>Grows by one with each report of that execution; <see cref="LastWord"/> where somebody else tells of its end.</summary>
    public required int Sequence { get; init; }

    [AllowedValues(
        TaskStates.Pending,
        TaskStates.Queued,
        TaskStates.Preparing,
        TaskStates.Executing,
        TaskStates.Verifying,
        TaskStates.Merging,
        TaskStates.Merged,
        TaskStates.Planned,
        TaskStates.Reviewed,
        TaskStates.Blocked,
        TaskStates.AwaitingApproval,
        TaskStates.Remediating,
        TaskStates.Parked,
        TaskStates.Failed,
        TaskStates.Skipped,
        TaskStates.Cancelled,
        TaskStates.Escalated
    )]
    public required string State { get; init; }
    public bool Paused { get; init; }
    public string Reason { get; init; } = "";

    [Range(0, 100_000)]
    public int Attempt { get; init; }

    /// <summary>Number of the last agent start.</summary>
    public int LastStart { get; init; }

    /// <summary>Agent processes started by this execution.</summary>
    [Range(0, 100_000)]
    public int Starts { get; init; }
    public decimal Cost { get; init; }
    public long Tokens { get; init; }
    public string Commit { get; init; } = "";
    public string MergeCommit { get; init; } = "";
    public bool Reused { get; init; }
    public string Evidence { get; init; } = "";
    public string? Gates { get; init; }

    /// <summary>What was measured at <see cref="Commit"/>; null where nothing was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TaskMeasurement>? Measurements { get; init; }

    /// <summary>
    /// Why it is parked: <see cref="FailureClasses.Account"/>, <see cref="FailureClasses.Environment"/>, <see cref="FailureClasses.Gate"/>
    /// or <see cref="FailureClasses.UsageLimit"/>.
    /// </summary>
    public string FailureClass { get; init; } = FailureClasses.None;

    /// <summary>
    /// What a person is asked for, one of <see cref="ApprovalKinds"/>; empty: that its work is merged, where a person is asked.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Asks { get; init; }

    /// <summary>It waits for parts of it, which are to become tasks of the run.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool AwaitsParts { get; init; }

    /// <inheritdoc cref="TaskInput.Lent"/>
    public IReadOnlyList<string> Lent { get; init; } = [];

    /// <summary>What it wants to be merged are packages that were installed for it, and not its work.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Installs { get; init; }

    /// <summary>When a usage limit ends.</summary>
    public DateTimeOffset? ResetAt { get; init; }

    /// <summary>How its agent failed, without what differs from task to task; empty where others can't fail alike.</summary>
    public string Signature { get; init; } = "";

    /// <summary>What was noticed while its agents worked, the oldest first; none is ever taken away.</summary>
    public IReadOnlyList<TaskNotice> Notices { get; init; } = [];
}

/// <summary>
/// Something worth knowing that changes nothing for the task: what an agent, or a person beside it, did to what all tasks share.
/// </summary>
/// <param name="Text">A sentence for people.</param>
/// <param name="IsForPerson">A person has to know, for example of a hook that was put aside.</param>
public sealed record TaskNotice(string Text, bool IsForPerson = false);

/// <summary>Asks for a worktree and a prompt.</summary>
public sealed record PrepareTaskInput
{
    public required TaskInput Task { get; init; }
    public required int Attempt { get; init; }

    /// <summary>What the task's changes were counted from last; empty before.</summary>
    public string BaseCommit { get; init; } = "";

    /// <summary>
    /// The task's last commit that was verified; empty before. Its branch is put back to it before staging is brought into the worktree.
    /// </summary>
    public string Commit { get; init; } = "";

    /// <summary>Bring the present staging branch into the worktree, conflicts included: after a merge was refused.</summary>
    public bool WithStaging { get; init; }

    /// <summary>Take up an earlier result with the same content key, where there is one.</summary>
    public bool MayReuse { get; init; }
}

/// <summary>A worktree that is ready.</summary>
public sealed record PreparedTask
{
    /// <summary>Path of the worktree, relative to the repository.</summary>
    public required string Worktree { get; init; }

    /// <summary>What the task's changes are counted from.</summary>
    public required string BaseCommit { get; init; }

    /// <summary>Commit that an earlier result gave on this base; empty when an agent is needed.</summary>
    public string ReusedCommit { get; init; } = "";

    /// <summary>Key under which the result is kept.</summary>
    public string ContentKey { get; init; } = "";

    /// <summary>Why the task can't be prepared now; empty when it is ready.</summary>
    public string Problem { get; init; } = "";

    /// <summary>Class of <see cref="Problem"/>.</summary>
    public string FailureClass { get; init; } = FailureClasses.None;
}

/// <summary>Asks for one agent start to be begun, or taken up where it is.</summary>
public sealed record RunAgentInput
{
    public required TaskInput Task { get; init; }
    public required PreparedTask Prepared { get; init; }
    public required int Attempt { get; init; }

    /// <summary>Number of the start: names its folder. The same number never starts a second process.</summary>
    public required int Start { get; init; }

    /// <summary>Conversation to go on with; empty: a new one.</summary>
    public string Session { get; init; } = "";

    /// <summary>Why it is asked again: a file with the problems, relative to the repository; empty in the first attempt.</summary>
    public string ProblemsFile { get; init; } = "";

    /// <summary>How often work of its agent was refused before this attempt; conflicts with others' work do not count.</summary>
    public int Failures { get; init; }

    /// <summary>Words of a person for this start.</summary>
    public string Guidance { get; init; } = "";

    /// <summary>What became of what the agent could not go on without; empty: it has asked for nothing.</summary>
    public string Answer { get; init; } = "";

    /// <summary>It is not to be begun: what an earlier call left at work is stopped, or its outcome taken where it has ended.</summary>
    public bool Stop { get; init; }

    /// <summary>It was held, and nothing is begun by this call: it ends when the hold does (<see cref="FailureClasses.Held"/>).</summary>
    public bool AwaitRelease { get; init; }
}

/// <summary>How one agent start ended.</summary>
public sealed record AgentRunResult
{
    /// <summary>One of <see cref="FailureClasses"/>.</summary>
    public required string FailureClass { get; init; }

    /// <summary>The agent's claim, or what went wrong.</summary>
    public string Message { get; init; } = "";
    public bool ClaimedDone { get; init; }

    /// <summary>
    /// Its program ended with an error of its own, but there is work, which is judged all the same: the error, in a sentence. Else empty.
    /// </summary>
    public string EndedWith { get; init; } = "";

    /// <summary>It was stopped before its process was begun, so it counts as no start.</summary>
    public bool NeverBegun { get; init; }
    public string Session { get; init; } = "";
    public decimal Cost { get; init; }
    public long Tokens { get; init; }
    public int Turns { get; init; }

    /// <summary>When a usage limit ends; null where unknown.</summary>
    public DateTimeOffset? ResetAt { get; init; }

    /// <summary>
    /// How it failed, without what differs from task to task; empty where it did not, or where the task itself may be the reason.
    /// </summary>
    public string Signature { get; init; } = "";

    /// <summary>Folder of the start, relative to the repository.</summary>
    public string Folder { get; init; } = "";

    /// <summary>What changed meanwhile in what all tasks and the user share.</summary>
    public IReadOnlyList<TaskNotice> Notices { get; init; } = [];
}

/// <summary>Asks for a task's work to be checked, committed and put to its gates.</summary>
public sealed record VerifyTaskInput
{
    public required TaskInput Task { get; init; }
    public required PreparedTask Prepared { get; init; }
    public required int Attempt { get; init; }

    /// <summary>The start that did the work; 0 for a result that was taken up.</summary>
    public required int Start { get; init; }
    public bool ClaimedDone { get; init; }

    /// <inheritdoc cref="AgentRunResult.EndedWith"/>
    public string EndedWith { get; init; } = "";
}

/// <summary>What verification found.</summary>
public sealed record VerifyResult
{
    /// <summary>The commit that was checked; empty when nothing could be committed.</summary>
    public string Commit { get; init; } = "";

    /// <summary>What is wrong, each a sentence; empty when the task may be merged.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>The problems with their evidence, for the agent and for people; relative to the repository.</summary>
    public string ProblemsFile { get; init; } = "";

    /// <summary><see cref="FailureClasses.Environment"/> when the machine is to blame, not the work.</summary>
    public string FailureClass { get; init; } = FailureClasses.None;

    /// <summary>Gates that passed and all, such as <c>2/2</c>; empty when there is none.</summary>
    public string Gates { get; init; } = "";

    /// <summary>What was measured; null where nothing was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TaskMeasurement>? Measurements { get; init; }

    /// <summary>Why a person must look before it is merged: it changed what its gates mean. Empty when nobody must.</summary>
    public string NeedsPerson { get; init; } = "";

    /// <summary>Worth knowing, stops nothing: files put back, agent ended without saying done.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>A verified task that asks to be merged.</summary>
public sealed record MergeRequest([property: Identifier] string TaskId, string Commit, int Attempt)
{
    /// <summary>Tasks that it depends on.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <inheritdoc cref="TaskInput.Lent"/>
    public IReadOnlyList<string> Lent { get; init; } = [];

    /// <inheritdoc cref="TaskReport.Installs"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Installs { get; init; }
}

/// <summary>Asks for one verified task to be merged to staging.</summary>
public sealed record MergeTaskInput(string RunId, RepositoryReference Repository, string PlanHash, string Staging, MergeRequest Request)
{
    /// <summary>
    /// Commit that staging has to be at: the last merge that the run was told of, or where the run began. Empty: it does not say.
    /// </summary>
    public string StagingTip { get; init; } = "";

    /// <summary>How often a gate that may fail by chance is run before its failure is believed.</summary>
    public int Tries { get; init; } = 2;
}

/// <summary>How a merge went.</summary>
public sealed record MergeResult
{
    public bool Merged { get; init; }

    /// <summary>Commit on staging.</summary>
    public string Commit { get; init; } = "";

    /// <summary>Why not: conflicts, or a gate that fails on the merged tree.</summary>
    public string Message { get; init; } = "";

    /// <summary>It can't be merged with what is on staging: somebody has to make both hold.</summary>
    public bool Conflict { get; init; }
    public string ProblemsFile { get; init; } = "";
    public string FailureClass { get; init; } = FailureClasses.None;

    /// <summary>The attempt whose work was judged.</summary>
    public int Attempt { get; init; }

    /// <summary>Gates that failed and then held on the same tree.</summary>
    public IReadOnlyList<string> Flaky { get; init; } = [];
}

/// <summary>Asks for a task's worktree to be given up.</summary>
public sealed record ReleaseTaskInput(string RunId, RepositoryReference Repository, string PlanHash, string TaskId);
