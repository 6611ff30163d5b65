namespace Orchestrator.Messages;

/// <summary>A transition of a run or task, stored as one line of <c>runs/&lt;run&gt;/events.jsonl</c>.</summary>
public sealed record RunEvent
{
    /// <summary>Sequence number of the transition, which increases with each transition of the run.</summary>
    [JsonPropertyName("sequence")]
    public required long Sequence { get; init; }

    [JsonPropertyName("time")]
    public required DateTimeOffset Time { get; init; }

    /// <summary>Id of the task, or null for the run itself.</summary>
    [JsonPropertyName("task")]
    public string? Task { get; init; }

    [JsonPropertyName("state")]
    public required string State { get; init; }

    /// <summary>Reason for the new state, or details of the event. Null if the state needs no explanation.</summary>
    [JsonPropertyName("why")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Reason? Why { get; init; }

    /// <summary>The reason in <see cref="Why"/> as text; empty if it is null.</summary>
    [JsonPropertyName("reason")]
    public string Reason => StatusReasonFormatter.Of(Why);

    [JsonPropertyName("evidence")]
    public string Evidence
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>User who decided, with the name of the user's host (<c>kim@laptop</c>), or null if no user decided.</summary>
    [JsonPropertyName("by")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? By { get; init; }
}
