namespace Orchestrator.Usage;

/// <summary>
/// Computes points in time from times of day in a time zone. Changes to and from daylight saving time are taken into account.
/// </summary>
public static class WallClock
{
    /// <summary>
    /// Finds a time zone by its IANA name, or returns the host's local time zone if the name is null. Returns null if this host has no data
    /// for the name.
    /// </summary>
    /// <param name="name">The IANA name, or null for the time zone of this host.</param>
    public static TimeZoneInfo? FindZone(string? name) =>
        name is null ? TimeZoneInfo.Local
        : TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone
        : null;

    /// <summary>
    /// Parses a future point in time. The text is a date with a time, or a time of day such as <c>07:30</c>, which stands for its next
    /// occurrence.
    /// </summary>
    /// <param name="text">The text to parse.</param>
    /// <param name="now">The current time, in the local time zone.</param>
    /// <param name="fault">Sentence about the error. Empty if the text is valid.</param>
    /// <returns>The point in time, or null if the text is invalid.</returns>
    public static DateTimeOffset? Read(string text, DateTimeOffset now, out string fault)
    {
        fault = "";
        // A date with a time, such as 2030-12-31T07:30, could also be parsed as a time of day.
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
                ? $"'{text}' is not a time. Write it as 07:30 or 2030-12-31T07:30."
                : $"'{text}' is in the past, so no agent would start.";
        return null;
    }

    /// <summary>
    /// Returns the next point in time at which clocks show the given time of day. If clocks skip that time, returns the time at which they
    /// are set forward. If clocks show it twice, returns the first occurrence that is still in the future.
    /// </summary>
    /// <param name="after">The result is later than this point in time.</param>
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
            // The larger offset from UTC results in the earlier point in time.
            return zone.GetAmbiguousTimeOffsets(local).OrderDescending().Select(offset => new DateTimeOffset(local, offset));
        }
        if (!zone.IsInvalidTime(local))
        {
            return [new DateTimeOffset(local, zone.GetUtcOffset(local))];
        }
        // Clocks change at a full minute, so the search ends at the minute after the last time that existed.
        var beginning = local;
        while (zone.IsInvalidTime(beginning))
        {
            beginning = beginning.AddMinutes(-1);
        }
        return [new DateTimeOffset(beginning, zone.GetUtcOffset(beginning)).AddMinutes(1)];
    }
}
