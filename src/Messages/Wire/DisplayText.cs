namespace Orchestrator.Messages;

/// <summary>Fits texts for Temporal's Web UI to the limits of servers, which reject a command whose text is too long.</summary>
public static class DisplayText
{
    /// <summary>Maximum length of a summary in characters. Servers accept 400 bytes, and a character may need three bytes.</summary>
    public const int MostOfSummary = 100;

    /// <summary>Maximum length of details in characters. Servers accept 20,000 bytes.</summary>
    public const int MostOfDetails = 5_000;

    /// <summary>Formats a text as a summary: one line, truncated if too long.</summary>
    /// <param name="text">Any text, or null for none.</param>
    public static string? Summary(string? text) =>
        text is null ? null : Cut(string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Trim(), MostOfSummary);

    /// <summary>Formats a text as details, in Markdown.</summary>
    /// <param name="text">Any text.</param>
    public static string Details(string text) => Cut(text, MostOfDetails);

    // Half of a surrogate pair can't be encoded.
    private static string Cut(string text, int most) =>
        text.Length <= most ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1), "…");
}
