using System.Globalization;

namespace Orchestrator.Settings;

/// <summary>Daily hours during which no notices are sent, such as <c>22:00-07:00</c>, by the host's clock.</summary>
/// <param name="From">First minute of the quiet hours.</param>
/// <param name="To">First minute after the quiet hours. If it is earlier than <paramref name="From"/>, it is on the next day.</param>
public sealed record QuietHours(TimeOnly From, TimeOnly To)
{
    /// <summary>Returns the time at which the current quiet hours end, or null if the given time is not within them.</summary>
    /// <param name="now">Time to check.</param>
    /// <param name="zone">Time zone of the host's clock.</param>
    public DateTimeOffset? EndAfter(DateTimeOffset now, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(now, zone).DateTime;
        if (!TimeOnly.FromDateTime(local).IsBetween(From, To))
        {
            return null;
        }
        var day = DateOnly.FromDateTime(local);
        var end = (TimeOnly.FromDateTime(local) < To ? day : day.AddDays(1)).ToDateTime(To);

        // This minute may not exist on the day when clocks are set forward.
        end = zone.IsInvalidTime(end) ? end.AddHours(1) : end;
        return new DateTimeOffset(end, zone.GetUtcOffset(end)).ToUniversalTime();
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{From:HH:mm}-{To:HH:mm}");

    /// <summary>Parses quiet hours. Returns null if the text is invalid.</summary>
    public static QuietHours? TryRead(string text) =>
        text.Split('-') is [var from, var to] && TryRead(from.Trim(), out var first) && TryRead(to.Trim(), out var last) && first != last
            ? new(first, last)
            : null;

    private static bool TryRead(string text, out TimeOnly time) =>
        TimeOnly.TryParseExact(text, ["H:mm", "HH:mm"], CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
}
