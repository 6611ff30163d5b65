using Temporalio.Common;

namespace Temporalio.Worker.Workflows;

/// <summary>A meter for workflow code: it counts nothing while history is replayed.</summary>
internal sealed class ReplaySafeMetricMeter(MetricMeter meter, Func<bool> replaying) : MetricMeter
{
    public override MetricCounter<T> CreateCounter<T>(string name, string? unit = null, string? description = null) =>
        new Counter<T>(meter.CreateCounter<T>(name, unit, description), replaying);

    public override MetricGauge<T> CreateGauge<T>(string name, string? unit = null, string? description = null) =>
        new Gauge<T>(meter.CreateGauge<T>(name, unit, description), replaying);

    public override MetricHistogram<T> CreateHistogram<T>(string name, string? unit = null, string? description = null) =>
        new Histogram<T>(meter.CreateHistogram<T>(name, unit, description), replaying);

    public override MetricMeter WithTags(IEnumerable<KeyValuePair<string, object>> tags) =>
        new ReplaySafeMetricMeter(meter.WithTags(tags), replaying);

    private sealed class Counter<T>(MetricCounter<T> counter, Func<bool> replaying)
        : MetricCounter<T>(counter.Name, counter.Unit, counter.Description)
        where T : struct
    {
        public override void Add(T value, IEnumerable<KeyValuePair<string, object>>? extraTags = null)
        {
            if (!replaying())
            {
                counter.Add(value, extraTags);
            }
        }

        public override MetricCounter<T> WithTags(IEnumerable<KeyValuePair<string, object>> tags) =>
            new Counter<T>(counter.WithTags(tags), replaying);
    }

    private sealed class Gauge<T>(MetricGauge<T> gauge, Func<bool> replaying) : MetricGauge<T>(gauge.Name, gauge.Unit, gauge.Description)
        where T : struct
    {
        public override void Set(T value, IEnumerable<KeyValuePair<string, object>>? extraTags = null)
        {
            if (!replaying())
            {
                gauge.Set(value, extraTags);
            }
        }

        public override MetricGauge<T> WithTags(IEnumerable<KeyValuePair<string, object>> tags) =>
            new Gauge<T>(gauge.WithTags(tags), replaying);
    }

    private sealed class Histogram<T>(MetricHistogram<T> histogram, Func<bool> replaying)
        : MetricHistogram<T>(histogram.Name, histogram.Unit, histogram.Description)
        where T : struct
    {
        public override void Record(T value, IEnumerable<KeyValuePair<string, object>>? extraTags = null)
        {
            if (!replaying())
            {
                histogram.Record(value, extraTags);
            }
        }

        public override MetricHistogram<T> WithTags(IEnumerable<KeyValuePair<string, object>> tags) =>
            new Histogram<T>(histogram.WithTags(tags), replaying);
    }
}
