using System.Globalization;

namespace Temporal.Server.History;

/// <summary>
/// A cron expression of five fields, or one of the short forms (<c>@hourly</c>, <c>@every 1h30m</c>), optionally in a time zone
/// (<c>CRON_TZ=Europe/Berlin ...</c>).
/// </summary>
internal sealed class CronSchedule
{
    private const int SearchedYears = 5;

    private readonly TimeSpan? _every;
    private readonly TimeZoneInfo _zone = TimeZoneInfo.Utc;
    private readonly bool[] _minutes = [];
    private readonly bool[] _hours = [];
    private readonly bool[] _days = [];
    private readonly bool[] _months = [];
    private readonly bool[] _weekdays = [];
    private readonly bool _anyDay;
    private readonly bool _anyWeekday;

    private CronSchedule(TimeSpan every) => _every = every;

    private CronSchedule(TimeZoneInfo zone, string[] fields)
    {
        _zone = zone;
        _minutes = Field(fields[0], 0, 59, []);
        _hours = Field(fields[1], 0, 23, []);
        _days = Field(fields[2], 1, 31, []);
        _months = Field(fields[3], 1, 12, ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]);
        _weekdays = Field(fields[4], 0, 7, ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]);
        _weekdays[0] |= _weekdays[7];
        _anyDay = fields[2][0] is '*' or '?';
        _anyWeekday = fields[4][0] is '*' or '?';
    }

    /// <summary>Parses an expression, or returns null if it is not valid.</summary>
    public static CronSchedule? TryParse(string text)
    {
        try
        {
            var zone = TimeZoneInfo.Utc;
            var rest = text.Trim();
            if (rest.StartsWith("CRON_TZ=", StringComparison.Ordinal) || rest.StartsWith("TZ=", StringComparison.Ordinal))
            {
                var space = rest.IndexOf(' ', StringComparison.Ordinal);
                zone = TimeZoneInfo.FindSystemTimeZoneById(rest[(rest.IndexOf('=', StringComparison.Ordinal) + 1)..space]);
                rest = rest[space..].Trim();
            }

            if (rest.StartsWith("@every ", StringComparison.Ordinal))
            {
                return Duration(rest["@every ".Length..].Trim()) is { } every && every >= TimeSpan.FromSeconds(1)
                    ? new CronSchedule(TimeSpan.FromSeconds(Math.Floor(every.TotalSeconds)))
                    : null;
            }

            rest = rest switch
            {
                "@yearly" or "@annually" => "0 0 1 1 *",
                "@monthly" => "0 0 1 * *",
                "@weekly" => "0 0 * * 0",
                "@daily" or "@midnight" => "0 0 * * *",
                "@hourly" => "0 * * * *",
                _ => rest,
            };
            var fields = rest.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return fields.Length == 5 ? new CronSchedule(zone, fields) : null;
        }
        catch (Exception e)
            when (e
                    is FormatException
                        or OverflowException
                        or TimeZoneNotFoundException
                        or InvalidTimeZoneException
                        or ArgumentOutOfRangeException
            )
        {
            return null;
        }
    }

    /// <summary>
    /// Returns the first scheduled time that follows <paramref name="after"/>, or null if there is none within several years.
    /// </summary>
    /// <param name="started">Time from which <c>@every</c> counts.</param>
    public DateTimeOffset? Next(DateTimeOffset started, DateTimeOffset after)
    {
        if (_every is { } every)
        {
            var times = Math.Floor((after - started) / every) + 1;
            return started + (every * times);
        }

        var local = TimeZoneInfo.ConvertTime(after, _zone).DateTime;
        var time = new DateTime(local.Year, local.Month, local.Day, local.Hour, local.Minute, 0, DateTimeKind.Unspecified).AddMinutes(1);
        var end = time.AddYears(SearchedYears);
        while (time < end)
        {
            if (!_months[time.Month])
            {
                time = new DateTime(time.Year, time.Month, 1, 0, 0, 0, DateTimeKind.Unspecified).AddMonths(1);
            }
            else if (!DayMatches(time))
            {
                time = time.Date.AddDays(1);
            }
            else if (!_hours[time.Hour])
            {
                time = time.Date.AddHours(time.Hour + 1);
            }
            else if (!_minutes[time.Minute] || _zone.IsInvalidTime(time))
            {
                time = time.AddMinutes(1);
            }
            else
            {
                var found = new DateTimeOffset(time, _zone.GetUtcOffset(time)).ToUniversalTime();
                if (found > after)
                {
                    return found;
                }

                time = time.AddMinutes(1);
            }
        }

        return null;
    }

    private bool DayMatches(DateTime time)
    {
        var day = _days[time.Day];
        var weekday = _weekdays[(int)time.DayOfWeek];

        // With both fields restricted, cron traditionally matches either.
        return _anyDay || _anyWeekday ? day && weekday : day || weekday;
    }

    private static bool[] Field(string text, int low, int high, string[] names)
    {
        var set = new bool[high + 1];
        foreach (var part in text.Split(','))
        {
            var slash = part.Split('/');
            var step = slash.Length > 1 ? int.Parse(slash[1], NumberStyles.None, CultureInfo.InvariantCulture) : 1;
            int from,
                to;
            if (slash[0] is "*" or "?")
            {
                (from, to) = (low, high == 7 ? 6 : high);
            }
            else
            {
                var range = slash[0].Split('-');
                from = Value(range[0]);
                to =
                    range.Length > 1 ? Value(range[1])
                    : slash.Length > 1 ? high
                    : from;
            }

            if (step <= 0 || from < low || to > high || from > to || slash.Length > 2)
            {
                throw new FormatException();
            }

            for (var i = from; i <= to; i += step)
            {
                set[i] = true;
            }
        }

        return set;

        int Value(string word)
        {
            var named = Array.FindIndex(names, n => n.Equals(word, StringComparison.OrdinalIgnoreCase));
            return named >= 0 ? named + low : int.Parse(word, NumberStyles.None, CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Parses a duration in Go's format: <c>1h30m</c>, <c>90s</c>, <c>1.5h</c>.</summary>
    private static TimeSpan? Duration(string text)
    {
        var total = TimeSpan.Zero;
        var at = 0;
        while (at < text.Length)
        {
            var start = at;
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.'))
            {
                at++;
            }

            var unit = at;
            while (at < text.Length && char.IsAsciiLetter(text[at]))
            {
                at++;
            }

            if (start == unit || unit == at)
            {
                return null;
            }

            var value = double.Parse(text.AsSpan(start, unit - start), CultureInfo.InvariantCulture);
            total += text[unit..at] switch
            {
                "h" => TimeSpan.FromHours(value),
                "m" => TimeSpan.FromMinutes(value),
                "s" => TimeSpan.FromSeconds(value),
                "ms" => TimeSpan.FromMilliseconds(value),
                _ => throw new FormatException(),
            };
        }

        return total;
    }
}
