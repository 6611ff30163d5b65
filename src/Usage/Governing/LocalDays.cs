namespace Orchestrator.Usage;

/// <summary>Days of a clock, by which budgets and sums go.</summary>
public static class LocalDays
{
    /// <summary>The day of a moment in a time zone.</summary>
    public static DateOnly Of(DateTimeOffset time, TimeZoneInfo zone) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time, zone).DateTime);

    /// <summary>The present day of a clock.</summary>
    public static DateOnly Today(TimeProvider time) => Of(time.GetUtcNow(), time.LocalTimeZone);
}
