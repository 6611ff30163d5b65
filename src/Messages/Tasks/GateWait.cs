namespace Orchestrator.Messages;

/// <summary>A gate that waits for another one on this machine.</summary>
/// <param name="Task">The task whose gate it is; empty for a gate of the run itself.</param>
/// <param name="Gate">Its name.</param>
/// <param name="Exclusive">The exclusive name that both need; null where one of them is rerun alone after a collision.</param>
/// <param name="HolderGate">The gate it waits for.</param>
/// <param name="HolderTask">The task whose gate that is; empty for a gate of no task.</param>
/// <param name="HolderRun">The run whose gate that is; empty for <c>orchestrate verify</c>.</param>
/// <param name="HolderRepository">Absolute path of its repository.</param>
/// <param name="Since">Since when it waits.</param>
public sealed record GateWait(
    string Task,
    string Gate,
    string? Exclusive,
    string HolderGate,
    string HolderTask,
    string HolderRun,
    string HolderRepository,
    DateTimeOffset Since
);
