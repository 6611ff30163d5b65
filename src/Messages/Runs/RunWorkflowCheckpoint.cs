namespace Orchestrator.Messages;

/// <summary>
/// State that a run passes on when it continues as new. The started tasks are in a file in the run's folder, and all other tasks are in the
/// stored plan. The state itself contains only tasks that changed while the file was being written, so its size does not grow with the
/// plan.
/// </summary>
public sealed record RunWorkflowCheckpoint
{
    public required RepositoryReference Repository { get; init; }

    /// <summary>The plan without its tasks. The next execution of the run's workflow reads the tasks again.</summary>
    public required PlanOutline Plan { get; init; }

    /// <summary>The planner of a run that started with a request, or null for other runs.</summary>
    public TaskOutline? Planner { get; init; }

    /// <summary>Status of the run without its tasks.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>File with the started tasks, or null while no task has started.</summary>
    public CheckpointFile? Tasks { get; init; }

    /// <summary>Tasks that changed while the file was being written. They replace the file's entries for the same tasks.</summary>
    public IReadOnlyList<TaskCheckpoint> Recent { get; init; } = [];

    /// <summary>State of the connection to the merge queue, which keeps running while the run continues as new.</summary>
    public MergeQueueClientCheckpoint Train { get; init; } = new();

    /// <summary>Position of the staging branch.</summary>
    public StagingBranchTip Staging { get; init; } = new("", 0);

    /// <summary>State of the connection to the workflow that manages the leases of the repository.</summary>
    public RunLeaseClientCheckpoint Leases { get; init; } = new();

    /// <summary>Outages of accounts and hosts.</summary>
    public IReadOnlyList<OutageCheckpoint> Outages { get; init; } = [];

    /// <summary>True if a user removed the run's time limit.</summary>
    public bool UntilLifted { get; init; }

    /// <summary>True if a user has requested the landing of the merged work.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool LandMergedAsked { get; init; }

    /// <summary>Landings of merged work that took place while other tasks continued, or null if there were none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PartialLandingRecord? Parts { get; init; }

    /// <summary>Signed commands that were carried out and that might still be sent again; null if there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AnswerToSignedCommand>? SignedAnswers { get; init; }

    /// <summary>Ids of tasks that a user paused individually. Resuming the run does not resume these tasks.</summary>
    public IReadOnlyList<string> PausedAlone { get; init; } = [];
}

/// <summary>
/// A signed command that was carried out. If the command is sent again, it gets the same answer and has no further effect.
/// </summary>
/// <param name="Signature">The command's signature (<see cref="UserCommandSignature.Value"/>).</param>
/// <param name="At">Time of the signature.</param>
/// <param name="Answer">The answer to the command.</param>
public sealed record AnswerToSignedCommand(string Signature, DateTimeOffset At, SteeringUpdateResult Answer);

/// <summary>Record of the landings of merged work that took place while other tasks continued.</summary>
/// <param name="LookedAt">Time at which the target was last checked or landed on.</param>
/// <param name="LandedAt">Time of the last attempt to land, or null before the first attempt.</param>
/// <param name="RefusedWith">Number of merged tasks that the last attempt could not land; 0 after a success.</param>
public sealed record PartialLandingRecord(DateTimeOffset LookedAt, DateTimeOffset? LandedAt = null, int RefusedWith = 0);

/// <summary>Checkpoint of one task: its progress, and the run's records about the task's workflow.</summary>
public sealed record TaskCheckpoint
{
    /// <summary>Progress of the task.</summary>
    public required TaskProgress Progress { get; init; }

    /// <summary>True if the task was approved or needs no approval.</summary>
    public bool Approved { get; init; }

    /// <summary>True while the task's workflow is open.</summary>
    public bool AtWork { get; init; }

    /// <summary>
    /// Id of the task's workflow execution from which the run accepts reports; empty if this run has not started such an execution.
    /// </summary>
    public string ExecutionId { get; init; } = "";

    /// <summary>Ids of the task's workflow executions from before a retry. The run ignores their late reports.</summary>
    public IReadOnlyList<string> PastExecutions { get; init; } = [];

    /// <summary>Sequence number of the last report that the run has handled from the current execution of the task's workflow.</summary>
    public int ReportSequence { get; init; }

    /// <summary>Number of notices from the current execution of the task's workflow that the run has handled.</summary>
    public int Notices { get; init; }

    /// <summary>
    /// True if a user's answer was sent to the current execution of the task's workflow, and the workflow has not sent a report since.
    /// </summary>
    public bool AnswerSent { get; init; }

    /// <summary>A user's guidance for the next execution of the task's workflow.</summary>
    public string Guidance { get; init; } = "";

    /// <summary>True if a user cancelled the task individually, so the run lands without it.</summary>
    public bool LeftOut { get; init; }

    /// <summary>
    /// True if the task may reuse a stored result even though the task was already started, for example by an earlier execution of the run.
    /// </summary>
    public bool MayReuse { get; init; }
}

/// <summary>Reference to a file in the run's folder that contains the state of tasks.</summary>
/// <param name="Hash">SHA-256 of the file's content, which is also its name.</param>
/// <param name="Count">Number of tasks in the file.</param>
public sealed record CheckpointFile(string Hash, int Count);

/// <summary>
/// Request to store a page of task states in a new file, together with the task states from an earlier file. A newer entry replaces the
/// older entry for the same task.
/// </summary>
/// <param name="Before">Earlier file, or null for the first page.</param>
/// <param name="Tasks">Page of tasks to store.</param>
public sealed record StoreCheckpointInput(
    string RunId,
    RepositoryReference Repository,
    CheckpointFile? Before,
    IReadOnlyList<TaskCheckpoint> Tasks
);

/// <summary>Request to read a page of the tasks in a checkpoint file.</summary>
/// <param name="Offset">Number of tasks on earlier pages.</param>
public sealed record ReadCheckpointInput(string RunId, RepositoryReference Repository, CheckpointFile File, int Offset);

/// <summary>State of a run's connection to the lease workflow, passed to the next execution of the run's workflow.</summary>
public sealed record RunLeaseClientCheckpoint
{
    /// <summary>True if the run has registered with the lease workflow, which coordinates the runs of a repository.</summary>
    public bool Joined { get; init; }

    /// <summary>True if other runs are active in the repository; null if not yet known.</summary>
    public bool? Shared { get; init; }

    /// <summary>Leases that tasks hold or have requested, by task id.</summary>
    public IReadOnlyDictionary<string, TaskLease> Tasks { get; init; } = new Dictionary<string, TaskLease>();
}

/// <summary>A lease that a task holds or is waiting for.</summary>
/// <param name="Standing">State of the lease: requested, waiting or granted.</param>
/// <param name="Since">Time at which the state last changed.</param>
/// <param name="Wait">The lease that the task waits for, or null if it does not wait.</param>
/// <param name="IsSaid">True if users were already notified that the wait is long.</param>
public sealed record TaskLease(TaskLeaseStatus Standing, DateTimeOffset Since, WaitingForLeaseReason? Wait = null, bool IsSaid = false);

/// <summary>State of a task's lease.</summary>
public enum TaskLeaseStatus
{
    /// <summary>The lease was requested, and the request has not been answered yet.</summary>
    Asked,

    /// <summary>The task is waiting until other tasks release their leases. It occupies no agent slot in the meantime.</summary>
    Waiting,

    /// <summary>The lease is granted.</summary>
    Granted,
}

/// <summary>Outage of an account or host.</summary>
/// <param name="Name">Name of the account; empty for the host.</param>
/// <param name="Why">Cause of the outage, or null if unknown.</param>
/// <param name="Pause">Delay before the next probe.</param>
/// <param name="Until">Time at which a usage limit resets, or null for other outages.</param>
public sealed record OutageCheckpoint(string Name, Reason? Why, TimeSpan Pause, DateTimeOffset? Until);
