namespace Orchestrator.Runs.Reports;

/// <summary>A span of a run's trace, made of its record.</summary>
/// <param name="Id">16 hexadecimal digits.</param>
/// <param name="Parent">The span that it lies in; null: it is the run.</param>
/// <param name="Name">Name for people: few different ones over all runs.</param>
/// <param name="From">When it began.</param>
/// <param name="To">When it ended.</param>
/// <param name="Error">Class of the error that it ended with; null: it ended well.</param>
/// <param name="Attributes">Its attributes, by names of <see cref="SemanticNames"/>.</param>
public sealed record SpanFact(
    string Id,
    string? Parent,
    string Name,
    DateTimeOffset From,
    DateTimeOffset To,
    string? Error,
    IReadOnlyList<KeyValuePair<string, object>> Attributes
)
{
    /// <summary>The kind of work that it is about.</summary>
    public required SpanSubject Subject { get; init; }

    /// <summary>The duration, in seconds.</summary>
    public double Seconds => Math.Max(0, (To - From).TotalSeconds);

    /// <summary>An attribute's value; null where it has none of that name.</summary>
    public object? Find(string name) => Attributes.FirstOrDefault(attribute => attribute.Key == name).Value;
}

/// <summary>The subject of a span.</summary>
public enum SpanSubject
{
    /// <summary>The run.</summary>
    Run,

    /// <summary>A task.</summary>
    Task,

    /// <summary>An attempt of a task.</summary>
    Attempt,

    /// <summary>An agent at work; the spans of its own program are its children.</summary>
    Agent,

    /// <summary>A time in which a task was verified, merged or waited.</summary>
    Phase,

    /// <summary>A gate that was run.</summary>
    Gate,
}
