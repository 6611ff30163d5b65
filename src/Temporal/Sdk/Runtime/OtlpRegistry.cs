using System.Collections.Concurrent;
using System.Globalization;
using static Temporalio.Runtime.OtlpFamily;

namespace Temporalio.Runtime;

/// <summary>Adds metrics up and writes them as a collector of OpenTelemetry takes them.</summary>
internal sealed class OtlpRegistry(OpenTelemetryOptions options, TimeProvider time) : ICustomMetricMeter
{
    private const string ServiceName = "temporal-core-sdk";
    private const ulong NanosecondsPerTick = 100;

    private readonly ConcurrentDictionary<(MetricKind Kind, string Name, string? Unit), OtlpFamily> _families = new();
    private readonly bool _delta = options.MetricTemporality == OpenTelemetryMetricTemporality.Delta;
    private ulong _from = Now(time);

    /// <summary>How times are recorded here.</summary>
    public CustomMetricMeterOptions.DurationFormat DurationFormat =>
        options.UseSecondsForDuration
            ? CustomMetricMeterOptions.DurationFormat.FloatSeconds
            : CustomMetricMeterOptions.DurationFormat.IntegerMilliseconds;

    public ICustomMetricCounter<T> CreateCounter<T>(string name, string? unit, string? description)
        where T : struct => Create<T>(MetricKind.Counter, name, unit, description);

    public ICustomMetricHistogram<T> CreateHistogram<T>(string name, string? unit, string? description)
        where T : struct => Create<T>(MetricKind.Histogram, name, unit, description);

    public ICustomMetricGauge<T> CreateGauge<T>(string name, string? unit, string? description)
        where T : struct => Create<T>(MetricKind.Gauge, name, unit, description);

    public object CreateTags(object? appendFrom, IReadOnlyCollection<KeyValuePair<string, object>> tags) =>
        new OtlpTags(appendFrom as OtlpTags, tags);

    /// <summary>An ExportMetricsServiceRequest with all there is; null where there is nothing.</summary>
    public byte[]? Collect()
    {
        var now = Now(time);
        var metrics = _families.Values.Select(family => family.Write(_from, now, _delta)).OfType<OtlpWriter>().ToList();
        if (_delta)
        {
            _from = now;
        }

        if (metrics.Count == 0)
        {
            return null;
        }

        var resource = new OtlpWriter().Message(1, OtlpTags.Attribute("service.name", ServiceName));
        var scope = new OtlpWriter().Message(1, new OtlpWriter().Text(1, ServiceName)).Messages(2, metrics);
        return new OtlpWriter().Message(1, new OtlpWriter().Message(1, resource).Message(2, scope)).ToArray();
    }

    private static ulong Now(TimeProvider time) => (ulong)(time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * NanosecondsPerTick;

    private Metric<T> Create<T>(MetricKind kind, string name, string? unit, string? description)
        where T : struct
    {
        var bounds =
            kind != MetricKind.Histogram ? []
            : options.HistogramBucketOverrides?.GetValueOrDefault(name) is { } own ? own
            : PrometheusFamily.DefaultBounds(name).Select(bound => unit == "s" ? bound / 1000 : bound);
        return new(_families.GetOrAdd((kind, name, unit), _ => new(kind, name, unit, description, typeof(T) == typeof(long), [.. bounds])));
    }

    private sealed class Metric<T>(OtlpFamily family) : ICustomMetricCounter<T>, ICustomMetricHistogram<T>, ICustomMetricGauge<T>
        where T : struct
    {
        public void Add(T value, object tags) => Put(value, tags);

        public void Record(T value, object tags) => Put(value, tags);

        public void Set(T value, object tags) => Put(value, tags);

        private void Put(T value, object tags) => family.Record(Convert.ToDouble(value, CultureInfo.InvariantCulture), (OtlpTags)tags);
    }
}
