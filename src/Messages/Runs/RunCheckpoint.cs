namespace Orchestrator.Messages;

/// <summary>State that a run passes on when it continues as new. Tasks that were started are in a file of the run's folder, the others are
/// as in the stored plan, and only what changed while the file was written is in the message. So it is small, however many tasks there
/// are.</summary>
public sealed record RunCheckpoint
{
    public required RepositoryReference Repository { get; init; }

    /// <summary>The plan without its tasks, which are read again.</summary>
    public required PlanOutline Plan { get; init; }

    /// <summary>The planner of a run that began with a request; else null.</summary>
    public TaskOutline? Planner { get; init; }

    /// <summary>The run without its tasks.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>File of the tasks that were started; null while there are none.</summary>
    public CheckpointFile? Tasks { get; init; }

    /// <summary>Tasks that changed while the file was written, and replace its entries.</summary>
    public IReadOnlyList<TaskCheckpoint> Recent { get; init; } = [];

    /// <summary>State shared with the merge train, which continues meanwhile.</summary>
    public TrainLinkCheckpoint Train { get; init; } = new();

    /// <summary>Position of staging.</summary>
    public StagingPosition Staging { get; init; } = new("", 0);

    /// <summary>The run's state with the lease workflow.</summary>
    public LeaseCheckpoint Leases { get; init; } = new();

    /// <summary>Accounts and machines that do not work.</summary>
    public IReadOnlyList<OutageCheckpoint> Outages { get; init; } = [];

    /// <summary>True when a person lifted the time limit.</summary>
    public bool UntilLifted { get; init; }

    /// <summary>A user has asked to land what is merged.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool LandMergedAsked { get; init; }

    /// <summary>Tasks that a person paused by name: resuming the run does not resume them.</summary>
    public IReadOnlyList<string> PausedAlone { get; init; } = [];
}

/// <summary>One task of a run: what is known of it, and where its run stands with its workflow.</summary>
public sealed record TaskCheckpoint
{
    /// <summary>Everything that is known of the task.</summary>
    public required TaskProgress Progress { get; init; }

    /// <summary>A person has approved it, or no approval is needed.</summary>
    public bool Approved { get; init; }

    /// <summary>True while its workflow runs.</summary>
    public bool AtWork { get; init; }

    /// <summary>Execution of its workflow whose reports count; empty while this run has started none.</summary>
    public string ExecutionId { get; init; } = "";

    /// <summary>Executions before a retry: their late reports are ignored.</summary>
    public IReadOnlyList<string> PastExecutions { get; init; } = [];

    /// <summary>Last report handled from that execution.</summary>
    public int ReportSequence { get; init; }

    /// <summary>Number of notices handled from that execution.</summary>
    public int Notices { get; init; }

    /// <summary>A person's answer was sent to that execution, which has not reported since.</summary>
    public bool AnswerSent { get; init; }

    /// <summary>A person's guidance for its next execution.</summary>
    public string Guidance { get; init; } = "";

    /// <summary>A person has cancelled it by name: the run lands without it.</summary>
    public bool LeftOut { get; init; }

    /// <summary>An earlier execution of the run has worked on it: its result is used if there is one.</summary>
    public bool MayReuse { get; init; }
}

/// <summary>A file of tasks in the run's folder.</summary>
/// <param name="Hash">SHA-256 of its content, which is also its name.</param>
/// <param name="Count">Tasks in it.</param>
public sealed record CheckpointFile(string Hash, int Count);

/// <summary>Asks for tasks to be added to an earlier file; a task in both is replaced.</summary>
/// <param name="Before">The earlier file; null: there is none.</param>
/// <param name="Tasks">A page of tasks.</param>
public sealed record StoreCheckpointInput(
    string RunId,
    RepositoryReference Repository,
    CheckpointFile? Before,
    IReadOnlyList<TaskCheckpoint> Tasks
);

/// <summary>Asks for a page of a file's tasks.</summary>
/// <param name="Offset">Tasks of earlier pages.</param>
public sealed record ReadCheckpointInput(string RunId, RepositoryReference Repository, CheckpointFile File, int Offset);

/// <summary>A run's state with the lease workflow.</summary>
public sealed record LeaseCheckpoint
{
    /// <summary>True if the run has joined the runs that share its repository.</summary>
    public bool Joined { get; init; }

    /// <summary>True if other runs work in the repository; null: not known yet.</summary>
    public bool? Shared { get; init; }

    /// <summary>Tasks that have a lease or have requested one.</summary>
    public IReadOnlyDictionary<string, TaskLease> Tasks { get; init; } = new Dictionary<string, TaskLease>();
}

/// <summary>The lease of a task.</summary>
/// <param name="Standing">Whether the task has it.</param>
/// <param name="Since">Time of the last change.</param>
/// <param name="Wait">What it waits for; null where it does not.</param>
/// <param name="IsSaid">People were notified of the long wait.</param>
public sealed record TaskLease(LeaseStanding Standing, DateTimeOffset Since, WaitsForLease? Wait = null, bool IsSaid = false);

/// <summary>State of a task's lease.</summary>
public enum LeaseStanding
{
    /// <summary>Requested, without an answer yet.</summary>
    Asked,

    /// <summary>Others hold what it needs: it takes no slot meanwhile.</summary>
    Waiting,

    /// <summary>Granted.</summary>
    Granted,
}

/// <summary>An account or the machine that does not work.</summary>
/// <param name="Name">The account, or empty for the machine.</param>
/// <param name="Why">What went wrong; null: unknown.</param>
/// <param name="Pause">How long to wait before it is tried again.</param>
/// <param name="Until">When a usage limit ends; null for others.</param>
public sealed record OutageCheckpoint(string Name, Reason? Why, TimeSpan Pause, DateTimeOffset? Until);
