using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Temporalio.Runtime;

namespace Temporalio.Extensions.DiagnosticSource;

/// <summary>
/// Has the SDK's metrics recorded by a .NET meter. Times are milliseconds unless the options of the runtime ask for seconds.
/// </summary>
public class CustomMetricMeter : ICustomMetricMeter
{
    private readonly ConcurrentDictionary<(Type Type, string Name, string? Unit, string? Description), object> _gauges = new();

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
        where T : struct =>
        (ICustomMetricGauge<T>)
            _gauges.GetOrAdd(
                (typeof(T), name, unit, description),
                static (key, meter) => new Gauge<T>(meter, key.Name, key.Unit, key.Description),
                Meter
            );

    /// <inheritdoc />
    public object CreateTags(object? appendFrom, IReadOnlyCollection<KeyValuePair<string, object>> tags)
    {
        var all = new SortedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in ((Tags?)appendFrom)?.Items ?? [])
        {
            all[name] = value;
        }

        foreach (var (name, value) in tags)
        {
            all[name] = value;
        }

        return new Tags([.. all]);
    }

    private static ReadOnlySpan<KeyValuePair<string, object?>> Of(object tags) => ((Tags)tags).Items;

    /// <summary>Names and values, in the order of names: two of the same are equal.</summary>
    private sealed class Tags(KeyValuePair<string, object?>[] items) : IEquatable<Tags>
    {
        public KeyValuePair<string, object?>[] Items => items;

        public bool Equals(Tags? other) => other is not null && items.AsSpan().SequenceEqual(other.Items);

        public override bool Equals(object? obj) => Equals(obj as Tags);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            foreach (var (name, value) in items)
            {
                hash.Add(name, StringComparer.Ordinal);
                hash.Add(value);
            }

            return hash.ToHashCode();
        }
    }

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

    /// <summary>What was set last for each combination of tags, told when somebody asks.</summary>
    private sealed class Gauge<T> : ICustomMetricGauge<T>
        where T : struct
    {
        private readonly ConcurrentDictionary<Tags, T> _last = new();

        public Gauge(Meter meter, string name, string? unit, string? description) =>
            meter.CreateObservableGauge(
                name,
                () => _last.Select(pair => new Measurement<T>(pair.Value, pair.Key.Items)),
                unit,
                description
            );

        public void Set(T value, object tags) => _last[(Tags)tags] = value;
    }
}
