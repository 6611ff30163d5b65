using System.Diagnostics.Metrics;
using Temporalio.Runtime;

namespace Temporalio.Extensions.DiagnosticSource;

/// <summary>
/// Has the SDK's metrics recorded by a .NET meter. Times are milliseconds unless the options of the runtime ask for seconds.
/// </summary>
public class CustomMetricMeter : ICustomMetricMeter
{
    /// <summary>With a meter, which stays the caller's.</summary>
    public CustomMetricMeter(Meter meter) => Meter = meter;

    /// <summary>The meter.</summary>
    public Meter Meter { get; private init; }

    /// <inheritdoc />
    public ICustomMetricCounter<T> CreateCounter<T>(string name, string? unit, string? description)
        where T : struct => new Counter<T>(Meter.CreateCounter<T>(name, unit, description));

    /// <inheritdoc />
    public ICustomMetricHistogram<T> CreateHistogram<T>(string name, string? unit, string? description)
        where T : struct =>
        typeof(T) == typeof(TimeSpan)
            ? (ICustomMetricHistogram<T>)(object)new Times(Meter.CreateHistogram<long>(name, unit == "duration" ? "ms" : unit, description))
            : new Histogram<T>(Meter.CreateHistogram<T>(name, unit, description));

    /// <inheritdoc />
    public ICustomMetricGauge<T> CreateGauge<T>(string name, string? unit, string? description)
        where T : struct => new Gauge<T>(Meter.CreateGauge<T>(name, unit, description));

    /// <inheritdoc />
    public object CreateTags(object? appendFrom, IReadOnlyCollection<KeyValuePair<string, object>> tags)
    {
        var all = new SortedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in (KeyValuePair<string, object?>[]?)appendFrom ?? [])
        {
            all[name] = value;
        }

        foreach (var (name, value) in tags)
        {
            all[name] = value;
        }

        return all.ToArray();
    }

    private static ReadOnlySpan<KeyValuePair<string, object?>> Of(object tags) => (KeyValuePair<string, object?>[])tags;

    private sealed class Counter<T>(System.Diagnostics.Metrics.Counter<T> counter) : ICustomMetricCounter<T>
        where T : struct
    {
        public void Add(T value, object tags) => counter.Add(value, Of(tags));
    }

    private sealed class Histogram<T>(System.Diagnostics.Metrics.Histogram<T> histogram) : ICustomMetricHistogram<T>
        where T : struct
    {
        public void Record(T value, object tags) => histogram.Record(value, Of(tags));
    }

    private sealed class Times(System.Diagnostics.Metrics.Histogram<long> histogram) : ICustomMetricHistogram<TimeSpan>
    {
        public void Record(TimeSpan value, object tags) => histogram.Record((long)value.TotalMilliseconds, Of(tags));
    }

    private sealed class Gauge<T>(System.Diagnostics.Metrics.Gauge<T> gauge) : ICustomMetricGauge<T>
        where T : struct
    {
        public void Set(T value, object tags) => gauge.Record(value, Of(tags));
    }
}
