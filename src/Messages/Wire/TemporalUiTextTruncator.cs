namespace Orchestrator.Messages;

/// <summary>
/// Truncates text for Temporal's Web UI to the length that the server allows, because the server rejects a command with a longer text.
/// </summary>
public static class TemporalUiTextTruncator
{
    /// <summary>Maximum length of a summary in characters. Servers accept 400 bytes, and a character may need three bytes.</summary>
    public const int MostOfSummary = 100;

    /// <summary>Maximum length of details in characters. Servers accept 20,000 bytes.</summary>
    public const int MostOfDetails = 5_000;

    /// <summary>Formats text as a one-line summary for Temporal's Web UI, truncated if necessary.</summary>
    /// <param name="text">Any text, or null if there is none.</param>
    public static string? Summary(string? text) =>
        text is null ? null : Cut(string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Trim(), MostOfSummary);

    /// <summary>Formats Markdown text as details for Temporal's Web UI, truncated if necessary.</summary>
    /// <param name="text">Any text.</param>
    public static string Details(string text) => Cut(text, MostOfDetails);

    // The cut avoids half of a surrogate pair, which can't be encoded.
    private static string Cut(string text, int most) =>
        text.Length <= most ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1), "…");
}
