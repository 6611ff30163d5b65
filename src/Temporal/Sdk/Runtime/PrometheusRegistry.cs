using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Temporalio.Runtime;

/// <summary>Adds metrics up and writes them as the text that Prometheus reads.</summary>
internal sealed class PrometheusRegistry(PrometheusOptions options) : ICustomMetricMeter
{
    private readonly ConcurrentDictionary<(string Kind, string Name), PrometheusFamily> _families = new();

    /// <summary>How times are recorded here.</summary>
    public CustomMetricMeterOptions.DurationFormat DurationFormat =>
        options.UseSecondsForDuration
            ? CustomMetricMeterOptions.DurationFormat.FloatSeconds
            : CustomMetricMeterOptions.DurationFormat.IntegerMilliseconds;

    public ICustomMetricCounter<T> CreateCounter<T>(string name, string? unit, string? description)
        where T : struct => new Metric<T>(Family("counter", name, unit, description));

    public ICustomMetricHistogram<T> CreateHistogram<T>(string name, string? unit, string? description)
        where T : struct => new Metric<T>(Family("histogram", name, unit, description));

    public ICustomMetricGauge<T> CreateGauge<T>(string name, string? unit, string? description)
        where T : struct => new Metric<T>(Family("gauge", name, unit, description));

    public object CreateTags(object? appendFrom, IReadOnlyCollection<KeyValuePair<string, object>> tags) =>
        new PrometheusLabels(appendFrom as PrometheusLabels, tags);

    /// <summary>Writes everything.</summary>
    public async Task WriteAsync(Stream output)
    {
        var text = new StringBuilder();
        foreach (var family in _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal))
        {
            family.Write(text);
        }

        await output.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private PrometheusFamily Family(string kind, string name, string? unit, string? description)
    {
        var shown = PrometheusLabels.NameOf(name);
        var suffix = unit switch
        {
            "ms" => "_milliseconds",
            "s" => "_seconds",
            null => "",
            _ => $"_{PrometheusLabels.NameOf(unit)}",
        };
        if (options.HasUnitSuffix)
        {
            shown += suffix;
        }

        if (options.HasCounterTotalSuffix && kind == "counter")
        {
            shown += "_total";
        }

        var bounds =
            options.HistogramBucketOverrides?.GetValueOrDefault(name)
            ?? PrometheusFamily.DefaultBounds(name).Select(bound => unit == "s" ? bound / 1000 : bound);
        return _families.GetOrAdd((kind, shown), _ => new(kind, shown, description, [.. bounds]));
    }

    private sealed class Metric<T>(PrometheusFamily family) : ICustomMetricCounter<T>, ICustomMetricHistogram<T>, ICustomMetricGauge<T>
        where T : struct
    {
        public void Add(T value, object tags) => family.Add(Number(value), (PrometheusLabels)tags);

        public void Record(T value, object tags) => family.Add(Number(value), (PrometheusLabels)tags);

        public void Set(T value, object tags) => family.Set(Number(value), (PrometheusLabels)tags);

        private static double Number(T value) => Convert.ToDouble(value, CultureInfo.InvariantCulture);
    }
}
