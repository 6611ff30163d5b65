namespace Orchestrator.Messages;

/// <summary>Something that waits for a person.</summary>
public sealed record RunQuestion
{
    /// <summary>Argument of <c>approve</c>, <c>reject</c>, <c>retry</c> or <c>skip</c>: <c>plan</c>, <c>promote</c> or a task's
    /// id.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("question")]
    public required string Question { get; init; }

    /// <summary>Commands that answer it.</summary>
    [JsonPropertyName("commands")]
    public IReadOnlyList<string> Commands
    {
        get;
        init => field = value ?? [];
    } = [];

    [JsonPropertyName("since")]
    public DateTimeOffset Since { get; init; }
}
