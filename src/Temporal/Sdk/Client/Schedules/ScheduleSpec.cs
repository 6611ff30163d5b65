using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Schedule.V1;
using Temporalio.Common;

namespace Temporalio.Client.Schedules;

/// <summary>When a schedule acts: at all times of all its calendars, intervals and cron expressions, but for those skipped.</summary>
public record ScheduleSpec
{
    /// <summary>Times by calendar.</summary>
    public IReadOnlyCollection<ScheduleCalendarSpec> Calendars { get; init; } = [];

    /// <summary>Times by interval.</summary>
    public IReadOnlyCollection<ScheduleIntervalSpec> Intervals { get; init; } = [];

    /// <summary>Times by cron expression. The server turns them into calendars; a description has none.</summary>
    public IReadOnlyCollection<string> CronExpressions { get; init; } = [];

    /// <summary>Times that are left out.</summary>
    public IReadOnlyCollection<ScheduleCalendarSpec> Skip { get; init; } = [];

    /// <summary>Times before are left out.</summary>
    public DateTime? StartAt { get; init; }

    /// <summary>Times after are left out.</summary>
    public DateTime? EndAt { get; init; }

    /// <summary>Each time moves later by a random time up to this.</summary>
    public TimeSpan? Jitter { get; init; }

    /// <summary>IANA name of the time zone of calendars; null: UTC.</summary>
    public string? TimeZoneName { get; init; }

    internal static ScheduleSpec FromProto(Api.Schedule.V1.ScheduleSpec? proto) =>
        proto is null
            ? new()
            : new()
            {
                Calendars = [.. proto.StructuredCalendar.Select(ScheduleCalendarSpec.FromProto)],
                Intervals = [.. proto.Interval.Select(ScheduleIntervalSpec.FromProto)],
                CronExpressions = [.. proto.CronString],
                Skip = [.. proto.ExcludeStructuredCalendar.Select(ScheduleCalendarSpec.FromProto)],
                StartAt = proto.StartTime?.ToDateTime(),
                EndAt = proto.EndTime?.ToDateTime(),
                Jitter = proto.Jitter?.ToTimeSpan(),
                TimeZoneName = proto.TimezoneName.Length == 0 ? null : proto.TimezoneName,
            };

    internal Api.Schedule.V1.ScheduleSpec ToProto()
    {
        var proto = new Api.Schedule.V1.ScheduleSpec
        {
            StartTime = Protos.Time(StartAt),
            EndTime = Protos.Time(EndAt),
            Jitter = Protos.Span(Jitter),
            TimezoneName = TimeZoneName ?? string.Empty,
        };
        proto.StructuredCalendar.AddRange(Calendars.Select(calendar => calendar.ToProto()));
        proto.Interval.AddRange(Intervals.Select(interval => interval.ToProto()));
        proto.CronString.AddRange(CronExpressions);
        proto.ExcludeStructuredCalendar.AddRange(Skip.Select(calendar => calendar.ToProto()));
        return proto;
    }
}

/// <summary>Times by calendar: a time matches when every part does.</summary>
public record ScheduleCalendarSpec
{
    /// <summary>The first of a range: 0.</summary>
    public static readonly IReadOnlyCollection<ScheduleRange> Beginning = [ScheduleRange.Zero];

    /// <summary>All days of a month.</summary>
    public static readonly IReadOnlyCollection<ScheduleRange> AllMonthDays = [new(1, 31)];

    /// <summary>All months.</summary>
    public static readonly IReadOnlyCollection<ScheduleRange> AllMonths = [new(1, 12)];

    /// <summary>All days of the week.</summary>
    public static readonly IReadOnlyCollection<ScheduleRange> AllWeekDays = [new(0, 6)];

    /// <summary>Seconds, 0 to 59. Default 0.</summary>
    public IReadOnlyCollection<ScheduleRange> Second { get; init; } = Beginning;

    /// <summary>Minutes, 0 to 59. Default 0.</summary>
    public IReadOnlyCollection<ScheduleRange> Minute { get; init; } = Beginning;

    /// <summary>Hours, 0 to 23. Default 0.</summary>
    public IReadOnlyCollection<ScheduleRange> Hour { get; init; } = Beginning;

    /// <summary>Days of the month, 1 to 31. Default all.</summary>
    public IReadOnlyCollection<ScheduleRange> DayOfMonth { get; init; } = AllMonthDays;

    /// <summary>Months, 1 to 12. Default all.</summary>
    public IReadOnlyCollection<ScheduleRange> Month { get; init; } = AllMonths;

    /// <summary>Years. Default (empty) all.</summary>
    public IReadOnlyCollection<ScheduleRange> Year { get; init; } = [];

    /// <summary>Days of the week, 0 (Sunday) to 6. Default all.</summary>
    public IReadOnlyCollection<ScheduleRange> DayOfWeek { get; init; } = AllWeekDays;

    /// <summary>Note for people.</summary>
    public string? Comment { get; init; }

    internal static ScheduleCalendarSpec FromProto(StructuredCalendarSpec proto) =>
        new()
        {
            Second = Ranges(proto.Second),
            Minute = Ranges(proto.Minute),
            Hour = Ranges(proto.Hour),
            DayOfMonth = Ranges(proto.DayOfMonth),
            Month = Ranges(proto.Month),
            Year = Ranges(proto.Year),
            DayOfWeek = Ranges(proto.DayOfWeek),
            Comment = proto.Comment.Length == 0 ? null : proto.Comment,
        };

    internal StructuredCalendarSpec ToProto() =>
        new()
        {
            Second = { Second.Select(range => range.ToProto()) },
            Minute = { Minute.Select(range => range.ToProto()) },
            Hour = { Hour.Select(range => range.ToProto()) },
            DayOfMonth = { DayOfMonth.Select(range => range.ToProto()) },
            Month = { Month.Select(range => range.ToProto()) },
            Year = { Year.Select(range => range.ToProto()) },
            DayOfWeek = { DayOfWeek.Select(range => range.ToProto()) },
            Comment = Comment ?? string.Empty,
        };

    private static ScheduleRange[] Ranges(IEnumerable<Api.Schedule.V1.Range> protos) => [.. protos.Select(ScheduleRange.FromProto)];
}

/// <summary>A range of a calendar's part.</summary>
/// <param name="Start">First value.</param>
/// <param name="End">Last value; less than the first means the first.</param>
/// <param name="Step">Distance; 0 means 1.</param>
public record ScheduleRange(int Start, int End, int Step)
{
    /// <summary>Just 0.</summary>
    public static readonly ScheduleRange Zero = new(0);

    /// <summary>One value.</summary>
    public ScheduleRange(int start)
        : this(start, start, 1) { }

    /// <summary>All values of a range.</summary>
    public ScheduleRange(int start, int end)
        : this(start, end, 1) { }

    internal static ScheduleRange FromProto(Api.Schedule.V1.Range proto) => new(proto.Start, proto.End, proto.Step);

    internal Api.Schedule.V1.Range ToProto() =>
        new()
        {
            Start = Start,
            End = End,
            Step = Step,
        };
}

/// <summary>Times by interval, counted from the Unix epoch.</summary>
/// <param name="Every">Distance.</param>
/// <param name="Offset">Shift within the distance; null: none.</param>
public record ScheduleIntervalSpec(TimeSpan Every, TimeSpan? Offset = null)
{
    internal static ScheduleIntervalSpec FromProto(IntervalSpec proto) => new(proto.Interval.ToTimeSpan(), proto.Phase?.ToTimeSpan());

    internal IntervalSpec ToProto() => new() { Interval = Duration.FromTimeSpan(Every), Phase = Protos.Span(Offset) };
}
