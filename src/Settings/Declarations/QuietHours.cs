using System.Globalization;

namespace Orchestrator.Settings;

/// <summary>Hours of each day in which people are not disturbed, such as <c>22:00-07:00</c>, by the clock of the machine.</summary>
/// <param name="From">The first minute.</param>
/// <param name="To">The first minute after them; earlier than <paramref name="From"/>: on the next day.</param>
public sealed record QuietHours(TimeOnly From, TimeOnly To)
{
    /// <summary>When they end; null: the time is not in them.</summary>
    /// <param name="now">The time.</param>
    /// <param name="zone">The zone of the machine's clock.</param>
    public DateTimeOffset? EndAfter(DateTimeOffset now, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(now, zone).DateTime;
        if (!TimeOnly.FromDateTime(local).IsBetween(From, To))
        {
            return null;
        }
        var day = DateOnly.FromDateTime(local);
        var end = (TimeOnly.FromDateTime(local) < To ? day : day.AddDays(1)).ToDateTime(To);

        // On the night that the clock is set forward this minute may not be there.
        end = zone.IsInvalidTime(end) ? end.AddHours(1) : end;
        return new DateTimeOffset(end, zone.GetUtcOffset(end)).ToUniversalTime();
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{From:HH:mm}-{To:HH:mm}");

    /// <summary>Reads such hours; null: it is something else.</summary>
    public static QuietHours? TryRead(string text) =>
        text.Split('-') is [var from, var to] && TryRead(from.Trim(), out var first) && TryRead(to.Trim(), out var last) && first != last
            ? new(first, last)
            : null;

    private static bool TryRead(string text, out TimeOnly time) =>
        TimeOnly.TryParseExact(text, ["H:mm", "HH:mm"], CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
}
