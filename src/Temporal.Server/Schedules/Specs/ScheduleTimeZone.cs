using Temporalio.Api.Schedule.V1;

namespace Temporal.Server.Schedules.Specs;

/// <summary>A time zone with its offsets from UTC.</summary>
internal abstract class ScheduleTimeZone
{
    /// <summary>True if the offset never changes.</summary>
    public abstract bool IsFixed { get; }

    /// <summary>Returns the time zone that a specification contains as data or names, or UTC if the specification does neither.</summary>
    /// <exception cref="ScheduleSpecException">This machine does not know the zone, or the data can't be read.</exception>
    public static ScheduleTimeZone Of(ScheduleSpec spec)
    {
        if (!spec.TimezoneData.IsEmpty)
        {
            return TzifZone.Read(spec.TimezoneData.Span);
        }

        if (spec.TimezoneName.Length == 0)
        {
            return new NamedTimeZone(TimeZoneInfo.Utc);
        }

        return TimeZoneInfo.TryFindSystemTimeZoneById(spec.TimezoneName, out var zone)
            ? new NamedTimeZone(zone)
            : throw new ScheduleSpecException($"unknown time zone {spec.TimezoneName}");
    }

    public abstract TimeSpan OffsetAt(DateTime utc);
}

/// <summary>A time zone that is looked up by name on this machine.</summary>
internal sealed class NamedTimeZone(TimeZoneInfo zone) : ScheduleTimeZone
{
    public override bool IsFixed => !zone.SupportsDaylightSavingTime;

    public override TimeSpan OffsetAt(DateTime utc) => zone.GetUtcOffset(utc);
}
