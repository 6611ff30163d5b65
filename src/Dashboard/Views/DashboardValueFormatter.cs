using System.Text.RegularExpressions;

namespace Orchestrator.Dashboard.Views;

/// <summary>Formats times, money and untrusted text for pages.</summary>
internal static partial class DashboardValueFormatter
{
    private const int MostOfLine = 8_000;
    private const int MostOfLog = 1_500_000;

    /// <summary>Formats a time in UTC with the suffix "Z".</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Formats a time for the <c>datetime</c> attribute.</summary>
    public static string Machine(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    /// <summary>Formats a duration in its two largest units.</summary>
    public static string Span(TimeSpan span) =>
        span < TimeSpan.Zero ? "0 s"
        : span.TotalMinutes < 1 ? string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalSeconds} s")
        : span.TotalHours < 1 ? string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalMinutes} min {span.Seconds} s")
        : span.TotalDays < 1 ? string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours} h {span.Minutes} min")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalDays} d {span.Hours} h");

    /// <summary>Formats a duration as minutes and seconds, or as hours, minutes and seconds.</summary>
    public static string Clock(TimeSpan span) => DurationAndTokenFormatter.Time(span);

    /// <summary>Formats an estimated duration, rounded to seconds, minutes or hours depending on its length.</summary>
    public static string FormatEstimate(TimeSpan span) =>
        span.TotalSeconds < 90 ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(5, Math.Ceiling(span.TotalSeconds / 5) * 5):0} s")
        : span.TotalMinutes < 90 ? string.Create(CultureInfo.InvariantCulture, $"{Math.Round(span.TotalMinutes):0} min")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Round(span.TotalHours):0} h");

    /// <summary>Formats an amount in US dollars, or returns an empty string for zero.</summary>
    public static string Money(decimal cost) => cost == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"${cost:0.00##}");

    /// <summary>Formats untrusted text as one line with symbols for invisible characters.</summary>
    /// <param name="text">Text to format.</param>
    /// <param name="keepIndent">True to keep leading spaces, for a line of code.</param>
    public static string Line(string? text, bool keepIndent = false) =>
        keepIndent ? new UntrustedText(text).ToString().Replace('\n', UntrustedText.LineEnd) : new UntrustedText(text).Line;

    /// <summary>Splits untrusted text into its UTC times, such as <c>2026-11-22 10:54Z</c>, and the text between them.</summary>
    public static IEnumerable<(string Words, DateTimeOffset? Time)> Times(string text)
    {
        var (line, at) = (Line(text), 0);
        foreach (var found in Utc().Matches(line).Cast<Match>())
        {
            if (!DateTimeOffset.TryParse(found.Value, CultureInfo.InvariantCulture, out var time))
            {
                continue;
            }
            yield return (line[at..found.Index], null);
            yield return ("", time);
            at = found.Index + found.Length;
        }
        yield return (line[at..], null);
    }

    [GeneratedRegex(@"\b\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?Z\b")]
    private static partial Regex Utc();

    /// <summary>Formats untrusted text and keeps its line breaks.</summary>
    public static string Block(string? text) => new UntrustedText(text).ToString();

    /// <summary>Returns the last lines of a log, up to an amount that a browser can display quickly. Very long lines are cut off.</summary>
    /// <param name="lines">Lines of the log.</param>
    public static IReadOnlyList<LogLine> LastLines(IReadOnlyList<LogLine> lines)
    {
        var (shown, free) = (new List<LogLine>(), MostOfLog);
        foreach (var line in lines.Reverse())
        {
            var part = line.Text.Length > MostOfLine ? Cut(line.Text) : line.Text;
            free -= part.Length;
            if (free < 0)
            {
                break;
            }
            shown.Add(line with { Text = part });
        }
        shown.Reverse();
        return shown;
    }

    private static string Cut(string line) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{line.AsSpan(0, MostOfLine)} … ({Plural.Of(line.Length, "character")}; 'orchestrate logs' shows all)"
        );
}
