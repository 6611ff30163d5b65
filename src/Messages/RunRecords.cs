using Orchestrator.Plans;

namespace Orchestrator.Messages;

/// <summary>A repository as workflows know it: where it is and who works on it.</summary>
/// <param name="Path">Absolute path of the main work tree on its host.</param>
/// <param name="Key">12 hex digits of the SHA-256 of the common git directory's real path.</param>
/// <param name="Queue">Task queue of its activities.</param>
public sealed record RepositoryReference(string Path, string Key, [property: Identifier] string Queue);

/// <summary>What a run's workflows decide by: taken once from its settings, which are stored with it and which workflows do not
/// know.</summary>
public sealed record RunRules
{
    /// <summary>Agents at once.</summary>
    public int Workers { get; init; } = 3;

    /// <summary>Transient failures of an agent.</summary>
    public RetryRule Retry { get; init; } = new();

    /// <summary>How long an approval may take before the answer is no.</summary>
    public TimeSpan ApprovalTimeout { get; init; } = TimeSpan.FromHours(72);

    /// <summary>After this time it is said once more for whom a task waits that needs what another run's task holds.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>How long an account or a machine that does not work is left alone before one task tries it; doubles from there, up to half
    /// an hour.</summary>
    public TimeSpan FirstTrialAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Verified tasks that are merged and gated at once at most; 1: one after the other.</summary>
    public int TrainBatch { get; init; } = 1;

    /// <summary>Runs of gates at once while it is looked for the task that breaks them.</summary>
    public int TrainParallel { get; init; } = 1;

    /// <summary>Continue as new after so many history events; 0: when the server suggests it. For tests of long runs.</summary>
    public int ContinueAfterEvents { get; init; }

    /// <summary>Continue as new after so many signals and updates, whatever the length of history; 0: never for that. For tests.</summary>
    public int ContinueAfterMessages { get; init; }

    /// <summary>How the whole change is reviewed before it lands; null: it is not.</summary>
    public ReviewRule? Review { get; init; }

    /// <summary>Who plans anew when a person asks for that: tasks of the same agent share its account.</summary>
    public string Planner { get; init; } = "";

    /// <summary>Limit of one answer of the planner.</summary>
    public TimeSpan PlannerTimeout { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>Asks for the plan of a run to be read, checked and stored in the run's folder.</summary>
public sealed record LoadPlanInput(string RunId, RepositoryReference Repository, OrchestrationInput Input);

/// <summary>What the workflow needs to know of a plan; the texts stay in the run's folder.</summary>
public sealed record PlanOutline
{
    /// <summary>SHA-256 of the stored plan; activities refuse to work with another.</summary>
    public string Hash { get; init; } = "";

    /// <summary>What the run is about.</summary>
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

    /// <summary>Why a person must approve before anything starts; empty when nobody must.</summary>
    public string ApprovalReason { get; init; } = "";

    /// <summary>Why a person should look before anything starts: <c>yes</c> answers it. Empty when nobody has to.</summary>
    public string ReviewReason { get; init; } = "";
}

/// <summary>Asks for a further page of a stored plan's tasks.</summary>
public sealed record ReadTasksInput(string RunId, RepositoryReference Repository, string PlanHash, int Offset);

/// <summary>A task as the schedule knows it.</summary>
public sealed record TaskOutline
{
    public required string Id { get; init; }
    public string Title { get; init; } = "";
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>Tasks that own the same files or resources without an order between them: never at work at the same time.</summary>
    public IReadOnlyList<string> Excludes { get; init; } = [];

    /// <summary>Works alone: it may write the whole repository and is not marked <c>parallel</c>.</summary>
    public bool Exclusive { get; init; }
    public bool RequiresApproval { get; init; }

    /// <summary>Who pays for its agent: tasks of one account stand still together.</summary>
    public string Account { get; init; } = "";

    /// <summary>Done before this run began (an earlier phase, not in <c>only</c>): what depends on it may run.</summary>
    public bool Done { get; init; }

    /// <summary>Remediations before the task fails.</summary>
    public int MaxRemediations { get; init; } = 2;

    /// <summary>Limit of one agent start, in awake time.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1800);
}

/// <summary>Asks whether the run can begin: git, base, target, disk, agent program, set-up and gates at the base.</summary>
public sealed record PreflightInput(string RunId, RepositoryReference Repository, string PlanHash, OrchestrationInput Input);

/// <summary>What preflight found.</summary>
public sealed record PreflightResult
{
    /// <summary>What stops the run, each with its cure.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>What needs a yes, such as uncommitted changes that agents will not see.</summary>
    public IReadOnlyList<string> Confirmations { get; init; } = [];
    public string BaseCommit { get; init; } = "";

    /// <summary>Branch to land on.</summary>
    public string Target { get; init; } = "";

    /// <summary>Branch of the run's verified work, made at the base.</summary>
    public string Staging { get; init; } = "";

    /// <summary>Commit that staging begins at: the base, or the contracts on it.</summary>
    public string StagingTip { get; init; } = "";
}

/// <summary>Transitions to be written to the run's folder: events appended, the status file renewed.</summary>
/// <param name="Run">The run without its tasks.</param>
/// <param name="Tasks">The tasks that changed.</param>
/// <param name="Events">The transitions, in order.</param>
public sealed record ProgressInput(
    RepositoryReference Repository,
    RunStatus Run,
    IReadOnlyList<RunTask> Tasks,
    IReadOnlyList<RunEvent> Events
);

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
    /// <summary>Commit that staging has to be at: the last merge that the run was told of. Empty: it does not say.</summary>
    public string StagingTip { get; init; } = "";

    /// <summary>A person has asked for it after it was refused, and may have worked on staging before.</summary>
    public bool IsAskedFor { get; init; }

    /// <summary>Tasks of the run are still open, and a person wants what is merged on the target now. No gate has seen staging as what it
    /// is to be alone, so those of the whole run hold on it first.</summary>
    public bool IsPart { get; init; }

    /// <summary>Tasks whose work is not on staging: gates that they brought themselves are not asked.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];
}

/// <summary>How landing went.</summary>
public sealed record LandResult
{
    /// <summary>True when the target (or, for <c>branch</c> and <c>pr</c>, the branch) holds the run's work.</summary>
    public bool Landed { get; init; }
    public string Commit { get; init; } = "";

    /// <summary>The branch that holds it where nothing was to be merged (<c>git.land</c> branch or pr); empty: the target.</summary>
    public string Branch { get; init; } = "";

    /// <summary>What happened, or why a person is needed.</summary>
    public string Message { get; init; } = "";

    /// <summary>File with the evidence, relative to the repository; empty where there is none.</summary>
    public string Evidence { get; init; } = "";

    /// <summary>Where staging is now: the target may have been merged into it. Empty: where it was.</summary>
    public string StagingTip { get; init; } = "";
}

/// <summary>Asks for what a cancelled run had reached to be kept. What had landed stays.</summary>
public sealed record AbortInput(string RunId, RepositoryReference Repository, string Staging);

/// <summary>Asks for the report of a run that has ended, and for what it leaves to be tidied up where that is proven safe.</summary>
public sealed record FinishInput(RepositoryReference Repository, RunStatus Run, string PlanHash = "");

/// <summary>What an orchestration ends with.</summary>
public sealed record RunResult
{
    /// <summary><see cref="RunStates.Completed"/>, or <see cref="RunStates.Failed"/> with the reason.</summary>
    public required string State { get; init; }
    public string Reason { get; init; } = "";
    public string LandedCommit { get; init; } = "";
    public int AgentStarts { get; init; }

    /// <summary>The report, relative to the repository.</summary>
    public string Report { get; init; } = "";
}
