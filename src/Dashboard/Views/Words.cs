namespace Orchestrator.Dashboard.Views;

/// <summary>Times, money and texts of others as pages show them.</summary>
internal static class Words
{
    private const int MostOfLine = 8_000;
    private const int MostOfLog = 1_500_000;

    /// <summary>A time, UTC, which says so.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>For the <c>datetime</c> of an element.</summary>
    public static string Machine(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    /// <summary>Time between two moments, in its two greatest units.</summary>
    public static string Span(TimeSpan span) =>
        span < TimeSpan.Zero ? "0 s"
        : span.TotalMinutes < 1 ? string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalSeconds} s")
        : span.TotalHours < 1 ? string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalMinutes} min {span.Seconds} s")
        : span.TotalDays < 1 ? string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours} h {span.Minutes} min")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalDays} d {span.Hours} h");

    /// <summary>US dollars; empty for nothing.</summary>
    public static string Money(decimal cost) => cost == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"${cost:0.00##}");

    /// <summary>A text of others in one line, with a sign for everything that is not seen.</summary>
    /// <param name="text">The text.</param>
    /// <param name="keepIndent">Blanks at its beginning stay: of a line of code.</param>
    public static string Line(string? text, bool keepIndent = false) =>
        keepIndent ? new UntrustedText(text).ToString().Replace('\n', UntrustedText.LineEnd) : new UntrustedText(text).Line;

    /// <summary>A text of others with its lines.</summary>
    public static string Block(string? text) => new UntrustedText(text).ToString();

    /// <summary>The last lines of a log, as many as a browser shows quickly; of a very long one its beginning.</summary>
    /// <param name="lines">All of them.</param>
    /// <param name="most">Lines at most.</param>
    public static string Log(IEnumerable<string> lines, int most)
    {
        var (shown, free) = (new List<string>(), MostOfLog);
        foreach (var line in lines.TakeLast(most).Reverse())
        {
            var part = line.Length > MostOfLine ? Cut(line) : line;
            free -= part.Length;
            if (free < 0)
            {
                break;
            }
            shown.Add(part);
        }
        shown.Reverse();
        return Block(string.Join('\n', shown));
    }

    private static string Cut(string line) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{line.AsSpan(0, MostOfLine)} … ({Plural.Of(line.Length, "character")}; 'orchestrate logs' has them)"
        );
}
