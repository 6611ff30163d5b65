namespace Orchestrator.Usage;

/// <summary>Service that a run has received, compared with other runs of the same priority.</summary>
/// <param name="Priority">Priority of the run; larger numbers go first. Range: -100 to 100.</param>
/// <param name="Weight">Weight of the run. A run with weight 2 gets two turns for each turn of a run with weight 1. Values below 1 count as
/// 1.</param>
/// <param name="Served">Total cost of the run's turns, divided by its weight.</param>
public sealed record RunTurnShare(
    [property: JsonPropertyName("priority")] int Priority,
    [property: JsonPropertyName("weight")] int Weight,
    [property: JsonPropertyName("served")] TimeSpan Served
)
{
    /// <summary>Initial share of a run that has not been served.</summary>
    internal static RunTurnShare New { get; } = new(0, 1, TimeSpan.Zero);

    internal RunTurnShare Charged(TimeSpan cost) => this with { Served = Served + cost / Math.Max(1, Weight) };
}

/// <summary>A turn that a run currently has.</summary>
/// <param name="Run">Key of the run.</param>
/// <param name="Since">Start of the turn.</param>
public readonly record struct ActiveRunTurn(string Run, DateTimeOffset Since);

/// <summary>A request that is waiting for a turn.</summary>
/// <param name="Id">Id of the request.</param>
/// <param name="Run">Key of the run.</param>
/// <param name="IsUnderWay">True if the turn would continue earlier work.</param>
/// <param name="Since">Time of the request.</param>
public sealed record WaitingRunTurnRequest(string Id, string Run, bool IsUnderWay, DateTimeOffset Since);
