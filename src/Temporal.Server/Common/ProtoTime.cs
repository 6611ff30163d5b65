using Google.Protobuf.WellKnownTypes;

namespace Temporal.Server.Common;

/// <summary>Converts between protobuf and .NET times.</summary>
internal static class ProtoTime
{
    /// <summary>Converts a duration. Missing and negative durations become zero.</summary>
    public static TimeSpan Span(this Duration? duration)
    {
        if (duration is null || duration.Seconds < 0 || duration.Nanos < 0)
        {
            return TimeSpan.Zero;
        }

        return duration.Seconds > 315_360_000L * 10
            ? TimeSpan.FromDays(36_500)
            : TimeSpan.FromTicks((duration.Seconds * TimeSpan.TicksPerSecond) + (duration.Nanos / 100));
    }

    public static bool IsPositive(this Duration? duration) => duration is { Seconds: > 0 } or { Seconds: 0, Nanos: > 0 };

    public static bool IsNegative(this Duration? duration) => duration is { Seconds: < 0 } or { Nanos: < 0 };

    public static Duration AsDuration(this TimeSpan span) => Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(span);

    public static Timestamp Stamp(this DateTimeOffset time)
    {
        var ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;
        var seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out var rest);
        if (rest < 0)
        {
            seconds--;
            rest += TimeSpan.TicksPerSecond;
        }

        return new Timestamp { Seconds = seconds, Nanos = (int)(rest * 100) };
    }

    public static DateTimeOffset Time(this Timestamp stamp) =>
        DateTimeOffset.UnixEpoch.AddTicks((stamp.Seconds * TimeSpan.TicksPerSecond) + (stamp.Nanos / 100));

    /// <summary>Returns the smaller of two limits. Zero means no limit.</summary>
    public static TimeSpan MinPositive(TimeSpan a, TimeSpan b) =>
        a <= TimeSpan.Zero ? b
        : b <= TimeSpan.Zero ? a
        : a < b ? a
        : b;

    /// <summary>Returns the earlier of two times. Null means never.</summary>
    public static DateTimeOffset? Earlier(DateTimeOffset? a, DateTimeOffset? b) =>
        a is null ? b
        : b is null ? a
        : a < b ? a
        : b;
}
