using Orchestrator.Plans;

namespace Orchestrator.Messages;

/// <summary>A repository for workflows: its path and its task queue.</summary>
/// <param name="Path">Absolute path of the main work tree on its host.</param>
/// <param name="Key">12 hex digits of the SHA-256 of the common git directory's real path.</param>
/// <param name="Queue">Task queue of its activities.</param>
public sealed record RepositoryReference(string Path, string Key, [property: Identifier] string Queue)
{
    /// <summary>Absolute path of the linked worktree that a run was started in; null: the main work tree.</summary>
    public string? LinkedWorktree { get; init; }

    /// <summary>Name of its machine for people, which need not be unique; null: unknown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Host { get; init; }

    /// <summary>Absolute path of the work tree that a run was started in: its branch, its changes and its settings are meant.</summary>
    [JsonIgnore]
    public string WorkTree => LinkedWorktree ?? Path;
}

/// <summary>Settings that a run's workflows decide by: taken once from the stored settings, which workflows do not know.</summary>
public sealed record RunRules
{
    /// <summary>Concurrent agents.</summary>
    public int Workers { get; init; } = 3;

    /// <summary>Transient failures of an agent.</summary>
    public RetryRule Retry { get; init; } = new();

    /// <summary>The time limit of an approval; afterwards it counts as rejected.</summary>
    public TimeSpan ApprovalTimeout { get; init; } = TimeSpan.FromHours(72);

    /// <summary>After this time a task that waits for another run's task shows whom it waits for once more.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>Delay before the first probe of an account or machine that does not work; doubles from there, up to half an hour.</summary>
    public TimeSpan FirstTrialAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Maximum of verified tasks that are merged and gated at once; 1: one after the other.</summary>
    public int TrainBatch { get; init; } = 1;

    /// <summary>The identity that the clones of the repository share by their remote, where any host with a clone may run tasks; null: the
    /// run's own machine runs all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Places { get; init; }

    /// <summary>Machines share the run by a git remote, so that another one may go on with it: each tells a task before it begins its
    /// agent. False in runs that an earlier version has begun.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsShared { get; init; }

    /// <summary>Concurrent gate runs while the task that breaks them is searched.</summary>
    public int TrainParallel { get; init; } = 1;

    /// <summary>Continue as new after so many history events; 0: when the server suggests it. For tests of long runs.</summary>
    public int ContinueAfterEvents { get; init; }

    /// <summary>Continue as new after so many signals and updates, whatever the length of history; 0: never because of that. For
    /// tests.</summary>
    public int ContinueAfterMessages { get; init; }

    /// <summary>The rule by which the whole change is reviewed before it lands; null: it is not.</summary>
    public ReviewRule? Review { get; init; }

    /// <summary>Nothing is merged: verified work of a task stays on its branch (<see cref="LandingWay.Branches"/>).</summary>
    public bool KeepsBranches { get; init; }

    /// <summary>The agent that plans again on request: tasks of the same agent share its account.</summary>
    public string Planner { get; init; } = "";

    /// <summary>Limit of one answer of the planner.</summary>
    public TimeSpan PlannerTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Kinds of facts that people want to be told of (<see cref="NoticeKinds"/>); empty: nobody is told.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];
}

/// <summary>Asks for the plan of a run to be read, checked and stored in the run's folder.</summary>
public sealed record LoadPlanInput(string RunId, RepositoryReference Repository, OrchestrationInput Input)
{
    /// <summary>For a run whose plan was made by the planner.</summary>
    /// <inheritdoc cref="AnswerJudgement.SaidHash"/>
    public string SaidHash { get; init; } = "";

    /// <summary>For a run whose plan was made by the planner.</summary>
    /// <inheritdoc cref="PlanningBegun.PlanningHash"/>
    public string PlanningHash { get; init; } = "";
}

/// <summary>A plan for workflows; its texts stay in the run's folder.</summary>
public sealed record PlanOutline
{
    /// <summary>The server knows the search attribute with the run's state: where it does not, setting it would stop the run.</summary>
    public bool ListsState { get; init; }

    /// <summary>True if the server lists runs by their repository (<see cref="RunAttributes.Repository"/>).</summary>
    public bool ListsRepository { get; init; }

    /// <summary>True if the server lists runs that need attention (<see cref="RunAttributes.NeedsAttention"/>).</summary>
    public bool ListsAttention { get; init; }

    /// <summary>True if the server lists runs by their cost (<see cref="RunAttributes.Cost"/>).</summary>
    public bool ListsCost { get; init; }

    /// <summary>SHA-256 of what the run decides by: a list of files (the plan, the settings of its start ...) with the hash of each.
    /// Activities refuse to work with others. It changes where the run decides more.</summary>
    public string Hash { get; init; } = "";

    /// <inheritdoc cref="PlanningBegun.PlanningHash"/>
    public string PlanningHash { get; init; } = "";

    /// <summary>The subject of the run.</summary>
    public string Title { get; init; } = "";

    /// <summary>Faults, each a whole message; a plan with faults is not run.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>First page of tasks; more by <see cref="ReadTasksInput"/> up to <see cref="TaskCount"/>.</summary>
    public IReadOnlyList<TaskOutline> Tasks { get; init; } = [];
    public int TaskCount { get; init; }

    /// <summary>Agent for tasks that name none.</summary>
    public string Agent { get; init; } = "";
    public RunRules Rules { get; init; } = new();
    public int RiskScore { get; init; }

    /// <summary><c>auto-approve</c>, <c>review-recommended</c> or <c>approval-required</c>.</summary>
    public string RiskLevel { get; init; } = "";

    /// <summary>Why approval is required; empty when it is not.</summary>
    public string ApprovalReason { get; init; } = "";

    /// <summary>Why a review before the start is recommended: <c>yes</c> answers it. Empty when it is not.</summary>
    public string ReviewReason { get; init; } = "";
}

/// <summary>Asks for a further page of a stored plan's tasks.</summary>
public sealed record ReadTasksInput(string RunId, RepositoryReference Repository, string PlanHash, int Offset);

/// <summary>A task for scheduling: what a workflow decides by, with the settings applied. What its agent is asked to do (the plan's
/// <see cref="PlanTask"/>) stays in the stored plan, because a history would keep it once for each step.</summary>
public sealed record TaskOutline
{
    public required string Id { get; init; }
    public string Title { get; init; } = "";
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>Tasks that own the same files or resources without an order between them: never run at the same time.</summary>
    public IReadOnlyList<string> Excludes { get; init; } = [];

    /// <summary>Runs alone: it may write the whole repository and is not marked <c>parallel</c>.</summary>
    public bool Exclusive { get; init; }
    public bool RequiresApproval { get; init; }

    /// <summary>The account of its agent: tasks of one account are parked together.</summary>
    public string Account { get; init; } = "";

    /// <summary>The agents that go on with it where its own would wait for long, in order; null: none, and it waits.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AgentRelay>? Relays { get; init; }

    /// <summary>Label that its host must have; null: any host will do.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Host { get; init; }

    /// <summary>The first task with the same text, itself for that one, where the best of several results is wanted; null: no other has its
    /// text, or the best is not wanted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SameAs { get; init; }

    /// <summary>Done before this run began (an earlier phase, not in <c>only</c>): its dependants may run.</summary>
    public bool Done { get; init; }

    /// <summary>Remediations before the task fails.</summary>
    public int MaxRemediations { get; init; } = 2;

    /// <summary>Limit of one agent run, in awake time.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1800);
}

/// <summary>Asks whether the run can begin: checks git, base, target, disk, agent program, set-up and gates at the base.</summary>
public sealed record PreflightInput(string RunId, RepositoryReference Repository, string PlanHash, OrchestrationInput Input)
{
    /// <summary>When the run was started, which a time of day in its input counts from.</summary>
    public DateTimeOffset StartedAt { get; init; }
}

/// <summary>Result of preflight.</summary>
public sealed record PreflightResult
{
    /// <summary>Errors that stop the run, each with its cure.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The facts that need confirmation, such as uncommitted changes that agents will not see.</summary>
    public IReadOnlyList<string> Confirmations { get; init; } = [];

    /// <summary>The facts that need confirmation even where the input says yes: the run's work has landed before.</summary>
    public IReadOnlyList<string> Required { get; init; } = [];
    public string BaseCommit { get; init; } = "";

    /// <summary>Branch to land on.</summary>
    public string Target { get; init; } = "";

    /// <summary>Branch of the run's verified work, created at the base.</summary>
    public string Staging { get; init; } = "";

    /// <summary>First commit of staging: the base, or the contracts on it.</summary>
    public string StagingTip { get; init; } = "";

    /// <summary>Hash of what the run decides by from now on: with the contracts and the gates at the base. Empty: as before.</summary>
    public string PlanHash { get; init; } = "";

    /// <summary>When the run stops starting agents, by the time of day in its input; null: the input has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Until { get; init; }
}

/// <summary>Transitions for the run's folder: events are appended, the status file is replaced.</summary>
/// <param name="Run">The run without its tasks.</param>
/// <param name="Tasks">The tasks that changed.</param>
/// <param name="Events">The transitions, in order.</param>
public sealed record ProgressInput(
    RepositoryReference Repository,
    RunStatus Run,
    IReadOnlyList<RunTask> Tasks,
    IReadOnlyList<RunEvent> Events
);

/// <summary>The answer of a run's machine after it has recorded.</summary>
/// <param name="ReadsAlong">It reads transitions from the run (<see cref="MessageNames.Unrecorded"/>) as soon as they happen, and the run
/// need not send each one.</param>
public sealed record ProgressRecorded(bool ReadsAlong);

/// <summary>Asks for the state of a task's workflow after its run continued as new.</summary>
public sealed record ReadTaskInput(string RunId, string TaskId);

/// <summary>Asks for staging to be landed on the target.</summary>
public sealed record LandInput(
    string RunId,
    RepositoryReference Repository,
    string PlanHash,
    string Target,
    string Staging,
    string BaseCommit
)
{
    /// <summary>Commit that staging has to be at: the last merge that was reported to the run. Empty: unknown.</summary>
    public string StagingTip { get; init; } = "";

    /// <summary>A person has requested it after a refusal, and may have worked on staging before.</summary>
    public bool IsAskedFor { get; init; }

    /// <summary>Tasks of the run are still open, and a person wants to land what is merged now. Staging was not gated on its own yet, so
    /// the gates of the whole run must pass on it first.</summary>
    public bool IsPart { get; init; }

    /// <summary>Tasks whose work is not on staging: their own gates are not run.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];
}

/// <summary>Result of landing.</summary>
public sealed record LandResult
{
    /// <summary>True when the target (or, for <c>branch</c> and <c>pr</c>, the branch) contains the run's work.</summary>
    public bool Landed { get; init; }
    public string Commit { get; init; } = "";

    /// <summary>The branch with the work where nothing is merged (<c>git.land</c> branch or pr); empty: the target.</summary>
    public string Branch { get; init; } = "";

    /// <summary>A sentence on what happened, or why a person is needed.</summary>
    public string Message { get; init; } = "";

    /// <summary>File with the evidence, relative to the repository; empty where there is none.</summary>
    public string Evidence { get; init; } = "";

    /// <summary>True if the landing was refused because staging lacks work of the run.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool LosesWork { get; init; }

    /// <summary>The branch that the target seems to have been renamed to; null: the target exists, or none is checked out that could be
    /// it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RenamedTo { get; init; }

    /// <summary>Position of staging now: the target may have been merged into it. Empty: unchanged.</summary>
    public string StagingTip { get; init; } = "";

    /// <summary>Hash of what the run decides by from now on: with what a person is told here, such as lines that look like secrets. Empty:
    /// as before.</summary>
    public string PlanHash { get; init; } = "";
}

/// <summary>Asks for the work of a cancelled run to be kept. What had landed stays.</summary>
public sealed record AbortInput(string RunId, RepositoryReference Repository, string Staging);

/// <summary>Asks for the report of an ended run, and for cleanup where that is proven safe.</summary>
public sealed record FinishInput(RepositoryReference Repository, RunStatus Run, string PlanHash = "");

/// <summary>Result of an orchestration.</summary>
public sealed record RunResult
{
    /// <summary><see cref="RunStates.Completed"/>, or <see cref="RunStates.Failed"/> with the reason.</summary>
    public required string State { get; init; }

    /// <summary>Why; null where the state says it all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Reason? Why { get; init; }

    /// <summary><see cref="Why"/> in words; empty where the state says it all.</summary>
    public string Reason => ReasonText.Of(Why);
    public string LandedCommit { get; init; } = "";
    public int AgentStarts { get; init; }

    /// <summary>The report, relative to the repository.</summary>
    public string Report { get; init; } = "";
}
