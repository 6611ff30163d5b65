namespace Orchestrator.App.Commands;

/// <summary>A run to start in the background: a plan, a request, or independent tasks in words.</summary>
public sealed record RunToStart
{
    /// <summary>The plan as YAML or JSON text, or null.</summary>
    public string? Plan { get; init; }

    /// <summary>A request from which a planner makes the plan, or null.</summary>
    public string? Request { get; init; }

    /// <summary>Independent tasks in words, one for each agent, or null.</summary>
    public IReadOnlyList<string>? Tasks { get; init; }

    /// <summary>US dollars at which no further agent starts, or null for the limit of the settings.</summary>
    public decimal? MaxCost { get; init; }

    /// <summary>Time after which no agent starts: a time of day such as 07:00, or a date with time. Null for none.</summary>
    public string? Until { get; init; }
}
