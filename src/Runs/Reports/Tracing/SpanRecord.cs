namespace Orchestrator.Runs.Reports;

/// <summary>A span of a run's trace, derived from the run's record.</summary>
/// <param name="Id">Span id of 16 hexadecimal digits.</param>
/// <param name="Parent">Id of the parent span, or null for the run.</param>
/// <param name="Name">Display name with few distinct values across all runs.</param>
/// <param name="From">Start time.</param>
/// <param name="To">End time.</param>
/// <param name="Error">Class of the error, or null if it succeeded.</param>
/// <param name="Attributes">Attributes, named by <see cref="TelemetryNames"/>.</param>
public sealed record SpanRecord(
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
    public required SpanSubject Subject { get; init; }

    /// <summary>Duration of the span in seconds.</summary>
    public double Seconds => Math.Max(0, (To - From).TotalSeconds);

    /// <summary>Returns the value of an attribute, or null if the span does not have it.</summary>
    public object? Find(string name) => Attributes.FirstOrDefault(attribute => attribute.Key == name).Value;
}

/// <summary>Kind of work that a span covers.</summary>
public enum SpanSubject
{
    /// <summary>Span of a run.</summary>
    Run,

    /// <summary>Span of a task.</summary>
    Task,

    /// <summary>An attempt of a task.</summary>
    Attempt,

    /// <summary>A working agent, whose program's own spans are children of this span.</summary>
    Agent,

    /// <summary>A period in which a task was verified, merged or waiting.</summary>
    Phase,

    /// <summary>A gate that was run.</summary>
    Gate,
}
