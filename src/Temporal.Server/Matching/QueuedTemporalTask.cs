namespace Temporal.Server.Matching;

/// <summary>
/// An entry of a task queue. It only identifies the work. When a worker takes the entry, the run's state shows whether the work is still
/// needed.
/// </summary>
internal abstract record QueuedTemporalTask(string NamespaceId, string WorkflowId, string RunId, string Queue, int Priority)
{
    /// <summary>Time at which the task was queued, as a value of <see cref="Environment.TickCount64"/> in ms.</summary>
    public long Added { get; } = Environment.TickCount64;

    /// <summary>
    /// The only worker version that may take the task. Empty for unversioned workers and for sticky queues. Null if the queue's current
    /// routing applies.
    /// </summary>
    public string? Pinned { get; init; }

    /// <summary>Fairness key of the task; empty for the group of tasks without a key.</summary>
    public string FairnessKey { get; init; } = "";

    /// <summary>Weight of the fairness key; 0 means 1.</summary>
    public float FairnessWeight { get; init; }

    /// <summary>True if the task goes to the queue's ramping version regardless of that version's traffic percentage.</summary>
    public bool PrefersRamping { get; init; }

    /// <summary>Number of tasks for the same worker version that were still waiting when this task left its queue.</summary>
    public int Behind { get; set; }
}

internal sealed record QueuedWorkflowTask(
    string NamespaceId,
    string WorkflowId,
    string RunId,
    long ScheduledEventId,
    string Queue,
    bool Sticky,
    int Priority
) : QueuedTemporalTask(NamespaceId, WorkflowId, RunId, Queue, Priority)
{
    /// <summary>Version to which the run is pinned, or null for none.</summary>
    public string? RunPinned { get; init; }

    /// <summary>Version of the worker that completed the run's last task and has the run cached.</summary>
    public string LastVersion { get; init; } = DeploymentVersionText.None;

    /// <summary>Name of the non-sticky queue.</summary>
    public string NormalQueue { get; init; } = "";
}

internal sealed record QueuedActivityTask(
    string NamespaceId,
    string WorkflowId,
    string RunId,
    long ScheduledEventId,
    int Stamp,
    string Queue,
    int Priority
) : QueuedTemporalTask(NamespaceId, WorkflowId, RunId, Queue, Priority);

/// <summary>An offer of a query to a worker that has the run cached or replays it.</summary>
internal sealed record QueuedQueryTask(string NamespaceId, string WorkflowId, string RunId, string Queue, PendingQuery Query, int Offer)
    : QueuedTemporalTask(NamespaceId, WorkflowId, RunId, Queue, 1);
