using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestrator.Cli.Console;

/// <summary>Times for people: in the zone of this machine. Records and JSON use UTC, with a Z.</summary>
internal static partial class LocalTimes
{
    /// <summary>Date and time to the second.</summary>
    public static string Of(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>A sentence of a run or its agent, with each time in it (<c>2026-11-22 10:54:00Z</c>) in this machine's zone.</summary>
    public static string In(string sentence) =>
        sentence.Contains('Z', StringComparison.Ordinal) ? Written().Replace(sentence, ToLocal) : sentence;

    private static string ToLocal(Match written) =>
        DateTimeOffset.TryParse(written.Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToLocalTime()
                .ToString(written.Groups["seconds"].Success ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)
            : written.Value;

    [GeneratedRegex(@"\b\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(?<seconds>:\d{2})?Z(?![A-Za-z0-9])")]
    private static partial Regex Written();
}
