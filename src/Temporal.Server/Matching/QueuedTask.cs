namespace Temporal.Server.Matching;

/// <summary>
/// Something that waits in a task queue. It names the work; whether it is still to be done is asked of the run when a worker takes it.
/// </summary>
internal abstract record QueuedTask(string NamespaceId, string WorkflowId, string RunId, string Queue, int Priority)
{
    /// <summary>When it came into the queue, in ms of <see cref="Environment.TickCount64"/>.</summary>
    public long Added { get; } = Environment.TickCount64;

    /// <summary>
    /// The version whose workers alone may take it, empty for workers without one (and in a worker's own queue); null: the version that
    /// the queue's tasks go to at the time.
    /// </summary>
    public string? Pinned { get; init; }

    /// <summary>The group of tasks among which fair shares are taken; empty for the group of those without a key.</summary>
    public string FairnessKey { get; init; } = "";

    /// <summary>The share of its group against that of others; 0 for 1.</summary>
    public float FairnessWeight { get; init; }

    /// <summary>True if the task goes to the ramping version of its queue, whatever share of tasks does.</summary>
    public bool PrefersRamping { get; init; }

    /// <summary>The number of tasks that waited behind this one when it left its queue.</summary>
    public int Behind { get; set; }
}

internal sealed record WorkflowQueuedTask(
    string NamespaceId,
    string WorkflowId,
    string RunId,
    long ScheduledEventId,
    string Queue,
    bool Sticky,
    int Priority
) : QueuedTask(NamespaceId, WorkflowId, RunId, Queue, Priority)
{
    /// <summary>The version that the run is bound to; null for none.</summary>
    public string? RunPinned { get; init; }

    /// <summary>The version of the worker that did the run's last task, and has it in memory.</summary>
    public string LastVersion { get; init; } = BuildVersion.None;

    /// <summary>The queue for everybody.</summary>
    public string NormalQueue { get; init; } = "";
}

internal sealed record ActivityQueuedTask(
    string NamespaceId,
    string WorkflowId,
    string RunId,
    long ScheduledEventId,
    int Stamp,
    string Queue,
    int Priority
) : QueuedTask(NamespaceId, WorkflowId, RunId, Queue, Priority);

/// <summary>An offer of a query to a worker that has the run in memory or replays it.</summary>
internal sealed record QueryQueuedTask(string NamespaceId, string WorkflowId, string RunId, string Queue, PendingQuery Query, int Offer)
    : QueuedTask(NamespaceId, WorkflowId, RunId, Queue, 1);
