namespace Orchestrator.Messages;

/// <summary>Failure types of activities without a fault in the activity. A later attempt continues.</summary>
public static class FailureTypes
{
    /// <summary>The worker shuts down. The agent that the attempt followed keeps running.</summary>
    public const string WorkerStops = "WorkerStops";

    /// <summary>The disk is full. A task that waits for the activity backs off; otherwise the activity is retried.</summary>
    public const string DiskFull = "DiskFull";

    /// <summary>The worker's process is dead. Another worker ended its attempts.</summary>
    public const string WorkerDied = "WorkerDied";

    /// <summary>The host has no free slot for the task. This is not an error: another host is asked, or the same host later.</summary>
    public const string NoPlace = "NoPlace";

    /// <summary>The host can't execute a task now, for example without disk space or a login. Handled like
    /// <see cref="NoPlace"/>.</summary>
    public const string HostNotReady = "HostNotReady";
}
