using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Schedule.V1;

namespace Temporal.Server.Schedules.Specs;

/// <summary>
/// Converts a specification to the canonical form for storage and descriptions. Calendars and cron strings become structured calendars
/// with all fields set.
/// </summary>
internal static class ScheduleSpecNormalizer
{
    /// <summary>Returns the canonical form of a specification.</summary>
    /// <exception cref="ScheduleSpecException">The specification is not valid.</exception>
    public static ScheduleSpec Of(ScheduleSpec given)
    {
        var spec = given.Clone();
        foreach (var calendar in spec.StructuredCalendar.Concat(spec.ExcludeStructuredCalendar))
        {
            Complete(calendar);
        }

        spec.StructuredCalendar.AddRange(spec.Calendar.Select(Structure));
        spec.ExcludeStructuredCalendar.AddRange(spec.ExcludeCalendar.Select(Structure));
        spec.Calendar.Clear();
        spec.ExcludeCalendar.Clear();
        foreach (var cron in spec.CronString.Select(CronTextParser.Parse))
        {
            if (cron.Zone is not null && spec.TimezoneName.Length > 0 && spec.TimezoneName != cron.Zone)
            {
                throw new ScheduleSpecException("CRON_TZ does not match timezone name in spec");
            }

            spec.TimezoneName = cron.Zone ?? spec.TimezoneName;
            if (cron.Calendar is not null)
            {
                spec.StructuredCalendar.Add(cron.Calendar);
            }
            else
            {
                spec.Interval.Add(cron.Interval);
            }
        }

        spec.CronString.Clear();
        foreach (var interval in spec.Interval)
        {
            Check(interval);
        }

        _ = ScheduleTimeZone.Of(spec);
        return spec;
    }

    /// <summary>
    /// Converts a textual calendar to a structured one. A missing time of day means midnight; a missing day means every day.
    /// </summary>
    /// <exception cref="ScheduleSpecException">A field is not valid.</exception>
    public static StructuredCalendarSpec Structure(CalendarSpec calendar) =>
        new()
        {
            Second = { CalendarField.Second.Parse(calendar.Second, "0") },
            Minute = { CalendarField.Minute.Parse(calendar.Minute, "0") },
            Hour = { CalendarField.Hour.Parse(calendar.Hour, "0") },
            DayOfMonth = { CalendarField.DayOfMonth.Parse(calendar.DayOfMonth, "*") },
            Month = { CalendarField.Month.Parse(calendar.Month, "*") },
            Year = { CalendarField.Year.Parse(calendar.Year, "*") },
            DayOfWeek = { CalendarField.DayOfWeek.Parse(calendar.DayOfWeek, "*") },
            Comment = calendar.Comment,
        };

    private static void Complete(StructuredCalendarSpec calendar)
    {
        CalendarField.Second.Complete(calendar.Second);
        CalendarField.Minute.Complete(calendar.Minute);
        CalendarField.Hour.Complete(calendar.Hour);
        CalendarField.DayOfMonth.Complete(calendar.DayOfMonth);
        CalendarField.Month.Complete(calendar.Month);
        CalendarField.Year.Complete(calendar.Year);
        CalendarField.DayOfWeek.Complete(calendar.DayOfWeek);
    }

    private static void Check(IntervalSpec interval)
    {
        if (interval.Interval is null || interval.Interval.Seconds < 1)
        {
            throw new ScheduleSpecException("interval is too small");
        }

        if (interval.Phase is { } phase && (phase.Seconds < 0 || phase.Nanos < 0))
        {
            throw new ScheduleSpecException("phase cannot be negative");
        }

        if (Ticks(interval.Phase) >= Ticks(interval.Interval))
        {
            throw new ScheduleSpecException("phase cannot be greater than Interval");
        }
    }

    private static double Ticks(Duration? duration) => duration is null ? 0 : duration.Seconds + (duration.Nanos / 1e9);
}
