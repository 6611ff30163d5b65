namespace Temporal.Server.Schedules.Specs;

/// <summary>
/// A calendar in a time zone. Local times that a clock change skips never match. If a clock change repeats a local time, both occurrences
/// match.
/// </summary>
internal sealed class ZonedCalendar(ScheduleCalendarMatcher calendar, ScheduleTimeZone zone)
{
    // Offsets change at most a few times a year, so at most once within such a short step.
    private static readonly TimeSpan Step = TimeSpan.FromDays(20);

    /// <summary>True if a time (UTC) matches the calendar in its time zone.</summary>
    public bool Matches(DateTime utc) => calendar.Matches(DateTime.SpecifyKind(utc + zone.OffsetAt(utc), DateTimeKind.Unspecified));

    /// <summary>Finds the first matching time after the given one, or returns null if none exists.</summary>
    public DateTime? Next(DateTime after)
    {
        // Continues with whole seconds.
        var from = new DateTime(after.Ticks - (after.Ticks % TimeSpan.TicksPerSecond) + TimeSpan.TicksPerSecond, DateTimeKind.Utc);
        while (true)
        {
            var offset = zone.OffsetAt(from);
            if (calendar.Next(DateTime.SpecifyKind(from + offset, DateTimeKind.Unspecified)) is not { } local)
            {
                return null;
            }

            var found = DateTime.SpecifyKind(local - offset, DateTimeKind.Utc);
            if (NextChange(from, found, offset) is not { } change)
            {
                return found;
            }

            // The offset changed on the way, so the search continues from there with the new offset.
            from = change;
        }
    }

    /// <summary>
    /// Finds the first time up to <paramref name="to"/> at which the UTC offset differs, or returns null if the offset does not change.
    /// </summary>
    private DateTime? NextChange(DateTime from, DateTime to, TimeSpan offset)
    {
        if (zone.IsFixed && zone.OffsetAt(to) == offset)
        {
            return null;
        }

        var same = from;
        while (same < to)
        {
            var end = to - same > Step ? same + Step : to;
            if (zone.OffsetAt(end) != offset)
            {
                return Bisect(same, end, offset);
            }

            same = end;
        }

        return null;
    }

    private DateTime Bisect(DateTime same, DateTime other, TimeSpan offset)
    {
        while (other - same > TimeSpan.FromSeconds(1))
        {
            var middle = new DateTime(
                same.Ticks + ((other.Ticks - same.Ticks) / 2 / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond),
                DateTimeKind.Utc
            );
            middle = middle <= same ? same.AddSeconds(1) : middle;
            if (zone.OffsetAt(middle) == offset)
            {
                same = middle;
            }
            else
            {
                other = middle;
            }
        }

        return other;
    }
}
