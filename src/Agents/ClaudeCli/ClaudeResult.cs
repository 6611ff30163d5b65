namespace Orchestrator.Agents.ClaudeCli;

/// <summary>The last line of the CLI's stream: the result.</summary>
internal sealed record ClaudeResult(string Subtype, bool IsError, string Text, string? TerminalReason, int? ApiStatus, string? Answer)
{
    /// <summary>The CLI's word for a request that failed finally, such as <see cref="ClaudeFailures.LimitReached"/>; null: none.</summary>
    public string? ApiError { get; init; }

    /// <summary>Parses it; missing members are unknown, empty or null.</summary>
    public static ClaudeResult Read(JsonElement root) =>
        new(
            root.Text("subtype") ?? "unknown",
            root.IsTrue("is_error"),
            root.Text("result") ?? string.Join('\n', root.Texts("errors")),
            root.Text("terminal_reason"),
            (int?)root.Number("api_error_status"),
            root.Get("structured_output")?.GetRawText()
        )
        {
            ApiError = root.Text("api_error"),
        };
}
