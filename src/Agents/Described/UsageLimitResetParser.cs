using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestrator.Agents.Described;

/// <summary>Parses the reset time of a usage limit as programs print it for users: a local date and time, or a duration from now.</summary>
internal static partial class UsageLimitResetParser
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(60);

    /// <summary>Returns the time, or null if the message does not contain one in a known format.</summary>
    /// <param name="message">Message of the program.</param>
    /// <param name="pattern">Regular expression with one group.</param>
    internal static DateTimeOffset? Find(string message, string pattern, TimeProvider time)
    {
        var match = Regex.Match(message, pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);
        return match.Success ? Read(match.Groups[1].Value.Trim(), time) : null;
    }

    private static DateTimeOffset? Read(string text, TimeProvider time)
    {
        var now = time.GetUtcNow();
        var parts = Part().Matches(text);
        if (parts.Count > 0 && Part().Replace(text, "").Replace("in", "", StringComparison.Ordinal).Trim(' ', ',').Length == 0)
        {
            var sum = parts.Aggregate(TimeSpan.Zero, (all, part) => all + Length(part));
            return sum > TimeSpan.Zero && sum <= Longest ? now + sum : null;
        }
        var plain = Ordinal().Replace(text, "$1");
        var local = time.LocalTimeZone;
        if (!DateTime.TryParse(plain, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at))
        {
            return null;
        }
        // A time without a date is today, or tomorrow if it has passed.
        if (!plain.Any(char.IsLetter) || plain.Length <= "11:59 PM".Length)
        {
            at = TimeZoneInfo.ConvertTime(now, local).Date + at.TimeOfDay;
            at = at < TimeZoneInfo.ConvertTime(now, local).DateTime ? at.AddDays(1) : at;
        }
        at = DateTime.SpecifyKind(at, DateTimeKind.Unspecified);
        return local.IsInvalidTime(at) ? null : new DateTimeOffset(at, local.GetUtcOffset(at));
    }

    private static TimeSpan Length(Match part)
    {
        var count = Math.Min(double.Parse(part.Groups["n"].Value, CultureInfo.InvariantCulture), 1e6);
        return char.ToLowerInvariant(part.Groups["unit"].Value[0]) switch
        {
            'd' => TimeSpan.FromDays(count),
            'h' => TimeSpan.FromHours(count),
            'm' => TimeSpan.FromMinutes(count),
            _ => TimeSpan.FromSeconds(count),
        };
    }

    [GeneratedRegex(
        @"(?<n>\d+(?:\.\d+)?)\s*(?<unit>days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)\b,?\s*",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex Part();

    [GeneratedRegex(@"(\d)(?:st|nd|rd|th)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Ordinal();
}
