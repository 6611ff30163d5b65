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

    /// <summary>Identifies what a person is shown: the beginning of the SHA-256 of id and question. An answer that names it is refused
    /// where something else is asked by now. Computed from the text, so that it is always that of the text beside it.</summary>
    [JsonPropertyName("shown")]
    public string Shown =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{Id}\n{Question}")))[
            ..16
        ];

    [JsonPropertyName("since")]
    public DateTimeOffset Since { get; init; }
}
