using System.Globalization;

namespace Orchestrator.App.Formatting;

/// <summary>Formats durations and token counts in short form.</summary>
public static class DurationAndTokenFormatter
{
    /// <summary>Formats a duration, such as <c>0:42</c>, <c>12:05</c> or <c>3:07:12</c>.</summary>
    public static string Time(TimeSpan time)
    {
        var seconds = Math.Max(0, (long)time.TotalSeconds);
        return seconds < 3600
            ? string.Create(CultureInfo.InvariantCulture, $"{seconds / 60}:{seconds % 60:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600}:{seconds / 60 % 60:00}:{seconds % 60:00}");
    }

    /// <summary>Formats a number of tokens, such as <c>842</c>, <c>12k</c> or <c>3.4M</c>.</summary>
    public static string Tokens(long tokens) =>
        tokens < 1000 ? tokens.ToString(CultureInfo.InvariantCulture)
        : tokens < 1_000_000 ? string.Create(CultureInfo.InvariantCulture, $"{tokens / 1000}k")
        : string.Create(CultureInfo.InvariantCulture, $"{tokens / 1_000_000.0:0.0}M");
}
