using Temporalio.Api.Schedule.V1;

namespace Temporal.Server.Schedules.Specs;

/// <summary>A time zone: how far clocks in it are ahead of UTC.</summary>
internal abstract class Zone
{
    /// <summary>True if the clocks are never changed.</summary>
    public abstract bool IsFixed { get; }

    /// <summary>The zone of a specification: given as data, by name, or UTC.</summary>
    /// <exception cref="SpecException">There is no such zone on this machine, or the data cannot be read.</exception>
    public static Zone Of(ScheduleSpec spec)
    {
        if (!spec.TimezoneData.IsEmpty)
        {
            return ZoneData.Read(spec.TimezoneData.Span);
        }

        if (spec.TimezoneName.Length == 0)
        {
            return new NamedZone(TimeZoneInfo.Utc);
        }

        return TimeZoneInfo.TryFindSystemTimeZoneById(spec.TimezoneName, out var zone)
            ? new NamedZone(zone)
            : throw new SpecException($"unknown time zone {spec.TimezoneName}");
    }

    public abstract TimeSpan OffsetAt(DateTime utc);
}

/// <summary>A zone that this machine knows.</summary>
internal sealed class NamedZone(TimeZoneInfo zone) : Zone
{
    public override bool IsFixed => !zone.SupportsDaylightSavingTime;

    public override TimeSpan OffsetAt(DateTime utc) => zone.GetUtcOffset(utc);
}
