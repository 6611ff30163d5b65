using System.Text;
using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Schedule.V1;

namespace Temporal.Server.Schedules.Specs;

/// <summary>An action time of a schedule.</summary>
/// <param name="Nominal">The time according to the specification.</param>
/// <param name="Actual">The nominal time plus jitter.</param>
internal readonly record struct ScheduleActionTime(DateTime Nominal, DateTime Actual);

/// <summary>Computes the action times of a schedule specification, which depend only on the specification and a seed.</summary>
internal sealed class ScheduleActionTimeCalculator
{
    /// <summary>
    /// Number of consecutive excluded times after which the search ends. The limit is needed because a specification may exclude all its
    /// times.
    /// </summary>
    private const int MostExcluded = 100_000;

    private static readonly DateTime Last = new(2100, 12, 31, 23, 59, 59, DateTimeKind.Utc);

    private readonly List<ZonedCalendar> _calendars;
    private readonly List<ZonedCalendar> _excluded;
    private readonly List<(long Interval, long Phase)> _intervals;
    private readonly DateTime? _start;
    private readonly DateTime? _end;
    private readonly TimeSpan _jitter;
    private readonly string _seed;

    /// <summary>Prepares the computation of action times from a canonical specification.</summary>
    /// <param name="seed">Seed of the jitter, so that schedules with the same times do not all act at once.</param>
    public ScheduleActionTimeCalculator(ScheduleSpec spec, string seed)
    {
        var zone = ScheduleTimeZone.Of(spec);
        _calendars = [.. spec.StructuredCalendar.Select(calendar => new ZonedCalendar(new ScheduleCalendarMatcher(calendar), zone))];
        _excluded = [.. spec.ExcludeStructuredCalendar.Select(calendar => new ZonedCalendar(new ScheduleCalendarMatcher(calendar), zone))];
        _intervals =
        [
            .. spec.Interval.Select(interval => (Seconds(interval.Interval), interval.Phase is null ? 0 : Seconds(interval.Phase))),
        ];
        _start = spec.StartTime is null ? null : Time(spec.StartTime);
        _end = spec.EndTime is null ? null : Time(spec.EndTime);
        _jitter = spec.Jitter is null
            ? TimeSpan.Zero
            : TimeSpan.FromSeconds(Math.Clamp(spec.Jitter.Seconds + (spec.Jitter.Nanos / 1e9), 0, 1e9));
        _seed = seed;
    }

    /// <summary>Finds the first time after the given one, or returns null if none exists.</summary>
    public ScheduleActionTime? Next(DateTime after)
    {
        if (_start is { } start && after < start)
        {
            after = start.AddTicks(-1);
        }

        // A nominal time before the given time may have an actual time after it.
        var from = _jitter > TimeSpan.Zero ? Earlier(after, _jitter) : after;
        while (NextNominal(from) is { } nominal)
        {
            var actual = WithJitter(nominal);
            if (actual > after && nominal > (_start?.AddTicks(-1) ?? DateTime.MinValue))
            {
                return new ScheduleActionTime(nominal, actual);
            }

            from = nominal;
        }

        return null;
    }

    /// <summary>Enumerates up to <paramref name="count"/> times after the given one.</summary>
    public IEnumerable<ScheduleActionTime> Following(DateTime after, int count)
    {
        for (; count > 0 && Next(after) is { } next; count--)
        {
            yield return next;
            after = next.Actual;
        }
    }

    private DateTime? NextNominal(DateTime after)
    {
        for (var tries = 0; tries < MostExcluded; tries++)
        {
            if (after >= Last || NextIncluded(after) is not { } next || next > Last || next > (_end ?? Last))
            {
                return null;
            }

            if (!_excluded.Exists(calendar => calendar.Matches(next)))
            {
                return next;
            }

            after = next;
        }

        return null;
    }

    private DateTime? NextIncluded(DateTime after)
    {
        DateTime? first = null;
        foreach (
            var next in _calendars.Select(calendar => calendar.Next(after)).Concat(_intervals.Select(interval => Next(interval, after)))
        )
        {
            if (next is not null && (first is null || next < first))
            {
                first = next;
            }
        }

        return first;
    }

    private static DateTime? Next((long Interval, long Phase) interval, DateTime after)
    {
        var seconds = (long)Math.Floor((after - DateTime.UnixEpoch).TotalSeconds);
        var number = (long)Math.Floor((seconds - interval.Phase) / (double)interval.Interval) + 1;
        var next = (number * interval.Interval) + interval.Phase;
        return next > (Last - DateTime.UnixEpoch).TotalSeconds ? null : DateTime.UnixEpoch.AddSeconds(next);
    }

    private DateTime WithJitter(DateTime nominal)
    {
        // Jitter never exceeds the distance to the next time, so that the order is preserved.
        var most = NextNominal(nominal) is { } following && following - nominal < _jitter ? following - nominal : _jitter;
        if (most < TimeSpan.FromMilliseconds(1))
        {
            return nominal;
        }

        var hash = Fnv(Encoding.UTF8.GetBytes($"{_seed}@{nominal.Ticks}"));
        return nominal.AddMilliseconds(hash % (ulong)most.TotalMilliseconds);
    }

    // 64-bit FNV-1a with a final mix; the result is the same on every machine and in every release.
    private static ulong Fnv(byte[] bytes)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in bytes)
        {
            hash = (hash ^ b) * 1099511628211UL;
        }

        hash ^= hash >> 32;
        hash *= 0xD6E8FEB86659FD93UL;
        return hash ^ (hash >> 32);
    }

    private static DateTime Earlier(DateTime time, TimeSpan by) => time - DateTime.UnixEpoch < by ? DateTime.UnixEpoch : time - by;

    private static long Seconds(Duration duration) => Math.Max(0, duration.Seconds);

    private static DateTime Time(Timestamp time) =>
        DateTime
            .UnixEpoch.AddSeconds(Math.Clamp(time.Seconds, 0, (long)(Last - DateTime.UnixEpoch).TotalSeconds))
            .AddTicks(time.Nanos / 100);
}
