namespace Orchestrator.Dashboard.Views;

/// <summary>A line of a log.</summary>
/// <param name="Number">Number of the line, from 1.</param>
/// <param name="Text">Untrusted text.</param>
public sealed record LogLine(int Number, string Text);

/// <summary>Part of a log that a page shows.</summary>
/// <param name="Lines">Shown lines.</param>
/// <param name="First">Number of the first line that can be shown.</param>
/// <param name="Total">Number of the last line.</param>
public sealed record ShownLogLineRange(IReadOnlyList<LogLine> Lines, int First, int Total)
{
    /// <summary>Maximum number of lines in a range, small enough for a page to load quickly on a phone.</summary>
    public const int Size = 2000;

    /// <summary>Number of the agent run whose log is shown, or null for the log of a gate.</summary>
    public int? Start { get; init; }

    /// <summary>True if the lines are results of a search.</summary>
    public bool IsSearch { get; init; }

    /// <summary>True if the last line of the log is shown. The page then follows the log as it grows.</summary>
    public bool IsLast => !IsSearch && (Lines.Count == 0 || Lines[^1].Number == Total);

    /// <summary>Selects the log lines to show.</summary>
    /// <param name="lines">Lines of the log.</param>
    /// <param name="first">Number of the first line.</param>
    /// <param name="from">Number of a line in the range to show, or null for the last range.</param>
    /// <param name="find">Text to search for. The last lines that contain it are shown. Empty to show a range.</param>
    public static ShownLogLineRange Of(IReadOnlyList<string> lines, int first, int? from, string find)
    {
        var total = first + lines.Count - 1;
        var begin = BeginOf(Math.Clamp(from ?? total, first, Math.Max(first, total)));
        var shown =
            find.Length > 0
                ? Numbered(lines, first, 0)
                    .Where(line => AnsiText.Plain(line.Text).Contains(find, StringComparison.OrdinalIgnoreCase))
                    .TakeLast(Size)
                : Numbered(lines, first, Math.Max(0, begin - first)).TakeWhile(line => line.Number < begin + Size);
        return new ShownLogLineRange([.. shown], first, total) { IsSearch = find.Length > 0 };
    }

    /// <summary>Returns the last lines of a log.</summary>
    /// <param name="log">The log.</param>
    /// <param name="most">Maximum number of lines.</param>
    public static ShownLogLineRange Last(AgentLogDocument log, int most)
    {
        var skipped = Math.Max(0, log.Lines.Count - most);
        return new ShownLogLineRange([.. Numbered(log.Lines, log.First, skipped)], log.First, log.First + log.Lines.Count - 1)
        {
            Start = log.Start,
        };
    }

    /// <summary>
    /// Returns the number of the first line of the range that contains the given line. Ranges begin at fixed line numbers, so page
    /// addresses remain valid while the log grows.
    /// </summary>
    public static int BeginOf(int line) => ((line - 1) / Size * Size) + 1;

    private static IEnumerable<LogLine> Numbered(IReadOnlyList<string> lines, int first, int skipped)
    {
        for (var at = skipped; at < lines.Count; at++)
        {
            yield return new LogLine(first + at, lines[at]);
        }
    }
}
