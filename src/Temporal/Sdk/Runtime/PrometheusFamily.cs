using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Temporalio.Runtime;

/// <summary>The series of one name.</summary>
internal sealed class PrometheusFamily(string kind, string name, string? description, double[] bounds)
{
    private readonly ConcurrentDictionary<string, Series> _series = new(StringComparer.Ordinal);

    public string Name => name;

    /// <summary>Bounds of buckets in milliseconds, as the official SDKs have them.</summary>
    public static double[] DefaultBounds(string name) =>
        name.EndsWith("workflow_endtoend_latency", StringComparison.Ordinal)
            ?
            [
                100,
                500,
                1000,
                1500,
                2000,
                5000,
                10_000,
                30_000,
                60_000,
                120_000,
                300_000,
                600_000,
                1_800_000,
                3_600_000,
                36_000_000,
                86_400_000,
            ]
        : name.Contains("workflow_task_execution", StringComparison.Ordinal)
        || name.Contains("workflow_task_replay", StringComparison.Ordinal)
            ? [1, 10, 20, 50, 100, 200, 500, 1000]
        : name.Contains("activity_schedule_to_start", StringComparison.Ordinal)
        || name.Contains("task_schedule_to_start", StringComparison.Ordinal)
            ? [100, 500, 1000, 5000, 10_000, 100_000, 1_000_000]
        : [50, 100, 500, 1000, 2500, 10_000];

    public void Add(double value, PrometheusLabels labels)
    {
        var series = SeriesOf(labels);
        lock (series)
        {
            series.Count++;
            series.Sum += value;
            var bucket = Array.FindIndex(bounds, bound => value <= bound);
            if (bucket >= 0)
            {
                series.Buckets[bucket]++;
            }
        }
    }

    public void Set(double value, PrometheusLabels labels)
    {
        var series = SeriesOf(labels);
        lock (series)
        {
            series.Sum = value;
        }
    }

    public void Write(StringBuilder text)
    {
        if (description is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {description.ReplaceLineEndings(" ")}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {kind}\n");
        foreach (var (labels, series) in _series.OrderBy(series => series.Key, StringComparer.Ordinal))
        {
            lock (series)
            {
                if (kind == "histogram")
                {
                    WriteBuckets(text, labels, series);
                }
                else
                {
                    text.Append(CultureInfo.InvariantCulture, $"{name}{Braced(labels)} {series.Sum:R}\n");
                }
            }
        }
    }

    private void WriteBuckets(StringBuilder text, string labels, Series series)
    {
        var before = labels.Length == 0 ? "" : labels + ",";
        long below = 0;
        for (var i = 0; i < bounds.Length; i++)
        {
            below += series.Buckets[i];
            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{before}le=\"{bounds[i]:R}\"}} {below}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{before}le=\"+Inf\"}} {series.Count}\n");
        text.Append(CultureInfo.InvariantCulture, $"{name}_sum{Braced(labels)} {series.Sum:R}\n");
        text.Append(CultureInfo.InvariantCulture, $"{name}_count{Braced(labels)} {series.Count}\n");
    }

    private Series SeriesOf(PrometheusLabels labels) =>
        _series.GetOrAdd(labels.Text, static (_, count) => new() { Buckets = new long[count] }, bounds.Length);

    private static string Braced(string labels) => labels.Length == 0 ? "" : $"{{{labels}}}";

    private sealed class Series
    {
        public required long[] Buckets { get; init; }

        public long Count { get; set; }

        public double Sum { get; set; }
    }
}
