using System.Collections.Concurrent;
using System.Globalization;
using Temporalio.Common;
using static Temporalio.Runtime.CustomMetricMeterOptions;

namespace Temporalio.Runtime;

/// <summary>Metrics that go to an <see cref="ICustomMetricMeter" />: whole numbers as <c>long</c>, others as <c>double</c>.</summary>
internal sealed class RuntimeMeter : MetricMeter
{
    private const string OwnPrefix = "temporal_";

    private readonly ICustomMetricMeter _meter;
    private readonly DurationFormat _durations;
    private readonly ConcurrentDictionary<(Type Kind, string Name, string? Unit, string? Description), Lazy<object>> _made;
    private readonly object _tags;
    private readonly string? _prefix;

    private RuntimeMeter(
        ICustomMetricMeter meter,
        DurationFormat durations,
        ConcurrentDictionary<(Type, string, string?, string?), Lazy<object>> made,
        object tags,
        string? prefix
    ) => (_meter, _durations, _made, _tags, _prefix) = (meter, durations, made, tags, prefix);

    public static RuntimeMeter Create(ICustomMetricMeter meter, DurationFormat durations, MetricsOptions options)
    {
        List<KeyValuePair<string, object>> tags =
        [
            .. (options.GlobalTags ?? []).Select(tag => KeyValuePair.Create(tag.Key, (object)tag.Value)),
        ];
        if (options.AttachServiceName)
        {
            tags.Insert(0, new("service_name", "temporal-core-sdk"));
        }

        return new(meter, durations, new(), meter.CreateTags(appendFrom: null, tags), prefix: null);
    }

    /// <summary>The same, with names of the SDK's own metrics that begin otherwise.</summary>
    public RuntimeMeter WithPrefix(string? prefix) => prefix is null ? this : new(_meter, _durations, _made, _tags, prefix);

    public override MetricCounter<T> CreateCounter<T>(string name, string? unit = null, string? description = null)
    {
        var add = IsWhole<T>()
            ? Into<T, long, ICustomMetricCounter<long>>(name, unit, description, _meter.CreateCounter<long>, (m, v, t) => m.Add(v, t))
            : Into<T, double, ICustomMetricCounter<double>>(
                name,
                unit,
                description,
                _meter.CreateCounter<double>,
                (m, v, t) => m.Add(v, t)
            );
        return new Counter<T>(this, name, unit, description, add, _tags);
    }

    public override MetricGauge<T> CreateGauge<T>(string name, string? unit = null, string? description = null)
    {
        var set = IsWhole<T>()
            ? Into<T, long, ICustomMetricGauge<long>>(name, unit, description, _meter.CreateGauge<long>, (m, v, t) => m.Set(v, t))
            : Into<T, double, ICustomMetricGauge<double>>(name, unit, description, _meter.CreateGauge<double>, (m, v, t) => m.Set(v, t));
        return new Gauge<T>(this, name, unit, description, set, _tags);
    }

    public override MetricHistogram<T> CreateHistogram<T>(string name, string? unit = null, string? description = null)
    {
        var record = (typeof(T) == typeof(TimeSpan), _durations) switch
        {
            (true, DurationFormat.TimeSpan) => Histogram<T, TimeSpan>(name, unit ?? "duration", description),
            (true, DurationFormat.FloatSeconds) => Histogram<T, double>(name, unit ?? "s", description),
            (true, _) => Histogram<T, long>(name, unit ?? "ms", description),
            _ when IsWhole<T>() => Histogram<T, long>(name, unit, description),
            _ => Histogram<T, double>(name, unit, description),
        };
        return new HistogramMetric<T>(this, name, unit, description, record, _tags);
    }

    public override MetricMeter WithTags(IEnumerable<KeyValuePair<string, object>> tags) =>
        new RuntimeMeter(_meter, _durations, _made, Append(_tags, tags), _prefix);

    private Action<T, object> Histogram<T, TValue>(string name, string? unit, string? description)
        where T : struct
        where TValue : struct =>
        Into<T, TValue, ICustomMetricHistogram<TValue>>(
            name,
            unit,
            description,
            _meter.CreateHistogram<TValue>,
            (m, v, t) => m.Record(v, t)
        );

    /// <summary>Records into one metric per name, unit and description, made when the first of them is asked for.</summary>
    private Action<T, object> Into<T, TValue, TMetric>(
        string name,
        string? unit,
        string? description,
        Func<string, string?, string?, TMetric> create,
        Action<TMetric, TValue, object> record
    )
        where T : struct
        where TValue : struct
        where TMetric : class
    {
        var shown = _prefix is not null && name.StartsWith(OwnPrefix, StringComparison.Ordinal) ? _prefix + name[OwnPrefix.Length..] : name;
        var metric = (TMetric)
            _made.GetOrAdd((typeof(TMetric), shown, unit, description), _ => new(() => create(shown, unit, description))).Value;
        return (value, tags) => record(metric, Convert<T, TValue>(value), tags);
    }

    private static TValue Convert<T, TValue>(T value)
        where T : struct
        where TValue : struct
    {
        var converted =
            value is not TimeSpan time ? System.Convert.ChangeType(value, typeof(TValue), CultureInfo.InvariantCulture)
            : typeof(TValue) == typeof(long) ? (long)time.TotalMilliseconds
            : typeof(TValue) == typeof(double) ? time.TotalSeconds
            : time;
        return (TValue)converted;
    }

    private static bool IsWhole<T>() =>
        Type.GetTypeCode(typeof(T))
            is TypeCode.Byte
                or TypeCode.SByte
                or TypeCode.Int16
                or TypeCode.UInt16
                or TypeCode.Int32
                or TypeCode.UInt32
                or TypeCode.Int64
                or TypeCode.UInt64;

    private object Append(object tags, IEnumerable<KeyValuePair<string, object>>? more) =>
        more is null ? tags : _meter.CreateTags(tags, [.. more.Select(tag => KeyValuePair.Create(tag.Key, Plain(tag.Value)))]);

    private static object Plain(object value) =>
        value switch
        {
            string or bool or long or double => value,
            byte or sbyte or short or ushort or int or uint => System.Convert.ToInt64(value, CultureInfo.InvariantCulture),
            float or decimal => System.Convert.ToDouble(value, CultureInfo.InvariantCulture),
            _ => System.Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty,
        };

    private sealed class Counter<T>(RuntimeMeter meter, string name, string? unit, string? description, Action<T, object> add, object tags)
        : MetricCounter<T>(name, unit, description)
        where T : struct
    {
        public override void Add(T value, IEnumerable<KeyValuePair<string, object>>? extraTags = null) =>
            add(value, meter.Append(tags, extraTags));

        public override MetricCounter<T> WithTags(IEnumerable<KeyValuePair<string, object>> more) =>
            new Counter<T>(meter, Name, Unit, Description, add, meter.Append(tags, more));
    }

    private sealed class Gauge<T>(RuntimeMeter meter, string name, string? unit, string? description, Action<T, object> set, object tags)
        : MetricGauge<T>(name, unit, description)
        where T : struct
    {
        public override void Set(T value, IEnumerable<KeyValuePair<string, object>>? extraTags = null) =>
            set(value, meter.Append(tags, extraTags));

        public override MetricGauge<T> WithTags(IEnumerable<KeyValuePair<string, object>> more) =>
            new Gauge<T>(meter, Name, Unit, Description, set, meter.Append(tags, more));
    }

    private sealed class HistogramMetric<T>(
        RuntimeMeter meter,
        string name,
        string? unit,
        string? description,
        Action<T, object> record,
        object tags
    ) : MetricHistogram<T>(name, unit, description)
        where T : struct
    {
        public override void Record(T value, IEnumerable<KeyValuePair<string, object>>? extraTags = null) =>
            record(value, meter.Append(tags, extraTags));

        public override MetricHistogram<T> WithTags(IEnumerable<KeyValuePair<string, object>> more) =>
            new HistogramMetric<T>(meter, Name, Unit, Description, record, meter.Append(tags, more));
    }
}
