using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestrator.App.Formatting;

/// <summary>
/// Formats times for display, in this machine's time zone and with the time zone's name. Records and JSON use UTC with a Z (RFC 3339)
/// instead.
/// </summary>
public static partial class LocalTimeFormatter
{
    private const string ToTheMinute = "yyyy-MM-dd HH:mm zzz";
    private const string ToTheSecond = "yyyy-MM-dd HH:mm:ss zzz";

    /// <summary>Formats a date and a time with seconds.</summary>
    public static string Of(DateTimeOffset time) => Format(time, ToTheSecond);

    /// <summary>Formats a date and a time without seconds.</summary>
    public static string ToMinute(DateTimeOffset time) => Format(time, ToTheMinute);

    /// <summary>
    /// Replaces each UTC time in a sentence, such as <c>2026-11-22 10:54:00Z</c>, with the same time in this machine's time zone.
    /// </summary>
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
