using Orchestrator.Plans;

namespace Orchestrator.Messages;

/// <summary>Input of a <c>TaskWorkflow</c>.</summary>
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

    /// <summary>Position of staging when the task was started, as the run knows it; empty: unknown.</summary>
    public string StagingTip { get; init; } = "";

    /// <summary>The facts about the task from earlier executions of its workflow; null: it is the first. Activities are not given
    /// it.</summary>
    public TaskProgress? Known { get; init; }

    /// <summary>A person's guidance for the retry.</summary>
    public string Guidance { get; init; } = "";

    /// <summary>No agent of the task is started after this, unless a person resumes it then; null: there is no such limit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Until { get; init; }

    /// <summary>Do not reuse an earlier result.</summary>
    public bool Fresh { get; init; }
    public bool Paused { get; init; }

    /// <summary>The run resumes tasks that are parked for their account or machine; without it the task retries by itself.</summary>
    public bool RunWakes { get; init; }

    /// <inheritdoc cref="EndPlanningInput.Replan"/>
    public int Replan { get; init; }

    /// <summary>The round that a <c>ReviewWorkflow</c> carries out; null for tasks.</summary>
    public ReviewRound? Review { get; init; }

    /// <summary>Conversation that its first agent goes on with; empty: it begins one.</summary>
    public string Session
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Files that were granted to the task beyond the plan.</summary>
    public IReadOnlyList<string> Lent { get; init; } = [];

    /// <summary>For a planner: hash of what it was asked, see <see cref="PlanningBegun.PlanningHash"/>.</summary>
    public string PlanningHash { get; init; } = "";
}

/// <summary>Asks for a worktree and a prompt.</summary>
public sealed record PrepareTaskInput
{
    public required TaskInput Task { get; init; }
    public required int Attempt { get; init; }

    /// <summary>Earlier base of the task's changes; empty before.</summary>
    public string BaseCommit { get; init; } = "";

    /// <summary>The task's last verified commit; empty before. Its branch is reset to it before staging is merged into the
    /// worktree.</summary>
    public string Commit { get; init; } = "";

    /// <summary>Merge the present staging branch into the worktree, conflicts included: after a merge was refused.</summary>
    public bool WithStaging { get; init; }

    /// <summary>Reuse an earlier result with the same content key, where there is one.</summary>
    public bool MayReuse { get; init; }
}

/// <summary>A prepared worktree.</summary>
public sealed record PreparedTask
{
    /// <summary>Path of the worktree, relative to the repository.</summary>
    public required string Worktree { get; init; }

    /// <summary>Base of the task's changes.</summary>
    public required string BaseCommit { get; init; }

    /// <summary>Commit that an earlier result gave on this base; empty when an agent is needed.</summary>
    public string ReusedCommit { get; init; } = "";

    /// <summary>Key under which the result is kept.</summary>
    public string ContentKey { get; init; } = "";

    /// <summary>Why the task can't be prepared now; empty when it is ready.</summary>
    public string Problem { get; init; } = "";

    /// <summary>Class of <see cref="Problem"/>.</summary>
    public FailureClass FailureClass { get; init; }
}

/// <summary>Asks for a task's work to be checked, committed and run through its gates.</summary>
public sealed record VerifyTaskInput
{
    public required TaskInput Task { get; init; }
    public required PreparedTask Prepared { get; init; }
    public required int Attempt { get; init; }

    /// <summary>The agent run that did the work; 0 for a reused result.</summary>
    public required int Start { get; init; }
    public bool ClaimedDone { get; init; }

    /// <inheritdoc cref="AgentRunResult.EndedWith"/>
    public string EndedWith { get; init; } = "";

    /// <inheritdoc cref="AgentRunResult.SaidHash"/>
    public string SaidHash { get; init; } = "";

    /// <inheritdoc cref="TaskProgress.Called"/>
    public IReadOnlyList<string> Called { get; init; } = [];
}

/// <summary>Result of verification.</summary>
public sealed record VerifyResult
{
    /// <summary>The commit that was checked; empty when nothing could be committed.</summary>
    public string Commit { get; init; } = "";

    /// <summary>Problems, each a sentence; empty when the task may be merged.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>The problems with their evidence, for the agent and for people; relative to the repository.</summary>
    public string ProblemsFile { get; init; } = "";

    /// <summary><see cref="FailureClass.Environment"/> when the machine is to blame, not the work.</summary>
    public FailureClass FailureClass { get; init; }

    /// <summary>The verdict of the gates; null when they were not run, because the work was refused before.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GateSummary? Gates { get; init; }

    /// <summary>The numbers that were measured; null where nothing was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TaskMeasurement>? Measurements { get; init; }

    /// <summary>The proof that its new and changed tests fail without its change; null: it has none, or they were not run there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RedProof? Red { get; init; }

    /// <summary>Why a person must approve before it is merged: it changed what its gates check. Empty when no approval is needed.</summary>
    public string NeedsPerson { get; init; } = "";

    /// <summary>Files, and folders with a slash, that do not land although the agent added them: generated files and secrets; null where
    /// there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? HeldBack { get; init; }

    /// <summary>Notes that prevent nothing: restored files, agent ended without reporting completion.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>Asks for a task's worktree to be given up.</summary>
public sealed record ReleaseTaskInput(string RunId, RepositoryReference Repository, string PlanHash, string TaskId)
{
    /// <summary>The commit that stays on the task's branch, which is the result; empty: the result is on staging, or there is
    /// none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string Result
    {
        get;
        init => field = value ?? "";
    } = "";
}
