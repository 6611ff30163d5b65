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

    /// <summary>Returns the next time at which clocks show a time of day. A time that the clocks skip becomes the moment of the change. Of
    /// a time that occurs twice, the first occurrence still in the future is returned.</summary>
    /// <param name="after">The result is later than this.</param>
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
