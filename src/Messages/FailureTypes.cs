namespace Orchestrator.Messages;

/// <summary>Failure types that end an attempt of an activity without counting against it: the next attempt continues.</summary>
public static class FailureTypes
{
    /// <summary>The worker shuts down; the agent that the attempt followed works on.</summary>
    public const string WorkerStops = "WorkerStops";

    /// <summary>The worker's process is dead; another worker ended its attempts.</summary>
    public const string WorkerDied = "WorkerDied";
}
