namespace Orchestrator.App.Documents;

/// <summary><c>workers --json</c>.</summary>
/// <param name="Workers">Tasks that agents work on, and those of open runs that stand still.</param>
public sealed record WorkersDocument(IReadOnlyList<WorkerDocument> Workers) : Document;

/// <summary>A task that an agent works on, or that stands still.</summary>
/// <param name="Run">Id of the run.</param>
/// <param name="Task">Id of the task.</param>
/// <param name="State">State of the task.</param>
/// <param name="Paused">A person has paused it.</param>
/// <param name="AtWork">It holds a slot.</param>
/// <param name="Attempt">Number of the attempt.</param>
/// <param name="Starts">Agents that were started for it.</param>
/// <param name="StartedAt">When its first agent started; null before.</param>
/// <param name="Since">Since when it is in its state.</param>
/// <param name="CostUsd">US dollars.</param>
/// <param name="Tokens">Tokens read and written.</param>
/// <param name="Doing">What its agent does now, or why it does nothing; empty where neither is known.</param>
public sealed record WorkerDocument(
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
