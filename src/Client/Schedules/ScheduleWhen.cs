using System.Globalization;
using Temporalio.Client.Schedules;

namespace Orchestrator.Client.Schedules;

/// <summary>When a schedule starts its runs, as a person wrote it: a time of day on days of the week, or a cron expression.</summary>
/// <param name="At">Time of day; null: <paramref name="Cron"/> says it.</param>
/// <param name="Days">Days of the week, Sunday 0; empty: all.</param>
/// <param name="Cron">Five or six fields of cron; null: <paramref name="At"/> says it.</param>
/// <param name="Zone">Time zone of both, by its IANA name.</param>
public sealed record ScheduleWhen(TimeOnly? At, IReadOnlyList<DayOfWeek> Days, string? Cron, string Zone)
{
    private static readonly string[] Names = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    /// <summary>Days by their English beginnings: <c>mon-fri</c>, <c>tue,thu</c>, <c>fri-mon</c>, <c>daily</c>; null: they can't be
    /// read.</summary>
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

    /// <summary>The specification for the server.</summary>
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

    /// <summary>The time as a person wrote it, such as <c>22:00 mon,tue (Europe/Berlin)</c>.</summary>
    public override string ToString() =>
        At is { } time
            ? $"{time.ToString("HH:mm", CultureInfo.InvariantCulture)} "
                + $"{(Days.Count == 0 ? "daily" : string.Join(',', Days.Select(day => Names[(int)day])))} ({Zone})"
            : $"{Cron} ({Zone})";

    // By its first three letters, or whole.
    private static int IndexOf(string name) =>
        Array.FindIndex(
            Names,
            known =>
                name.Equals(known, StringComparison.OrdinalIgnoreCase)
                || (name.StartsWith(known, StringComparison.OrdinalIgnoreCase) && Enum.TryParse<DayOfWeek>(name, ignoreCase: true, out _))
        );
}
