namespace Orchestrator.Messages;

/// <summary>
/// Types of activity failures that are not caused by an error in the activity itself. A later attempt at the activity continues the work.
/// </summary>
public static class FailureTypes
{
    /// <summary>The worker is shutting down. The agent that the activity was watching keeps running.</summary>
    public const string WorkerStops = "WorkerStops";

    /// <summary>
    /// The disk is full. If a task is waiting for the activity, the task backs off; otherwise the server retries the activity.
    /// </summary>
    public const string DiskFull = "DiskFull";

    /// <summary>
    /// The worker's process has ended, and another worker has reported the open activity attempts of that process as failed.
    /// </summary>
    public const string WorkerDied = "WorkerDied";

    /// <summary>
    /// The host has no free slot for the task. This is not an error. The slot is then requested from another host, or later from the same
    /// host.
    /// </summary>
    public const string NoPlace = "NoPlace";

    /// <summary>
    /// The host can't execute a task now, for example because it lacks disk space or a login. Handled like <see cref="NoPlace"/>.
    /// </summary>
    public const string HostNotReady = "HostNotReady";
}
