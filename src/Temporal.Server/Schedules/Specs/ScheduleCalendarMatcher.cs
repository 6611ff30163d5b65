using Temporalio.Api.Schedule.V1;

namespace Temporal.Server.Schedules.Specs;

/// <summary>A structured calendar, prepared for finding its next matching time.</summary>
internal sealed class ScheduleCalendarMatcher
{
    private readonly bool[] _seconds;
    private readonly bool[] _minutes;
    private readonly bool[] _hours;
    private readonly bool[] _days;
    private readonly bool[] _months;
    private readonly bool[]? _years;
    private readonly bool[] _weekdays;

    /// <summary>
    /// Prepares a calendar with completed ranges. If the year field has no ranges, it matches every year; any other field without ranges
    /// matches nothing.
    /// </summary>
    public ScheduleCalendarMatcher(StructuredCalendarSpec spec)
    {
        _seconds = CalendarField.Second.Matches(spec.Second);
        _minutes = CalendarField.Minute.Matches(spec.Minute);
        _hours = CalendarField.Hour.Matches(spec.Hour);
        _days = CalendarField.DayOfMonth.Matches(spec.DayOfMonth);
        _months = CalendarField.Month.Matches(spec.Month);
        _years = spec.Year.Count == 0 ? null : CalendarField.Year.Matches(spec.Year);
        _weekdays = CalendarField.DayOfWeek.Matches(spec.DayOfWeek);
    }

    /// <summary>True if the calendar matches a local time, to the second.</summary>
    public bool Matches(DateTime local) => MatchesDay(local) && _hours[local.Hour] && _minutes[local.Minute] && _seconds[local.Second];

    /// <summary>
    /// Finds the first matching local time at or after the given one, which must be in whole seconds. Returns null if no such time exists
    /// up to the year 2100.
    /// </summary>
    public DateTime? Next(DateTime local)
    {
        var day = local.Date;
        var from = local.TimeOfDay;
        while (day.Year <= CalendarField.Year.Max)
        {
            if (!MatchesYear(day.Year))
            {
                day = new DateTime(day.Year + 1, 1, 1, 0, 0, 0, DateTimeKind.Unspecified);
            }
            else if (!_months[day.Month])
            {
                day = new DateTime(day.Year, day.Month, 1, 0, 0, 0, DateTimeKind.Unspecified).AddMonths(1);
            }
            else if (MatchesDay(day) && NextInDay(from) is { } time)
            {
                return day + time;
            }
            else
            {
                day = day.AddDays(1);
            }

            from = TimeSpan.Zero;
        }

        return null;
    }

    private bool MatchesYear(int year) => _years is null || (year < _years.Length && _years[year]);

    private bool MatchesDay(DateTime day) => MatchesYear(day.Year) && _months[day.Month] && _days[day.Day] && _weekdays[(int)day.DayOfWeek];

    private TimeSpan? NextInDay(TimeSpan from)
    {
        for (var hour = from.Hours; hour < 24; hour++)
        {
            if (!_hours[hour])
            {
                continue;
            }

            for (var minute = hour == from.Hours ? from.Minutes : 0; minute < 60; minute++)
            {
                if (!_minutes[minute])
                {
                    continue;
                }

                var firstSecond = hour == from.Hours && minute == from.Minutes ? from.Seconds : 0;
                var second = Array.IndexOf(_seconds, true, firstSecond);
                if (second >= 0)
                {
                    return new TimeSpan(hour, minute, second);
                }
            }
        }

        return null;
    }
}
