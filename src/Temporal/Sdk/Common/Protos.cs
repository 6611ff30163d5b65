using Google.Protobuf.WellKnownTypes;

namespace Temporalio.Common;

/// <summary>.NET's times as protobuf's.</summary>
internal static class Protos
{
    public static Duration? Span(TimeSpan? span) => span is { } value ? Duration.FromTimeSpan(value) : null;

    /// <summary>A local time is turned into UTC; one of unknown kind counts as UTC.</summary>
    public static Timestamp? Time(DateTime? time) =>
        time is { } value
            ? Timestamp.FromDateTime(
                value.Kind == DateTimeKind.Local ? value.ToUniversalTime() : DateTime.SpecifyKind(value, DateTimeKind.Utc)
            )
            : null;
}
