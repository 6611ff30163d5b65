using System.Globalization;
using System.Text.RegularExpressions;

namespace Temporal.Server.Schedules.Specs;

/// <summary>
/// A time zone rule in the POSIX <c>TZ</c> format, such as <c>EST5EDT,M3.2.0,M11.1.0</c>. Offsets in this format are positive west of
/// Greenwich.
/// </summary>
internal sealed partial class PosixZoneRule
{
    // A rule without dates conventionally means those of the United States.
    private const string DefaultDays = ",M3.2.0,M11.1.0";

    private readonly TimeSpan _standard;
    private readonly (TimeSpan Offset, ZoneRuleDay Begin, ZoneRuleDay End)? _summer;

    private PosixZoneRule(TimeSpan standard, (TimeSpan Offset, ZoneRuleDay Begin, ZoneRuleDay End)? summer)
    {
        _standard = standard;
        _summer = summer;
    }

    public bool IsFixed => _summer is null;

    /// <summary>Parses a rule.</summary>
    /// <exception cref="FormatException">The text is not a valid rule.</exception>
    public static PosixZoneRule Parse(string text)
    {
        var match = Form.Match(text);
        if (!match.Success)
        {
            throw new FormatException($"'{text}' is not a daylight saving rule");
        }

        var standard = -Time(match.Groups["standard"].Value);
        if (!match.Groups["summer"].Success)
        {
            return new PosixZoneRule(standard, null);
        }

        var ahead = match.Groups["offset"] is { Length: > 0 } given ? -Time(given.Value) : standard + TimeSpan.FromHours(1);
        var days = (match.Groups["days"] is { Length: > 0 } named ? named.Value : DefaultDays).Split(',');
        return new PosixZoneRule(standard, (ahead, ZoneRuleDay.Parse(days[1]), ZoneRuleDay.Parse(days[2])));
    }

    public TimeSpan OffsetAt(DateTime utc)
    {
        if (_summer is not { } summer)
        {
            return _standard;
        }

        var year = Math.Clamp((utc + _standard).Year, 2, 9998);
        var begin = summer.Begin.In(year) - _standard;
        var end = summer.End.In(year) - summer.Offset;
        var isSummer = begin < end ? utc >= begin && utc < end : utc >= begin || utc < end;
        return isSummer ? summer.Offset : _standard;
    }

    // [+-]hh[:mm[:ss]]
    private static TimeSpan Time(string text)
    {
        var parts = text.TrimStart('+', '-').Split(':').Select(part => int.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        var time = new TimeSpan(parts[0], parts.ElementAtOrDefault(1), parts.ElementAtOrDefault(2));
        return text.StartsWith('-') ? -time : time;
    }

    [GeneratedRegex(
        @"^(?:[A-Za-z]{3,}|<[-+A-Za-z0-9]+>)(?<standard>[-+]?\d{1,3}(?::\d{1,2}){0,2})"
            + @"(?<summer>(?:[A-Za-z]{3,}|<[-+A-Za-z0-9]+>)(?<offset>[-+]?\d{1,3}(?::\d{1,2}){0,2})?(?<days>,[^,]+,[^,]+)?)?$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Form { get; }

    /// <summary>A day of the year with a time of day.</summary>
    /// <param name="Kind"><c>J</c> for day 1 to 365 without 29 February, <c>D</c> for day 0 to 365, <c>M</c> for a weekday of a
    /// month.</param>
    private sealed partial record ZoneRuleDay(char Kind, int Number, int Week, int Weekday, TimeSpan At)
    {
        public static ZoneRuleDay Parse(string text)
        {
            var match = DayForm.Match(text);
            if (!match.Success)
            {
                throw new FormatException($"'{text}' is not a day of a daylight saving rule");
            }

            int Value(string group) =>
                match.Groups[group] is { Length: > 0 } found ? int.Parse(found.Value, CultureInfo.InvariantCulture) : 0;
            var at = match.Groups["at"] is { Length: > 0 } time ? Time(time.Value) : TimeSpan.FromHours(2);
            var day =
                match.Groups["month"].Success ? new ZoneRuleDay('M', Value("month"), Value("week"), Value("weekday"), at)
                : match.Groups["julian"].Success ? new ZoneRuleDay('J', Value("julian"), 0, 0, at)
                : new ZoneRuleDay('D', Value("zero"), 0, 0, at);
            return day.IsValid ? day : throw new FormatException($"the day '{text}' does not exist");
        }

        /// <summary>Returns the local time of this day in the given year.</summary>
        public DateTime In(int year)
        {
            var january = new DateTime(year, 1, 1, 0, 0, 0, DateTimeKind.Utc);
            var date = Kind switch
            {
                'J' => january.AddDays(Number - 1 + (DateTime.IsLeapYear(year) && Number >= 60 ? 1 : 0)),
                'D' => january.AddDays(Number),
                _ => WeekdayOf(year),
            };
            return date + At;
        }

        private bool IsValid =>
            Kind switch
            {
                'M' => Number is >= 1 and <= 12 && Week is >= 1 and <= 5 && Weekday <= 6,
                'J' => Number is >= 1 and <= 365,
                _ => Number <= 365,
            };

        // Week 5 means the last one, which may be the fourth or the fifth.
        private DateTime WeekdayOf(int year)
        {
            var first = new DateTime(year, Number, 1, 0, 0, 0, DateTimeKind.Utc);
            var day = 1 + ((Weekday - (int)first.DayOfWeek + 7) % 7) + (7 * (Week - 1));
            return first.AddDays((day > DateTime.DaysInMonth(year, Number) ? day - 7 : day) - 1);
        }

        [GeneratedRegex(
            @"^(?:M(?<month>\d{1,2})\.(?<week>\d)\.(?<weekday>\d)|J(?<julian>\d{1,3})|(?<zero>\d{1,3}))"
                + @"(?:/(?<at>[-+]?\d{1,3}(?::\d{1,2}){0,2}))?$",
            RegexOptions.CultureInvariant
        )]
        private static partial Regex DayForm { get; }
    }
}
