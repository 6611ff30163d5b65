namespace Orchestrator.Usage;

/// <summary>Computes calendar days for daily budgets and totals.</summary>
public static class CalendarDayCalculator
{
    /// <summary>Returns the calendar day of a time in a time zone.</summary>
    public static DateOnly Of(DateTimeOffset time, TimeZoneInfo zone) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time, zone).DateTime);

    /// <summary>Returns the current day in the clock's local time zone.</summary>
    public static DateOnly Today(TimeProvider time) => Of(time.GetUtcNow(), time.LocalTimeZone);
}
