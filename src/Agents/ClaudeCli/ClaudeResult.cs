namespace Orchestrator.Agents.ClaudeCli;

/// <summary>Result that the CLI prints in the last line of its stream.</summary>
internal sealed record ClaudeResult(string Subtype, bool IsError, string Text, string? TerminalReason, int? ApiStatus, string? Answer)
{
    /// <summary>
    /// The CLI's name for the error that made a request fail permanently, such as <see cref="ClaudeFailureClassifier.LimitReached"/>. Null
    /// if no request failed permanently.
    /// </summary>
    public string? ApiError { get; init; }

    /// <summary>Parses a result line. Missing members become unknown, empty or null.</summary>
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
