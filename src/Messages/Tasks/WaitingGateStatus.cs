namespace Orchestrator.Messages;

/// <summary>A gate that is waiting for another gate on this host.</summary>
/// <param name="Task">Id of the task with the waiting gate; empty for a gate of the run itself.</param>
/// <param name="Gate">Name of the waiting gate.</param>
/// <param name="Exclusive">Name of the exclusive resource that both gates need. Null if a gate waits to be repeated alone after a
/// collision.</param>
/// <param name="HolderGate">Name of the gate that runs first.</param>
/// <param name="HolderTask">Id of that gate's task; empty for a gate without a task.</param>
/// <param name="HolderRun">Id of that gate's run; empty for <c>orchestrate verify</c>.</param>
/// <param name="HolderRepository">Absolute path of that gate's repository.</param>
/// <param name="Since">Time at which the wait started.</param>
public sealed record WaitingGateStatus(
    string Task,
    string Gate,
    string? Exclusive,
    string HolderGate,
    string HolderTask,
    string HolderRun,
    string HolderRepository,
    DateTimeOffset Since
);
