namespace Orchestrator.App.Documents;

/// <summary>Output of <c>watch --json</c>.</summary>
/// <param name="Workers">Tasks of open runs that have a running agent, wait, are paused or have failed.</param>
public sealed record WorkersDocument(IReadOnlyList<RunningTaskDocument> Workers) : SchemaVersionedDocument;

/// <summary>A task that has a running agent, is waiting, is paused, or has failed.</summary>
/// <param name="Run">Id of the run.</param>
/// <param name="Task">Id of the task.</param>
/// <param name="State">State of the task.</param>
/// <param name="Paused">True if a user has paused the task.</param>
/// <param name="AtWork">True if the task holds a slot.</param>
/// <param name="Attempt">Number of the attempt.</param>
/// <param name="Starts">Number of agents that were started for the task.</param>
/// <param name="StartedAt">Time at which the first agent started, or null if none was started.</param>
/// <param name="Since">Time at which the task entered its state.</param>
/// <param name="CostUsd">Cost in US dollars.</param>
/// <param name="Tokens">Number of tokens that the models read and wrote.</param>
/// <param name="Doing">Current action of the agent, or the reason why no agent is running. Empty if both are unknown.</param>
public sealed record RunningTaskDocument(
    string Run,
    string Task,
    string State,
    bool Paused,
    bool AtWork,
    int Attempt,
    int Starts,
    DateTimeOffset? StartedAt,
    DateTimeOffset Since,
    decimal CostUsd,
    long Tokens,
    string Doing
);
