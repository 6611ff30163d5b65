namespace Temporal.Server.Matching;

/// <summary>
/// Something that waits in a task queue. It names the work; whether it is still to be done is asked of the run when a worker takes it.
/// </summary>
internal abstract record QueuedTask(string NamespaceId, string WorkflowId, string RunId, string Queue, int Priority)
{
    /// <summary>When it came into the queue, in ms of <see cref="Environment.TickCount64"/>.</summary>
    public long Added { get; } = Environment.TickCount64;
}

internal sealed record WorkflowQueuedTask(
    string NamespaceId,
    string WorkflowId,
    string RunId,
    long ScheduledEventId,
    string Queue,
    bool Sticky,
    int Priority
) : QueuedTask(NamespaceId, WorkflowId, RunId, Queue, Priority);

internal sealed record ActivityQueuedTask(
    string NamespaceId,
    string WorkflowId,
    string RunId,
    long ScheduledEventId,
    int Stamp,
    string Queue,
    int Priority
) : QueuedTask(NamespaceId, WorkflowId, RunId, Queue, Priority);

/// <summary>A query for a worker that has the run in memory or replays it.</summary>
internal sealed record QueryQueuedTask(string NamespaceId, string WorkflowId, string RunId, string Queue, PendingQuery Query)
    : QueuedTask(NamespaceId, WorkflowId, RunId, Queue, 1);
