namespace Orchestrator.App.Commands;

/// <summary>A request to start a run in the background. Exactly one of the plan, the request text and the list of tasks is set.</summary>
public sealed record BackgroundRunRequest
{
    /// <summary>The plan as YAML or JSON text, or null if there is none.</summary>
    public string? Plan { get; init; }

    /// <summary>The request from which a planner creates the plan, or null if there is none.</summary>
    public string? Request { get; init; }

    /// <summary>Descriptions of independent tasks, each for a separate agent, or null if there are none.</summary>
    public IReadOnlyList<string>? Tasks { get; init; }

    /// <summary>Cost in US dollars at which no more agents start, or null for the limit in the settings.</summary>
    public decimal? MaxCost { get; init; }

    /// <summary>
    /// Time after which no more agents start, or null for no limit. The format is a time of day, such as <c>07:00</c>, or a date with a
    /// time.
    /// </summary>
    public string? Until { get; init; }
}
