namespace Orchestrator.Usage;

/// <summary>
/// Priority, weight and served time of a run. Among runs of the same priority, the run with the least served time goes first.
/// </summary>
/// <param name="Priority">Priority of the run; larger numbers go first. Range: -100 to 100.</param>
/// <param name="Weight">Weight of the run. A run with weight 2 gets two turns for each turn of a run with weight 1. Values below 1 count as
/// 1.</param>
/// <param name="Served">Total cost of the run's turns, divided by its weight.</param>
public sealed record RunFairShareRecord(
    [property: JsonPropertyName("priority")] int Priority,
    [property: JsonPropertyName("weight")] int Weight,
    [property: JsonPropertyName("served")] TimeSpan Served
)
{
    /// <summary>Initial record of a run that has not had a turn yet.</summary>
    internal static RunFairShareRecord New { get; } = new(0, 1, TimeSpan.Zero);

    internal RunFairShareRecord Charged(TimeSpan cost) => this with { Served = Served + cost / Math.Max(1, Weight) };
}

/// <summary>A turn that a run currently has.</summary>
/// <param name="Run">Key of the run.</param>
/// <param name="Since">Start of the turn.</param>
public readonly record struct ActiveRunFairShareTurn(string Run, DateTimeOffset Since);

/// <summary>A request that is waiting for a turn.</summary>
/// <param name="Id">Id of the request.</param>
/// <param name="Run">Key of the run.</param>
/// <param name="IsUnderWay">True if the turn would continue earlier work.</param>
/// <param name="Since">Time of the request.</param>
public sealed record RunFairShareTurnRequest(string Id, string Run, bool IsUnderWay, DateTimeOffset Since);
