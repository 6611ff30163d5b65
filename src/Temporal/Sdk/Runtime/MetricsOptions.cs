namespace Temporalio.Runtime;

/// <summary>
/// Where metrics go: at most one of <see cref="Prometheus" />, <see cref="OpenTelemetry" /> and <see cref="CustomMetricMeter" />.
/// </summary>
public class MetricsOptions : ICloneable
{
    /// <summary>To the instruments of the .NET meter <c>Temporalio</c>.</summary>
    public MetricsOptions() { }

    /// <summary>To those who ask over HTTP.</summary>
    public MetricsOptions(PrometheusOptions prometheus) => Prometheus = prometheus;

    /// <summary>To a collector of OpenTelemetry.</summary>
    public MetricsOptions(OpenTelemetryOptions openTelemetry) => OpenTelemetry = openTelemetry;

    /// <summary>A collector of OpenTelemetry; null: none.</summary>
    public OpenTelemetryOptions? OpenTelemetry { get; set; }

    /// <summary>An HTTP endpoint for Prometheus; null: none.</summary>
    public PrometheusOptions? Prometheus { get; set; }

    /// <summary>A meter of one's own; null: none.</summary>
    public ICustomMetricMeter? CustomMetricMeter { get; set; }

    /// <summary>How <see cref="CustomMetricMeter" /> is given what it gets; null: the defaults.</summary>
    public CustomMetricMeterOptions? CustomMetricMeterOptions { get; set; }

    /// <summary>Whether each metric has the tag <c>service_name</c>. Default: yes.</summary>
    public bool AttachServiceName { get; set; } = true;

    /// <summary>Tags of each metric.</summary>
    public IReadOnlyCollection<KeyValuePair<string, string>>? GlobalTags { get; set; }

    /// <summary>What the names of the SDK's own metrics begin with; null: <c>temporal_</c>.</summary>
    public string? MetricPrefix { get; set; }

    /// <inheritdoc />
    public virtual object Clone()
    {
        var copy = (MetricsOptions)MemberwiseClone();
        copy.OpenTelemetry = (OpenTelemetryOptions?)OpenTelemetry?.Clone();
        copy.Prometheus = (PrometheusOptions?)Prometheus?.Clone();
        copy.CustomMetricMeterOptions = (CustomMetricMeterOptions?)CustomMetricMeterOptions?.Clone();
        return copy;
    }
}

/// <summary>How a <see cref="ICustomMetricMeter" /> is given what it gets.</summary>
public class CustomMetricMeterOptions : ICloneable
{
    /// <summary>Forms of a length of time.</summary>
    public enum DurationFormat
    {
        /// <summary>Whole milliseconds, a <c>long</c>.</summary>
        IntegerMilliseconds,

        /// <summary>Seconds, a <c>double</c>.</summary>
        FloatSeconds,

        /// <summary>A <see cref="System.TimeSpan" />.</summary>
        TimeSpan,
    }

    /// <summary>How histograms of times are recorded. Default: whole milliseconds.</summary>
    public DurationFormat HistogramDurationFormat { get; set; } = DurationFormat.IntegerMilliseconds;

    /// <inheritdoc />
    public virtual object Clone() => MemberwiseClone();
}

/// <summary>An HTTP endpoint, <c>/metrics</c>, that Prometheus reads.</summary>
public class PrometheusOptions : ICloneable
{
    /// <summary>Without an address yet.</summary>
    public PrometheusOptions() { }

    /// <summary>With an address.</summary>
    public PrometheusOptions(string bindAddress) => BindAddress = bindAddress;

    /// <summary>Address as <c>IP:PORT</c>; <c>0.0.0.0</c> for all of this machine. Required.</summary>
    public string? BindAddress { get; set; }

    /// <summary>Whether names of counters end with <c>_total</c>. Default: no.</summary>
    public bool HasCounterTotalSuffix { get; set; }

    /// <summary>Whether names end with their unit. Default: no.</summary>
    public bool HasUnitSuffix { get; set; }

    /// <summary>Whether times are seconds; else whole milliseconds. Default: no.</summary>
    public bool UseSecondsForDuration { get; set; }

    /// <summary>Bounds of the buckets of histograms, by name; null: the defaults.</summary>
    public IReadOnlyDictionary<string, IReadOnlyCollection<double>>? HistogramBucketOverrides { get; set; }

    /// <inheritdoc />
    public virtual object Clone() => MemberwiseClone();
}
