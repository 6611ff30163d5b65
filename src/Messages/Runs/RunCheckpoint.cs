namespace Orchestrator.Messages;

/// <summary>State that a run passes on when it continues as new. Started tasks are in a file of the run's folder, and the others are in
/// the stored plan. The message has only the changes made while the file was written, so its size does not grow with the number of
/// tasks.</summary>
public sealed record RunCheckpoint
{
    public required RepositoryReference Repository { get; init; }

    /// <summary>The plan without its tasks, which are read again.</summary>
    public required PlanOutline Plan { get; init; }

    /// <summary>The planner of a run that started with a request, or null for other runs.</summary>
    public TaskOutline? Planner { get; init; }

    /// <summary>Status of the run without its tasks.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>File with the started tasks, or null while no task has started.</summary>
    public CheckpointFile? Tasks { get; init; }

    /// <summary>Tasks that changed while the file was written. They replace the file's entries.</summary>
    public IReadOnlyList<TaskCheckpoint> Recent { get; init; } = [];

    /// <summary>The run's state for its merge queue, which keeps running meanwhile.</summary>
    public TrainLinkCheckpoint Train { get; init; } = new();

    /// <summary>Position of the staging branch.</summary>
    public StagingPosition Staging { get; init; } = new("", 0);

    /// <summary>The run's state for the lease workflow.</summary>
    public LeaseCheckpoint Leases { get; init; } = new();

    /// <summary>Outages of accounts and hosts.</summary>
    public IReadOnlyList<OutageCheckpoint> Outages { get; init; } = [];

    /// <summary>True if a user lifted the time limit.</summary>
    public bool UntilLifted { get; init; }

    /// <summary>True if a user has requested to land the merged work.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool LandMergedAsked { get; init; }

    /// <summary>Earlier landings of merged work while other tasks continued, or null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PartLandings? Parts { get; init; }

    /// <summary>Tasks that a user paused individually. Resuming the run does not resume them.</summary>
    public IReadOnlyList<string> PausedAlone { get; init; } = [];
}

/// <summary>Earlier landings of merged work while other tasks continued.</summary>
/// <param name="LookedAt">Time of the last landing or look at the target.</param>
/// <param name="LandedAt">Time of the last attempt to land, or null for none.</param>
/// <param name="RefusedWith">Number of merged tasks that the last attempt could not land; 0 after a success.</param>
public sealed record PartLandings(DateTimeOffset LookedAt, DateTimeOffset? LandedAt = null, int RefusedWith = 0);

/// <summary>Checkpoint of one task: its progress, and the state shared with its workflow.</summary>
public sealed record TaskCheckpoint
{
    /// <summary>Progress of the task.</summary>
    public required TaskProgress Progress { get; init; }

    /// <summary>True if the task was approved or needs no approval.</summary>
    public bool Approved { get; init; }

    /// <summary>True while the task's workflow runs.</summary>
    public bool AtWork { get; init; }

    /// <summary>Execution id of the task's workflow whose reports count; empty if this run has not started one.</summary>
    public string ExecutionId { get; init; } = "";

    /// <summary>Executions before a retry. Their late reports are ignored.</summary>
    public IReadOnlyList<string> PastExecutions { get; init; } = [];

    /// <summary>Number of the last handled report of that execution.</summary>
    public int ReportSequence { get; init; }

    /// <summary>Number of handled notices of that execution.</summary>
    public int Notices { get; init; }

    /// <summary>True if a user's answer was sent to that execution, which has not reported since.</summary>
    public bool AnswerSent { get; init; }

    /// <summary>A user's guidance for the task's next execution.</summary>
    public string Guidance { get; init; } = "";

    /// <summary>True if a user cancelled the task individually, so the run lands without it.</summary>
    public bool LeftOut { get; init; }

    /// <summary>True if an earlier execution of the run has worked on the task, whose result is reused if it exists.</summary>
    public bool MayReuse { get; init; }
}

/// <summary>A file of tasks in the run's folder.</summary>
/// <param name="Hash">SHA-256 of the content, which is also the file name.</param>
/// <param name="Count">Number of tasks in the file.</param>
public sealed record CheckpointFile(string Hash, int Count);

/// <summary>Request to add tasks to an earlier file. A task that is in both replaces the earlier one.</summary>
/// <param name="Before">The earlier file, or null for none.</param>
/// <param name="Tasks">A page of tasks.</param>
public sealed record StoreCheckpointInput(
    string RunId,
    RepositoryReference Repository,
    CheckpointFile? Before,
    IReadOnlyList<TaskCheckpoint> Tasks
);

/// <summary>Request to read a page of a file's tasks.</summary>
/// <param name="Offset">Number of tasks on earlier pages.</param>
public sealed record ReadCheckpointInput(string RunId, RepositoryReference Repository, CheckpointFile File, int Offset);

/// <summary>The run's state for the lease workflow.</summary>
public sealed record LeaseCheckpoint
{
    /// <summary>True if the run has joined the runs that share its repository.</summary>
    public bool Joined { get; init; }

    /// <summary>True if other runs work in the repository; null if not known yet.</summary>
    public bool? Shared { get; init; }

    /// <summary>Tasks that have a lease or have requested one.</summary>
    public IReadOnlyDictionary<string, TaskLease> Tasks { get; init; } = new Dictionary<string, TaskLease>();
}

/// <summary>Lease that a task holds or waits for.</summary>
/// <param name="Standing">State of the lease.</param>
/// <param name="Since">Time of the last change.</param>
/// <param name="Wait">The lease that the task waits for, or null if it does not wait.</param>
/// <param name="IsSaid">True if users were notified of the long wait.</param>
public sealed record TaskLease(TaskLeaseState Standing, DateTimeOffset Since, WaitsForLease? Wait = null, bool IsSaid = false);

/// <summary>State of a task's lease.</summary>
public enum TaskLeaseState
{
    /// <summary>Requested, without an answer yet.</summary>
    Asked,

    /// <summary>Waiting for leases of other tasks. The task occupies no slot meanwhile.</summary>
    Waiting,

    /// <summary>The lease is granted.</summary>
    Granted,
}

/// <summary>Outage of an account or host.</summary>
/// <param name="Name">The account; empty for the host.</param>
/// <param name="Why">Cause of the outage, or null if unknown.</param>
/// <param name="Pause">Delay before the next probe.</param>
/// <param name="Until">Time at which a usage limit resets; null for other outages.</param>
public sealed record OutageCheckpoint(string Name, Reason? Why, TimeSpan Pause, DateTimeOffset? Until);
