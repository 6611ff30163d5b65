namespace Orchestrator.Messages;

/// <summary>What a run takes with it when it continues as new. Tasks that something has happened to are in a file of the run's folder, the
/// others are as the stored plan says, and only what happened while the file was written goes with the message. So it is small, however
/// many tasks there are.</summary>
public sealed record RunCheckpoint
{
    public required RepositoryReference Repository { get; init; }

    /// <summary>The plan without its pages of tasks: they are read again.</summary>
    public required PlanOutline Plan { get; init; }

    /// <summary>The planner of a run that began with a request, which is in no plan; else null.</summary>
    public TaskOutline? Planner { get; init; }

    /// <summary>The run without its tasks.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>Tasks that something has happened to; null while there are none.</summary>
    public CheckpointFile? Tasks { get; init; }

    /// <summary>Tasks that changed while the file was written; what it says of them counts no more.</summary>
    public IReadOnlyList<TaskCheckpoint> Recent { get; init; } = [];

    /// <summary>How the run stands with its merge train, which goes on meanwhile.</summary>
    public TrainLinkCheckpoint Train { get; init; } = new();

    /// <summary>Where staging has to be.</summary>
    public StagingPosition Staging { get; init; } = new("", 0);

    /// <summary>How the run stands with the leases of its repository.</summary>
    public LeaseCheckpoint Leases { get; init; } = new();

    /// <summary>Accounts and machines that do not work.</summary>
    public IReadOnlyList<OutageCheckpoint> Outages { get; init; } = [];

    /// <summary>True when a person lifted the limit of money.</summary>
    public bool CostLifted { get; init; }

    /// <summary>True when a person lifted the limit of time.</summary>
    public bool UntilLifted { get; init; }

    /// <summary>Tasks that a person paused by name: the run's own resume leaves them so.</summary>
    public IReadOnlyList<string> PausedAlone { get; init; } = [];
}

/// <summary>All that a run knows of one of its tasks.</summary>
public sealed record TaskCheckpoint
{
    /// <summary>Where it is. In a message without title and dependencies, which are the plan's.</summary>
    public required RunTask Status { get; init; }

    /// <summary>A person said yes, or nobody has to.</summary>
    public bool Approved { get; init; }

    /// <summary>True while its workflow runs.</summary>
    public bool AtWork { get; init; }

    /// <summary>Execution of its workflow whose reports count; empty while none was started by this run.</summary>
    public string ExecutionId { get; init; } = "";

    /// <summary>Executions before a retry: what they still say is not about the present one.</summary>
    public IReadOnlyList<string> PastExecutions { get; init; } = [];

    /// <summary>Last report taken in from that execution.</summary>
    public int ReportSequence { get; init; }

    /// <summary>How many notices of that execution were taken in.</summary>
    public int Notices { get; init; }

    /// <summary>A person's answer is on its way to that execution, which has not reported since.</summary>
    public bool AnswerSent { get; init; }

    /// <summary>Number of the last agent start.</summary>
    public int LastStart { get; init; }

    /// <summary>Agent starts of earlier executions (before a retry).</summary>
    public int StartsBefore { get; init; }

    /// <summary>US dollars of earlier executions.</summary>
    public decimal CostBefore { get; init; }

    /// <summary>Tokens of earlier executions.</summary>
    public long TokensBefore { get; init; }

    /// <summary>A person's words for its next execution.</summary>
    public string Guidance { get; init; } = "";

    /// <summary>A person has cancelled it by name: the run lands without it.</summary>
    public bool LeftOut { get; init; }

    /// <summary>An earlier execution of the run has worked on it: its result counts where there is one.</summary>
    public bool MayReuse { get; init; }
}

/// <summary>A file of tasks in the run's folder.</summary>
/// <param name="Hash">SHA-256 of its content, which is also its name.</param>
/// <param name="Count">Tasks in it.</param>
public sealed record CheckpointFile(string Hash, int Count);

/// <summary>Asks for tasks to be added to what an earlier file holds; a task that is in both is replaced.</summary>
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

/// <summary>How a run stands with the leases of its repository.</summary>
public sealed record LeaseCheckpoint
{
    /// <summary>It has joined them.</summary>
    public bool Joined { get; init; }

    /// <summary>Whether other runs work in the repository; null: not known yet.</summary>
    public bool? Shared { get; init; }

    /// <summary>Tasks that have a lease or have asked for one.</summary>
    public IReadOnlyDictionary<string, TaskLease> Tasks { get; init; } = new Dictionary<string, TaskLease>();
}

/// <summary>The lease of a task.</summary>
/// <param name="Standing">Whether the task has it.</param>
/// <param name="Since">Since when it stands so.</param>
/// <param name="Reason">What it waits for; empty where it does not.</param>
/// <param name="IsSaid">People were told that it has waited for long.</param>
public sealed record TaskLease(LeaseStanding Standing, DateTimeOffset Since, string Reason = "", bool IsSaid = false);

/// <summary>Whether a task has its lease.</summary>
public enum LeaseStanding
{
    /// <summary>It was asked for, and there is no answer yet.</summary>
    Asked,

    /// <summary>Others have what it needs: it takes no slot meanwhile.</summary>
    Waiting,

    /// <summary>It has what it needs.</summary>
    Granted,
}

/// <summary>An account or the machine that does not work.</summary>
/// <param name="Name">The account, or empty for the machine.</param>
/// <param name="Reason">What went wrong.</param>
/// <param name="Pause">How long to wait before it is tried again.</param>
/// <param name="Until">When a usage limit ends; null for others.</param>
public sealed record OutageCheckpoint(string Name, string Reason, TimeSpan Pause, DateTimeOffset? Until);
