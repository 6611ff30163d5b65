using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Temporalio.Common;

/// <summary>
/// Metrics as instruments of the meter <c>Temporalio</c> of System.Diagnostics.Metrics, which OpenTelemetry and others collect.
/// </summary>
internal sealed class SystemMetricMeter : MetricMeter
{
    private readonly Instruments _instruments;
    private readonly KeyValuePair<string, object?>[] _tags;

    private SystemMetricMeter(Instruments instruments, KeyValuePair<string, object?>[] tags) => (_instruments, _tags) = (instruments, tags);

    /// <summary>The meter without tags: one per process, as meters of .NET are.</summary>
    public static SystemMetricMeter Root { get; } = new(new Instruments(new Meter("Temporalio")), []);

    /// <inheritdoc />
    public override MetricCounter<T> CreateCounter<T>(string name, string? unit = null, string? description = null) =>
        new CounterMetric<T>(
            name,
            unit,
            description,
            _instruments.Get(name, meter => meter.CreateCounter<T>(name, unit, description)),
            _tags
        );

    /// <inheritdoc />
    public override MetricGauge<T> CreateGauge<T>(string name, string? unit = null, string? description = null) =>
        new GaugeMetric<T>(name, unit, description, _instruments.Get(name, meter => meter.CreateGauge<T>(name, unit, description)), _tags);

    /// <inheritdoc />
    public override MetricHistogram<T> CreateHistogram<T>(string name, string? unit = null, string? description = null) =>
        typeof(T) == typeof(TimeSpan)
            ? (MetricHistogram<T>)
                (object)
                    new TimeMetric(
                        name,
                        unit ?? "s",
                        description,
                        _instruments.Get(name, meter => meter.CreateHistogram<double>(name, unit ?? "s", description)),
                        _tags
                    )
            : new HistogramMetric<T>(
                name,
                unit,
                description,
                _instruments.Get(name, meter => meter.CreateHistogram<T>(name, unit, description)),
                _tags
            );

    /// <inheritdoc />
    public override MetricMeter WithTags(IEnumerable<KeyValuePair<string, object>> tags) =>
        new SystemMetricMeter(_instruments, Merge(_tags, tags));

    private static KeyValuePair<string, object?>[] Merge(
        KeyValuePair<string, object?>[] tags,
        IEnumerable<KeyValuePair<string, object>>? more
    )
    {
        if (more is null)
        {
            return tags;
        }

        var merged = new Dictionary<string, object?>(tags);
        foreach (var (name, value) in more)
        {
            merged[name] = value;
        }

        return [.. merged];
    }

    /// <summary>One instrument per name: a second one of the same name would be a second time series.</summary>
    private sealed class Instruments(Meter meter)
    {
        private readonly ConcurrentDictionary<(string Name, Type Kind), Instrument> _made = new();

        public TInstrument Get<TInstrument>(string name, Func<Meter, TInstrument> create)
            where TInstrument : Instrument => (TInstrument)_made.GetOrAdd((name, typeof(TInstrument)), _ => create(meter));
    }

    private sealed class CounterMetric<T>(
        string name,
        string? unit,
        string? description,
        Counter<T> counter,
        KeyValuePair<string, object?>[] tags
    ) : MetricCounter<T>(name, unit, description)
        where T : struct
    {
        public override void Add(T value, IEnumerable<KeyValuePair<string, object>>? extraTags = null) =>
            counter.Add(value, Merge(tags, extraTags));

        public override MetricCounter<T> WithTags(IEnumerable<KeyValuePair<string, object>> more) =>
            new CounterMetric<T>(Name, Unit, Description, counter, Merge(tags, more));
    }

    private sealed class GaugeMetric<T>(
        string name,
        string? unit,
        string? description,
        Gauge<T> gauge,
        KeyValuePair<string, object?>[] tags
    ) : MetricGauge<T>(name, unit, description)
        where T : struct
    {
        public override void Set(T value, IEnumerable<KeyValuePair<string, object>>? extraTags = null) =>
            gauge.Record(value, Merge(tags, extraTags));

        public override MetricGauge<T> WithTags(IEnumerable<KeyValuePair<string, object>> more) =>
            new GaugeMetric<T>(Name, Unit, Description, gauge, Merge(tags, more));
    }

    private sealed class HistogramMetric<T>(
        string name,
        string? unit,
        string? description,
        Histogram<T> histogram,
        KeyValuePair<string, object?>[] tags
    ) : MetricHistogram<T>(name, unit, description)
        where T : struct
    {
        public override void Record(T value, IEnumerable<KeyValuePair<string, object>>? extraTags = null) =>
            histogram.Record(value, Merge(tags, extraTags));

        public override MetricHistogram<T> WithTags(IEnumerable<KeyValuePair<string, object>> more) =>
            new HistogramMetric<T>(Name, Unit, Description, histogram, Merge(tags, more));
    }

    private sealed class TimeMetric(
        string name,
        string? unit,
        string? description,
        Histogram<double> histogram,
        KeyValuePair<string, object?>[] tags
    ) : MetricHistogram<TimeSpan>(name, unit, description)
    {
        public override void Record(TimeSpan value, IEnumerable<KeyValuePair<string, object>>? extraTags = null) =>
            histogram.Record(value.TotalSeconds, Merge(tags, extraTags));

        public override MetricHistogram<TimeSpan> WithTags(IEnumerable<KeyValuePair<string, object>> more) =>
            new TimeMetric(Name, Unit, Description, histogram, Merge(tags, more));
    }
}
