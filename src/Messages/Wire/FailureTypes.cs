namespace Orchestrator.Messages;

/// <summary>Failure types of activities that are nobody's fault: a later attempt continues.</summary>
public static class FailureTypes
{
    /// <summary>The worker shuts down; the agent that the attempt followed works on.</summary>
    public const string WorkerStops = "WorkerStops";

    /// <summary>The disk is full. Where a task waits for the step, the task is parked; else the step is retried.</summary>
    public const string DiskFull = "DiskFull";

    /// <summary>The worker's process is dead; another worker ended its attempts.</summary>
    public const string WorkerDied = "WorkerDied";

    /// <summary>The host that was asked has no free place for a task. Nothing has failed: another host is asked, or this one
    /// later.</summary>
    public const string NoPlace = "NoPlace";

    /// <summary>The host that was asked could not do a task now, such as without disk space or a login. As with
    /// <see cref="NoPlace"/>.</summary>
    public const string HostNotReady = "HostNotReady";
}
