namespace Orchestrator.Runs.Reports;

/// <summary>A span in the trace of a run, derived from the run's record.</summary>
/// <param name="Id">Span id with 16 hexadecimal digits.</param>
/// <param name="Parent">Id of the parent span, or null if the span covers the run.</param>
/// <param name="Name">Name of the span. There are only a few distinct names in all runs.</param>
/// <param name="From">Start time.</param>
/// <param name="To">End time.</param>
/// <param name="Error">Class of the error, or null if the work succeeded.</param>
/// <param name="Attributes">Attributes by their names in <see cref="TelemetryNames"/>.</param>
public sealed record TraceSpanRecord(
    string Id,
    string? Parent,
    string Name,
    DateTimeOffset From,
    DateTimeOffset To,
    string? Error,
    IReadOnlyList<KeyValuePair<string, object>> Attributes
)
{
    /// <summary>Kind of work that the span covers.</summary>
    public required TraceSpanWorkKind Subject { get; init; }

    /// <summary>Duration of the span in seconds.</summary>
    public double Seconds => Math.Max(0, (To - From).TotalSeconds);

    /// <summary>Returns the value of an attribute. Returns null if the span does not have it.</summary>
    public object? Find(string name) => Attributes.FirstOrDefault(attribute => attribute.Key == name).Value;
}

/// <summary>Kind of work that a span covers.</summary>
public enum TraceSpanWorkKind
{
    /// <summary>A run.</summary>
    Run,

    /// <summary>A task.</summary>
    Task,

    /// <summary>An attempt at a task.</summary>
    Attempt,

    /// <summary>An agent run. Spans that the agent program itself reports are children of this span.</summary>
    Agent,

    /// <summary>A period in which a task was being verified, being merged or waiting.</summary>
    Phase,

    /// <summary>One execution of a gate.</summary>
    Gate,
}
