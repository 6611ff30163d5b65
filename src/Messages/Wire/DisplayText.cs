namespace Orchestrator.Messages;

/// <summary>Texts for Temporal's Web UI, within the limits of servers: a start or a command with a longer one is refused, and with it what
/// it was to do.</summary>
public static class DisplayText
{
    /// <summary>Characters of a summary; servers take 400 bytes, and a character may need three of them.</summary>
    public const int MostOfSummary = 100;

    /// <summary>Characters of details; servers take 20,000 bytes.</summary>
    public const int MostOfDetails = 5_000;

    /// <summary>A text as a summary: one line, cut where it is too long.</summary>
    /// <param name="text">Any text; null: none.</param>
    public static string? Summary(string? text) =>
        text is null ? null : Cut(string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Trim(), MostOfSummary);

    /// <summary>A text as details, in Markdown.</summary>
    /// <param name="text">Any text.</param>
    public static string Details(string text) => Cut(text, MostOfDetails);

    // Half of a surrogate pair is no text that can be sent.
    private static string Cut(string text, int most) =>
        text.Length <= most ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1), "…");
}
