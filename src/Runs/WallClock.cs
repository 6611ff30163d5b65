namespace Orchestrator.Runs;

/// <summary>Calculates times of day in a time zone, including across daylight saving changes. Pure.</summary>
public static class WallClock
{
    /// <summary>Finds a time zone by its IANA name, or returns null if this host does not know it.</summary>
    /// <param name="name">The IANA name, or null for this host's own zone.</param>
    public static TimeZoneInfo? FindZone(string? name) =>
        name is null ? TimeZoneInfo.Local
        : TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone
        : null;

    /// <summary>Reads a future moment: a time of day such as <c>07:30</c>, which means the next one, or a date with time.</summary>
    /// <param name="text">The text.</param>
    /// <param name="now">The current time, in the local time zone.</param>
    /// <param name="fault">The fault as a sentence; empty for a moment.</param>
    /// <returns>The moment, or null.</returns>
    public static DateTimeOffset? Read(string text, DateTimeOffset now, out string fault)
    {
        fault = "";
        // 2030-12-31T07:30 would also parse as a time of day alone.
        if (!text.Contains('-', StringComparison.Ordinal) && TimeOnly.TryParse(text, CultureInfo.InvariantCulture, out var time))
        {
            return Next(now, time, TimeZoneInfo.Local);
        }
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var moment) && moment > now)
        {
            return moment;
        }
        fault =
            moment == default
                ? $"'{text}' is not a time. Write 07:30, or 2030-12-31T07:30."
                : $"'{text}' is in the past, so no agent would start.";
        return null;
    }

    /// <summary>The next moment at which clocks show a time of day. Where clocks are put forward over it, the moment at which they
    /// are; where they show it twice, the first one that is still to come.</summary>
    /// <param name="after">Only moments after this one.</param>
    /// <param name="time">The time of day.</param>
    /// <param name="zone">The time zone.</param>
    public static DateTimeOffset Next(DateTimeOffset after, TimeOnly time, TimeZoneInfo zone)
    {
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(after, zone).DateTime);
        return Enumerable
            .Range(0, 3)
            .SelectMany(days => MomentsOf(today.AddDays(days).ToDateTime(time), zone))
            .First(moment => moment > after);
    }

    private static IEnumerable<DateTimeOffset> MomentsOf(DateTime local, TimeZoneInfo zone)
    {
        if (zone.IsAmbiguousTime(local))
        {
            // The larger offset from UTC gives the earlier moment.
            return zone.GetAmbiguousTimeOffsets(local).OrderDescending().Select(offset => new DateTimeOffset(local, offset));
        }
        if (!zone.IsInvalidTime(local))
        {
            return [new DateTimeOffset(local, zone.GetUtcOffset(local))];
        }
        // Clocks change at whole minutes, so the search ends at the minute after the last one that existed.
        var beginning = local;
        while (zone.IsInvalidTime(beginning))
        {
            beginning = beginning.AddMinutes(-1);
        }
        return [new DateTimeOffset(beginning, zone.GetUtcOffset(beginning)).AddMinutes(1)];
    }
}
