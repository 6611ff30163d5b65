namespace Orchestrator.Messages;

/// <summary>One transition: a line of <c>runs/&lt;run&gt;/events.jsonl</c>.</summary>
public sealed record RunEvent
{
    /// <summary>Grows by one with each transition of the run.</summary>
    [JsonPropertyName("sequence")]
    public required long Sequence { get; init; }

    [JsonPropertyName("time")]
    public required DateTimeOffset Time { get; init; }

    /// <summary>The task, or null for the run itself.</summary>
    [JsonPropertyName("task")]
    public string? Task { get; init; }

    [JsonPropertyName("state")]
    public required string State { get; init; }

    /// <summary>Why the state was entered, or what happened; null where the state says it all.</summary>
    [JsonPropertyName("why")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Reason? Why { get; init; }

    /// <summary><see cref="Why"/> in words; empty where the state says it all.</summary>
    [JsonPropertyName("reason")]
    public string Reason => ReasonText.Of(Why);

    [JsonPropertyName("evidence")]
    public string Evidence
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Author of the decision: the person and their client (<c>kim@laptop</c>); null where no person decided.</summary>
    [JsonPropertyName("by")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? By { get; init; }
}
