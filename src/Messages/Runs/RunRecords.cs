using Orchestrator.Plans;

namespace Orchestrator.Messages;

/// <summary>Reference to a repository for workflows: its path and its task queue.</summary>
/// <param name="Path">Absolute path of the main work tree on its host.</param>
/// <param name="Key">12 hex digits of the SHA-256 of the common git directory's real path.</param>
/// <param name="Queue">Task queue of the repository's activities.</param>
public sealed record RepositoryReference(string Path, string Key, [property: Identifier] string Queue)
{
    /// <summary>Absolute path of the linked worktree in which the run was started, or null for the main work tree.</summary>
    public string? LinkedWorktree { get; init; }

    /// <summary>Display name of the host, not necessarily unique, or null if unknown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Host { get; init; }

    /// <summary>Absolute path of the work tree in which the run was started. The run uses the branch, changes and settings of this work
    /// tree.</summary>
    [JsonIgnore]
    public string WorkTree => LinkedWorktree ?? Path;
}

/// <summary>Settings used by a run's workflows, copied once from the stored settings because workflows can't read files.</summary>
public sealed record RunRules
{
    /// <summary>Number of agents that run at the same time.</summary>
    public int Workers { get; init; } = 3;

    /// <summary>Priority of the run among other runs, as <c>usage.priority</c>. Default: 0.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Priority { get; init; }

    /// <summary>Weight of the run among runs of the same priority; values below 1 count as 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Weight { get; init; }

    /// <summary>Retry rule for transient failures of an agent.</summary>
    public RetryRule Retry { get; init; } = new();

    /// <summary>Time limit of an approval, which then counts as rejected.</summary>
    public TimeSpan ApprovalTimeout { get; init; } = TimeSpan.FromHours(72);

    /// <summary>Delay after which a task that waits for another run's lease reports again which task it waits for.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>Delay before the first probe of a failing account or host. Doubles with each probe, up to 30 minutes.</summary>
    public TimeSpan FirstTrialAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Maximum number of verified tasks that are merged and gated in one batch; 1 to merge them one by one.</summary>
    public int TrainBatch { get; init; } = 1;

    /// <summary>Identity shared by the repository's clones through their remote, for a distributed run, whose tasks any host with a clone
    /// may execute. Null if the owner host executes all tasks.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Places { get; init; }

    /// <summary>True if hosts share the run through a git remote, so another host may take it over. Each host then announces an agent to
    /// the workflow before starting it. False for runs started by an earlier version.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsShared { get; init; }

    /// <summary>Number of concurrent gate runs while a failed batch is bisected.</summary>
    public int TrainParallel { get; init; } = 1;

    /// <summary>Rules of the merge queue's lanes and speculation, or null for runs from before.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public QueueRules? Queue { get; init; }

    /// <summary>Interval in which merged work lands while other tasks continue; zero for each task, null for once, at the end.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? LandEvery { get; init; }

    /// <summary>Interval in which new commits on the target are merged into staging; null for only before landing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? SyncEvery { get; init; }

    /// <summary>Number of history events after which workflows continue as new; 0 when the server suggests it. For tests of long
    /// runs.</summary>
    public int ContinueAfterEvents { get; init; }

    /// <summary>Number of signals and updates after which workflows continue as new, regardless of history length; 0 for no such limit.
    /// For tests.</summary>
    public int ContinueAfterMessages { get; init; }

    /// <summary>Rule for reviewing the whole change before it lands, or null for no review.</summary>
    public ReviewRule? Review { get; init; }

    /// <summary>True if nothing is merged and each task's verified work is retained on its branch
    /// (<see cref="LandingMode.Branches"/>).</summary>
    public bool KeepsBranches { get; init; }

    /// <summary>Agent that replans on request. Tasks with the same agent share its account.</summary>
    public string Planner { get; init; } = "";

    /// <summary>Time limit of a single answer by the planner.</summary>
    public TimeSpan PlannerTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Kinds of notices to send (<see cref="NoticeKinds"/>); empty to send none.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];
}

/// <summary>Request to read and validate a run's plan, and to store it in the run's folder.</summary>
public sealed record LoadPlanInput(string RunId, RepositoryReference Repository, OrchestrationInput Input)
{
    /// <summary>Hash of the planner's answer, for a run whose plan was made by the planner.</summary>
    /// <inheritdoc cref="AnswerJudgement.SaidHash"/>
    public string SaidHash { get; init; } = "";

    /// <summary>Hash of the planner's input, for a run whose plan was made by the planner.</summary>
    /// <inheritdoc cref="PlanningPreparation.PlanningHash"/>
    public string PlanningHash { get; init; } = "";
}

/// <summary>Outline of a plan for workflows. The texts of its tasks stay in the run's folder.</summary>
public sealed record PlanOutline
{
    /// <summary>True if the server knows the search attribute with the run's state. Setting an unknown attribute would stop the
    /// run.</summary>
    public bool ListsState { get; init; }

    /// <summary>True if the server knows the search attribute with the repository (<see cref="RunAttributes.Repository"/>).</summary>
    public bool ListsRepository { get; init; }

    /// <summary>True if the server lists runs that need attention (<see cref="RunAttributes.NeedsAttention"/>).</summary>
    public bool ListsAttention { get; init; }

    /// <summary>True if the server lists runs by their cost (<see cref="RunAttributes.Cost"/>).</summary>
    public bool ListsCost { get; init; }

    /// <summary>SHA-256 of a list of the files that determine the run's decisions (the plan, the settings of its start ...), each with its
    /// hash. Activities refuse to work with other files. The hash changes with each new decision.</summary>
    public string Hash { get; init; } = "";

    /// <inheritdoc cref="PlanningPreparation.PlanningHash"/>
    public string PlanningHash { get; init; } = "";

    /// <summary>The subject of the run.</summary>
    public string Title { get; init; } = "";

    /// <summary>Faults of the plan, each a complete message. A plan with faults is not run.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>First page of tasks. <see cref="ReadTasksInput"/> requests the others, up to <see cref="TaskCount"/>.</summary>
    public IReadOnlyList<TaskOutline> Tasks { get; init; } = [];
    public int TaskCount { get; init; }

    /// <summary>Agent for tasks without one.</summary>
    public string Agent { get; init; } = "";
    public RunRules Rules { get; init; } = new();
    public int RiskScore { get; init; }

    /// <summary>Risk level: <c>auto-approve</c>, <c>review-recommended</c> or <c>approval-required</c>.</summary>
    public string RiskLevel { get; init; } = "";

    /// <summary>Reason why an approval is required; empty if none is.</summary>
    public string ApprovalReason { get; init; } = "";

    /// <summary>Reason why a review before the start is recommended; empty if none is. The input's <c>yes</c> accepts the
    /// recommendation.</summary>
    public string ReviewReason { get; init; } = "";
}

/// <summary>Request to read a further page of a stored plan's tasks.</summary>
public sealed record ReadTasksInput(string RunId, RepositoryReference Repository, string PlanHash, int Offset);

/// <summary>A task for scheduling: the data used by workflows, with the settings applied. The agent's instructions (the plan's
/// <see cref="PlanTask"/>) stay in the stored plan, because each activity would repeat them in history.</summary>
public sealed record TaskOutline
{
    public required string Id { get; init; }
    public string Title { get; init; } = "";
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>Tasks that own the same files or resources without an order. They never run at the same time as this task.</summary>
    public IReadOnlyList<string> Excludes { get; init; } = [];

    /// <summary>True if the task runs alone, because it may write the whole repository and is not marked <c>parallel</c>.</summary>
    public bool Exclusive { get; init; }
    public bool RequiresApproval { get; init; }

    /// <summary>Account of the task's agent. An outage applies to all tasks of an account.</summary>
    public string Account { get; init; } = "";

    /// <summary>Agents that continue the task, in order, if its own agent would have to wait for a long time. Null to wait.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AgentRelay>? Relays { get; init; }

    /// <summary>Priority of the task's start and merge; larger numbers go first. Range: -100 to 100.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Priority { get; init; }

    /// <summary>Number of tasks in the longest chain of tasks that wait for this one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int ChainBehind { get; init; }

    /// <summary>Label that the task's host must have, or null for any host.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Host { get; init; }

    /// <summary>Id of the first task with the same text, for picking the best of several results. The first task has its own id. Null if
    /// the text is unique or the best result is not wanted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SameAs { get; init; }

    /// <summary>True if the task was done before this run started (an earlier phase, not in <c>only</c>), so its dependents may
    /// run.</summary>
    public bool Done { get; init; }

    /// <summary>Maximum number of remediations before the task fails.</summary>
    public int MaxRemediations { get; init; } = 2;

    /// <summary>Time limit of a single agent run, without the time in which the host sleeps.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1800);
}

/// <summary>Request for preflight, which checks git, base, target, disk, agent program, set-up, and gates at the base.</summary>
public sealed record PreflightInput(string RunId, RepositoryReference Repository, string PlanHash, OrchestrationInput Input)
{
    /// <summary>Start time of the run, which resolves a time of day in the run's input.</summary>
    public DateTimeOffset StartedAt { get; init; }
}

/// <summary>Result of preflight.</summary>
public sealed record PreflightResult
{
    /// <summary>Errors that prevent the run, each with its remedy.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Facts that need confirmation, such as uncommitted changes that agents will not see.</summary>
    public IReadOnlyList<string> Confirmations { get; init; } = [];

    /// <summary>Facts that need confirmation even if the input has <c>yes</c>, such as work that has landed before.</summary>
    public IReadOnlyList<string> Required { get; init; } = [];
    public string BaseCommit { get; init; } = "";

    /// <summary>Branch to land on.</summary>
    public string Target { get; init; } = "";

    /// <summary>Branch for the run's verified work, created at the base.</summary>
    public string Staging { get; init; } = "";

    /// <summary>First commit of staging: the base, or the commit with the contracts on top of the base.</summary>
    public string StagingTip { get; init; } = "";

    /// <summary>New hash of the run's inputs, which include the contracts and the gate results at the base; empty if unchanged.</summary>
    public string PlanHash { get; init; } = "";

    /// <summary>Time at which the run stops starting agents, from the time of day in its input; null if the input has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Until { get; init; }
}

/// <summary>Transitions for the run's folder. Events are appended; the status file is replaced.</summary>
/// <param name="Run">The run without its tasks.</param>
/// <param name="Tasks">The changed tasks.</param>
/// <param name="Events">The transitions, in order.</param>
public sealed record ProgressInput(
    RepositoryReference Repository,
    RunStatus Run,
    IReadOnlyList<RunTask> Tasks,
    IReadOnlyList<RunEvent> Events
);

/// <summary>Answer of the owner host after recording.</summary>
/// <param name="ReadsAlong">True if the owner host reads transitions from the run as they happen (<see cref="MessageNames.Unrecorded"/>),
/// so the run need not send each one.</param>
public sealed record ProgressRecorded(bool ReadsAlong);

/// <summary>Request to read the state of a task's workflow after its run continued as new.</summary>
public sealed record ReadTaskInput(string RunId, string TaskId);

/// <summary>Request to land staging on the target.</summary>
public sealed record LandInput(
    string RunId,
    RepositoryReference Repository,
    string PlanHash,
    string Target,
    string Staging,
    string BaseCommit
)
{
    /// <summary>Expected commit of staging: the last merge that was reported to the run; empty if unknown.</summary>
    public string StagingTip { get; init; } = "";

    /// <summary>True if a user has requested the landing after a refusal, and may have committed to staging before.</summary>
    public bool IsAskedFor { get; init; }

    /// <summary>True if a user wants to land the merged work while tasks are still open. The gates of the whole run must pass on staging
    /// first, because this combination was not gated yet.</summary>
    public bool IsPart { get; init; }

    /// <summary>True if nothing lands, and staging only takes in new commits on the target.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool OnlyTakesIn { get; init; }

    /// <summary>Tasks whose work is not on staging. Their own gates are not run.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];
}

/// <summary>Result of landing.</summary>
public sealed record LandResult
{
    /// <summary>True if the target (or the branch, for <c>branch</c> and <c>pr</c>) contains the run's work.</summary>
    public bool Landed { get; init; }
    public string Commit { get; init; } = "";

    /// <summary>Branch with the work if nothing is merged (<c>git.land</c> branch or pr); empty for the target.</summary>
    public string Branch { get; init; } = "";

    /// <summary>Sentence with the result, or with the reason why a user is needed.</summary>
    public string Message { get; init; } = "";

    /// <summary>File with the evidence, relative to the repository; empty for none.</summary>
    public string Evidence { get; init; } = "";

    /// <summary>True if the landing was refused because staging lacks work of the run.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool LosesWork { get; init; }

    /// <summary>Likely new name of a renamed target branch. Null if the target exists, or if no checked-out branch is a
    /// candidate.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RenamedTo { get; init; }

    /// <summary>New position of staging, because the target may have been merged into it; empty if unchanged.</summary>
    public string StagingTip { get; init; } = "";

    /// <summary>New hash of the run's inputs, which include the findings shown to the user, such as possible secrets; empty if
    /// unchanged.</summary>
    public string PlanHash { get; init; } = "";
}

/// <summary>Request to retain the work of a cancelled run. Landed work stays on the target.</summary>
public sealed record AbortInput(string RunId, RepositoryReference Repository, string Staging);

/// <summary>Request to write the report of an ended run, and to remove files and refs whose removal is proven safe.</summary>
public sealed record FinishInput(RepositoryReference Repository, RunStatus Run, string PlanHash = "");

/// <summary>Result of an orchestration.</summary>
public sealed record RunResult
{
    /// <summary><see cref="RunStates.Completed"/>, or <see cref="RunStates.Failed"/> with the reason.</summary>
    public required string State { get; init; }

    /// <summary>Reason for the state; null if the state is sufficient.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Reason? Why { get; init; }

    /// <summary><see cref="Why"/> as text; empty if the state is sufficient.</summary>
    public string Reason => ReasonText.Of(Why);
    public string LandedCommit { get; init; } = "";
    public int AgentStarts { get; init; }

    /// <summary>Path of the report, relative to the repository.</summary>
    public string Report { get; init; } = "";
}
