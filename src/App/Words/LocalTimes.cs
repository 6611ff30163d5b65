using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestrator.App.Words;

/// <summary>Times for people: in the zone of this machine, which they name. Records and JSON use UTC, with a Z (RFC 3339).</summary>
public static partial class LocalTimes
{
    private const string ToTheMinute = "yyyy-MM-dd HH:mm zzz";
    private const string ToTheSecond = "yyyy-MM-dd HH:mm:ss zzz";

    /// <summary>Date and time to the second.</summary>
    public static string Of(DateTimeOffset time) => Format(time, ToTheSecond);

    /// <summary>Date and time to the minute.</summary>
    public static string ToMinute(DateTimeOffset time) => Format(time, ToTheMinute);

    /// <summary>A sentence of a run or its agent, with each time in it (<c>2026-11-22 10:54:00Z</c>) in this machine's zone.</summary>
    public static string In(string sentence) =>
        sentence.Contains('Z', StringComparison.Ordinal) ? Written().Replace(sentence, ToLocal) : sentence;

    private static string ToLocal(Match written) =>
        DateTimeOffset.TryParse(written.Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? Format(time, written.Groups["seconds"].Success ? ToTheSecond : ToTheMinute)
            : written.Value;

    private static string Format(DateTimeOffset time, string format) => time.ToLocalTime().ToString(format, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\b\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(?<seconds>:\d{2})?Z(?![A-Za-z0-9])")]
    private static partial Regex Written();
}
