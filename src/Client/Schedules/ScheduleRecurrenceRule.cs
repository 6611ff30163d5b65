using System.Globalization;
using Temporalio.Client.Schedules;

namespace Orchestrator.Client.Schedules;

/// <summary>Start times of a schedule as the user wrote them: a time of day on certain days of the week, or a cron expression.</summary>
/// <param name="At">Time of day, or null if <paramref name="Cron"/> is set.</param>
/// <param name="Days">Days of the week, where Sunday is 0. Empty for all days.</param>
/// <param name="Cron">Cron expression with five or six fields, or null if <paramref name="At"/> is set.</param>
/// <param name="Zone">IANA name of the time zone for the times.</param>
public sealed record ScheduleRecurrenceRule(TimeOnly? At, IReadOnlyList<DayOfWeek> Days, string? Cron, string Zone)
{
    private static readonly string[] Names = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    /// <summary>
    /// Parses English names of days or their abbreviations, such as <c>mon-fri</c>, <c>tue,thu</c>, <c>fri-mon</c> or <c>daily</c>. Returns
    /// null if the text is invalid.
    /// </summary>
    public static IReadOnlyList<DayOfWeek>? TryReadDays(string text)
    {
        if (text.Trim().Equals("daily", StringComparison.OrdinalIgnoreCase))
        {
            return [];
        }
        var days = new List<DayOfWeek>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var ends = part.Split('-', StringSplitOptions.TrimEntries).Select(IndexOf).ToList();
            if (ends.Count > 2 || ends.Contains(-1))
            {
                return null;
            }
            for (var day = ends[0]; ; day = (day + 1) % 7)
            {
                days.Add((DayOfWeek)day);
                if (day == ends[^1])
                {
                    break;
                }
            }
        }
        return [.. days.Distinct().Order()];
    }

    /// <summary>The start times as a Temporal schedule specification.</summary>
    internal ScheduleSpec Spec =>
        At is not { } time
            ? new ScheduleSpec { CronExpressions = [Cron!], TimeZoneName = Zone }
            : new ScheduleSpec
            {
                TimeZoneName = Zone,
                Calendars =
                [
                    new ScheduleCalendarSpec
                    {
                        Hour = [new ScheduleRange(time.Hour)],
                        Minute = [new ScheduleRange(time.Minute)],
                        DayOfWeek = Days.Count == 0 ? [new ScheduleRange(0, 6)] : [.. Days.Select(day => new ScheduleRange((int)day))],
                    },
                ],
            };

    /// <summary>Formats the times as the user wrote them, such as <c>22:00 mon,tue (Europe/Berlin)</c>.</summary>
    public override string ToString() =>
        At is { } time
            ? $"{time.ToString("HH:mm", CultureInfo.InvariantCulture)} "
                + $"{(Days.Count == 0 ? "daily" : string.Join(',', Days.Select(day => Names[(int)day])))} ({Zone})"
            : $"{Cron} ({Zone})";

    // Accepts the full name or its first three letters.
    private static int IndexOf(string name) =>
        Array.FindIndex(
            Names,
            known =>
                name.Equals(known, StringComparison.OrdinalIgnoreCase)
                || (name.StartsWith(known, StringComparison.OrdinalIgnoreCase) && Enum.TryParse<DayOfWeek>(name, ignoreCase: true, out _))
        );
}
