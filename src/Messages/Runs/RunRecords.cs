using Orchestrator.Plans;

namespace Orchestrator.Messages;

/// <summary>Reference by which workflows identify a repository: its path, its key and its task queue.</summary>
/// <param name="Path">Absolute path of the main work tree on its host.</param>
/// <param name="Key">12 hex digits of the SHA-256 of the common git directory's real path.</param>
/// <param name="Queue">Task queue for the repository's activities.</param>
public sealed record RepositoryReference(string Path, string Key, [property: ValidTemporalIdentifier] string Queue)
{
    /// <summary>Absolute path of the linked worktree from which the run was started, or null for the main work tree.</summary>
    public string? LinkedWorktree { get; init; }

    /// <summary>Display name of the host, not necessarily unique, or null if unknown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Host { get; init; }

    /// <summary>
    /// Absolute path of the work tree from which the run was started. The run uses this work tree's branch, changes and settings.
    /// </summary>
    [JsonIgnore]
    public string WorkTree => LinkedWorktree ?? Path;
}

/// <summary>
/// Settings that a run's workflows use. Workflows can't read files, so these settings are copied from the stored settings once.
/// </summary>
public sealed record RunWorkflowSettings
{
    /// <summary>Maximum number of agents that run at the same time.</summary>
    public int Workers { get; init; } = 3;

    /// <summary>Priority of the run relative to other runs, from the setting <c>usage.priority</c>. Default: 0.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Priority { get; init; }

    /// <summary>
    /// Weight of the run among runs of the same priority. A run with weight 2 gets two turns for each turn of a run with weight 1. Values
    /// below 1 count as 1.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Weight { get; init; }

    /// <summary>Retry rule for transient failures of an agent.</summary>
    public RetryRule Retry { get; init; } = new();

    /// <summary>Time limit for an approval. An approval that is not given in time counts as rejected.</summary>
    public TimeSpan ApprovalTimeout { get; init; } = TimeSpan.FromHours(72);

    /// <summary>Time that a task waits for another run's lease before its status shows how long it has been waiting.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>Delay before the first probe of a failing account or host. The delay doubles with each probe, up to 30 minutes.</summary>
    public TimeSpan FirstTrialAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Maximum number of verified tasks that are merged and gated in one batch; 1 to merge them one by one.</summary>
    public int TrainBatch { get; init; } = 1;

    /// <summary>
    /// Identity that the repository's clones share through their git remote. Set for a distributed run, whose tasks any host with a clone
    /// may execute. Null if the owner host executes all tasks.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Places { get; init; }

    /// <summary>
    /// True if hosts share the run through a git remote, so that another host may take it over. Each host then reports an agent to the
    /// run's workflow before starting it. False for runs started by an earlier version.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsShared { get; init; }

    /// <summary>Maximum number of concurrent gate runs while a failed batch is bisected.</summary>
    public int TrainParallel { get; init; } = 1;

    /// <summary>Options for verifying several batches at the same time, or null for runs from earlier versions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MergeQueueBatchOptions? Queue { get; init; }

    /// <summary>
    /// Interval at which merged work lands while other tasks continue. Zero to land after each task; null to land only at the end of the
    /// run.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? LandEvery { get; init; }

    /// <summary>
    /// Interval at which new commits on the target are merged into the staging branch. Null to merge them only before landing.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? SyncEvery { get; init; }

    /// <summary>
    /// Number of history events after which workflows continue as new, or 0 to follow the server's suggestion. Tests set it to simulate
    /// long runs.
    /// </summary>
    public int ContinueAfterEvents { get; init; }

    /// <summary>
    /// Number of signals and updates after which workflows continue as new, regardless of the history's length. 0 for no limit. Only set by
    /// tests.
    /// </summary>
    public int ContinueAfterMessages { get; init; }

    /// <summary>Options for the review before landing, or null to land without a review.</summary>
    public RunReviewOptions? Review { get; init; }

    /// <summary>
    /// True if the run merges nothing and retains each task's verified work on a branch (<see cref="LandingMode.Branches"/>).
    /// </summary>
    public bool KeepsBranches { get; init; }

    /// <summary>Name of the agent that makes another plan on request. Tasks with the same agent share its account.</summary>
    public string Planner { get; init; } = "";

    /// <summary>Time limit for a single answer from the planner.</summary>
    public TimeSpan PlannerTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Public keys of the users who may sign commands, each in the form of <see cref="ApproverPublicKey"/>. Null if there are none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Approvers { get; init; }

    /// <summary>True to refuse decisions that no approver has signed (<see cref="SteeringCatalog.IsDecision"/>).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool RequireProof { get; init; }

    /// <summary>Kinds of notices to send (<see cref="NoticeKinds"/>). Empty to send none.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];
}

/// <summary>Request to read and validate a run's plan, and to store it in the run's folder.</summary>
public sealed record LoadPlanInput(string RunId, RepositoryReference Repository, OrchestrationInput Input)
{
    /// <summary>SHA-256 of the planner's accepted answer, if a planner made the plan; otherwise empty.</summary>
    /// <inheritdoc cref="AgentAnswerValidationResult.SaidHash"/>
    public string SaidHash { get; init; } = "";

    /// <summary><see cref="PlanningPreparationResult.PlanningHash"/>, if a planner made the plan; otherwise empty.</summary>
    /// <inheritdoc cref="PlanningPreparationResult.PlanningHash"/>
    public string PlanningHash { get; init; } = "";
}

/// <summary>Outline of a plan for workflows. The instructions of its tasks stay in the run's folder.</summary>
public sealed record PlanOutline
{
    /// <summary>
    /// True if the server knows the search attribute for the run's state. Setting an unknown attribute would make each workflow task fail.
    /// </summary>
    public bool ListsState { get; init; }

    /// <summary>True if the server knows the search attribute <see cref="RunSearchAttributes.Repository"/>.</summary>
    public bool ListsRepository { get; init; }

    /// <summary>True if the server knows the search attribute <see cref="RunSearchAttributes.NeedsAttention"/>.</summary>
    public bool ListsAttention { get; init; }

    /// <summary>True if the server knows the search attribute <see cref="RunSearchAttributes.Cost"/>.</summary>
    public bool ListsCost { get; init; }

    /// <summary>
    /// SHA-256 of a list of the files that determine the run's decisions, such as the plan and the initial settings, with their hashes.
    /// Activities reject a file whose hash differs from the list. The value changes whenever a decision adds or changes a file.
    /// </summary>
    public string Hash { get; init; } = "";

    /// <inheritdoc cref="PlanningPreparationResult.PlanningHash"/>
    public string PlanningHash { get; init; } = "";

    /// <summary>Title of the run.</summary>
    public string Title { get; init; } = "";

    /// <summary>Errors in the plan, each as a complete message. A plan with errors is not executed.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>
    /// First page of the plan's tasks. <see cref="ReadTasksInput"/> requests the following pages, until <see cref="TaskCount"/> tasks have
    /// been read.
    /// </summary>
    public IReadOnlyList<TaskOutline> Tasks { get; init; } = [];
    public int TaskCount { get; init; }

    /// <summary>Name of the agent for tasks that name no agent.</summary>
    public string Agent { get; init; } = "";
    public RunWorkflowSettings Rules { get; init; } = new();
    public int RiskScore { get; init; }

    /// <summary>Risk level: <c>auto-approve</c>, <c>review-recommended</c> or <c>approval-required</c>.</summary>
    public string RiskLevel { get; init; } = "";

    /// <summary>Reason why the plan requires an approval; empty if it does not.</summary>
    public string ApprovalReason { get; init; } = "";

    /// <summary>
    /// Reason why a review of the plan before the start is recommended; empty if none is recommended. <see cref="OrchestrationInput.Yes"/>
    /// accepts the recommendation.
    /// </summary>
    public string ReviewReason { get; init; } = "";
}

/// <summary>Request to read another page of a stored plan's tasks.</summary>
public sealed record ReadTasksInput(string RunId, RepositoryReference Repository, string PlanHash, int Offset);

/// <summary>
/// A task as seen by the scheduler: only the data that workflows use, with the settings applied. The agent's instructions
/// (<see cref="PlanTask"/>) stay in the stored plan, because otherwise each activity would repeat them in the event history.
/// </summary>
public sealed record TaskOutline
{
    public required string Id { get; init; }
    public string Title { get; init; } = "";
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>
    /// Ids of tasks that own some of the same files or resources as this task and have no defined order relative to it. They never run at
    /// the same time as this task.
    /// </summary>
    public IReadOnlyList<string> Excludes { get; init; } = [];

    /// <summary>True if the task runs alone, because it may write the whole repository and is not marked <c>parallel</c>.</summary>
    public bool Exclusive { get; init; }
    public bool RequiresApproval { get; init; }

    /// <summary>Name of the account that pays for the task's agent. An outage affects all tasks of the account.</summary>
    public string Account { get; init; } = "";

    /// <summary>
    /// Agents that continue the task, in order, if the task's own agent would have to wait for a long time. Null to wait.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RelayAgentCandidate>? Relays { get; init; }

    /// <summary>Priority for starting and merging the task; larger numbers go first. Range: -100 to 100.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Priority { get; init; }

    /// <summary>Number of tasks in the longest chain of tasks that depend on this task.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int ChainBehind { get; init; }

    /// <summary>Label that the task's host must have, or null for any host.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Host { get; init; }

    /// <summary>
    /// Id of the first task with the same description, if the run picks the best of several results; the first task refers to itself. Null
    /// if the description is unique, or if the run picks no result.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SameAs { get; init; }

    /// <summary>
    /// True if the task counts as done before this run starts, so that its dependents may run. Applies to tasks of earlier phases and to
    /// tasks outside <c>only</c>.
    /// </summary>
    public bool Done { get; init; }

    /// <summary>Maximum number of remediations before the task fails.</summary>
    public int MaxRemediations { get; init; } = 2;

    /// <summary>Time limit for a single agent run, excluding time during which the host sleeps.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1800);
}

/// <summary>
/// Request for preflight. Preflight checks git, the base commit, the target, the disk space, the agent program and the set-up, and runs the
/// gates on the base commit.
/// </summary>
public sealed record PreflightInput(string RunId, RepositoryReference Repository, string PlanHash, OrchestrationInput Input)
{
    /// <summary>Start time of the run, used to convert a time of day in the run's input to a date and time.</summary>
    public DateTimeOffset StartedAt { get; init; }
}

/// <summary>Result of preflight.</summary>
public sealed record PreflightResult
{
    /// <summary>Errors that prevent the run, each with a suggested fix.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Circumstances that a user has to confirm, such as uncommitted changes that agents will not see.</summary>
    public IReadOnlyList<string> Confirmations { get; init; } = [];

    /// <summary>
    /// Circumstances that a user has to confirm even if the run's input contains <c>yes</c>, such as work that has already landed.
    /// </summary>
    public IReadOnlyList<string> Required { get; init; } = [];
    public string BaseCommit { get; init; } = "";

    /// <summary>Branch to land on.</summary>
    public string Target { get; init; } = "";

    /// <summary>Branch for the run's verified work, created at the base commit.</summary>
    public string Staging { get; init; } = "";

    /// <summary>First commit of the staging branch: the base commit, or a commit on top of it that adds the contracts.</summary>
    public string StagingTip { get; init; } = "";

    /// <summary>
    /// New SHA-256 of the run's inputs, which now include the contracts and the results of the gates on the base commit; empty if
    /// unchanged.
    /// </summary>
    public string PlanHash { get; init; } = "";

    /// <summary>
    /// Time after which the run starts no more agents, computed from the time of day in its input. Null if the input has none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Until { get; init; }
}

/// <summary>State transitions to store in the run's folder. The activity appends events and replaces the status file.</summary>
/// <param name="Run">The run without its tasks.</param>
/// <param name="Tasks">Tasks that have changed.</param>
/// <param name="Events">The transitions, in order.</param>
public sealed record RecordProgressInput(
    RepositoryReference Repository,
    RunStatus Run,
    IReadOnlyList<RunTaskStatus> Tasks,
    IReadOnlyList<RunEvent> Events
);

/// <summary>Reply of the owner host after storing state transitions.</summary>
/// <param name="ReadsAlong">True if the owner host itself queries the run's transitions (<see cref="WorkflowMessageNames.Unrecorded"/>), so
/// the run need not send each one.</param>
public sealed record RecordProgressReply(bool ReadsAlong);

/// <summary>Request to read the state of a task's workflow after the task's run has continued as new.</summary>
public sealed record ReadTaskInput(string RunId, string TaskId);

/// <summary>Request to land the staging branch on the target.</summary>
public sealed record LandInput(
    string RunId,
    RepositoryReference Repository,
    string PlanHash,
    string Target,
    string Staging,
    string BaseCommit
)
{
    /// <summary>Expected tip of the staging branch: the last merge reported to the run. Empty if unknown.</summary>
    public string StagingTip { get; init; } = "";

    /// <summary>
    /// True if a user requested this landing, for example after an earlier one was refused. The user might have committed to the staging
    /// branch before the request.
    /// </summary>
    public bool IsAskedFor { get; init; }

    /// <summary>
    /// True to land the merged work while tasks are still open. The gates of the whole run must first pass on the staging branch, because
    /// this combination of tasks has not been verified yet.
    /// </summary>
    public bool IsPart { get; init; }

    /// <summary>True to merge new commits on the target into the staging branch without landing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool OnlyTakesIn { get; init; }

    /// <summary>Ids of tasks whose work is not on the staging branch. The gates of these tasks are skipped.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];
}

/// <summary>Result of an attempt to land a run.</summary>
public sealed record LandResult
{
    /// <summary>
    /// True if the run's work is on the target, or on the separate branch used by the landing modes <c>branch</c> and <c>pr</c>.
    /// </summary>
    public bool Landed { get; init; }
    public string Commit { get; init; } = "";

    /// <summary>Branch with the work if <c>git.land</c> is <c>branch</c> or <c>pr</c>; empty if the work is on the target.</summary>
    public string Branch { get; init; } = "";

    /// <summary>Sentence that states the outcome of the landing, or the reason why a user has to act.</summary>
    public string Message { get; init; } = "";

    /// <summary>Path of the file with the evidence for the outcome, relative to the repository; empty if there is none.</summary>
    public string Evidence { get; init; } = "";

    /// <summary>True if the landing was refused because the staging branch lacks some of the run's work.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool LosesWork { get; init; }

    /// <summary>
    /// Likely new name of a target branch that was renamed. Null if the target exists, or if none of the checked-out branches is a
    /// candidate.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RenamedTo { get; init; }

    /// <summary>New tip of the staging branch, if the target was merged into it; otherwise empty.</summary>
    public string StagingTip { get; init; } = "";

    /// <summary>
    /// New SHA-256 of the run's inputs, which now include findings that were shown to the user, such as possible secrets; empty if
    /// unchanged.
    /// </summary>
    public string PlanHash { get; init; } = "";
}

/// <summary>Request to retain the work of a cancelled run. Work that has landed stays on the target.</summary>
public sealed record RetainRunWorkInput(string RunId, RepositoryReference Repository, string Staging);

/// <summary>Request to write the report of an ended run, and to remove the run's files and refs that can safely be removed.</summary>
public sealed record FinishRunInput(RepositoryReference Repository, RunStatus Run, string PlanHash = "");

/// <summary>Result of <c>OrchestrationWorkflow</c>.</summary>
public sealed record RunResult
{
    /// <summary>
    /// Final state of the run, such as <see cref="RunStateNames.Completed"/>. If the run's workflow failed, the client creates this result
    /// with the state <see cref="RunStateNames.Failed"/>.
    /// </summary>
    public required string State { get; init; }

    /// <summary>Reason for the state, or null if the state needs no explanation.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Reason? Why { get; init; }

    /// <summary>The reason in <see cref="Why"/> as text; empty if it is null.</summary>
    public string Reason => StatusReasonFormatter.Of(Why);
    public string LandedCommit { get; init; } = "";
    public int AgentStarts { get; init; }

    /// <summary>Path of the report, relative to the repository.</summary>
    public string Report { get; init; } = "";
}
