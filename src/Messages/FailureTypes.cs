namespace Orchestrator.Messages;

/// <summary>Types of failures that end an attempt of an activity, but say nothing about the activity: the next attempt goes on.</summary>
public static class FailureTypes
{
    /// <summary>The worker stops in order; what the attempt followed works on.</summary>
    public const string WorkerStops = "WorkerStops";

    /// <summary>The worker's process is dead; another worker ended its attempts.</summary>
    public const string WorkerDied = "WorkerDied";
}
