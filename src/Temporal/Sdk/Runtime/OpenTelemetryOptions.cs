namespace Temporalio.Runtime;

/// <summary>An OpenTelemetry collector that metrics are sent to.</summary>
public class OpenTelemetryOptions : ICloneable
{
    /// <summary>Without an address yet.</summary>
    public OpenTelemetryOptions() { }

    /// <summary>With an address.</summary>
    public OpenTelemetryOptions(string url)
        : this(new Uri(url)) { }

    /// <summary>With an address.</summary>
    public OpenTelemetryOptions(Uri url) => Url = url;

    /// <summary>The collector, <c>http://HOST:PORT</c> or <c>https://HOST:PORT</c>; over HTTP with the path of metrics. Required.</summary>
    public Uri? Url { get; set; }

    /// <summary>Headers of each call; null: none.</summary>
    public IReadOnlyCollection<KeyValuePair<string, string>>? Headers { get; set; }

    /// <summary>How often metrics are sent; null: each second.</summary>
    public TimeSpan? MetricsExportInterval { get; set; }

    /// <summary>Whether sums go on or begin again with each sending. Default: they go on.</summary>
    public OpenTelemetryMetricTemporality MetricTemporality { get; set; } = OpenTelemetryMetricTemporality.Cumulative;

    /// <summary>Whether times are seconds; else whole milliseconds. Default: no.</summary>
    public bool UseSecondsForDuration { get; set; }

    /// <summary>How the collector is spoken to. Default: gRPC.</summary>
    public OpenTelemetryProtocol Protocol { get; set; } = OpenTelemetryProtocol.Grpc;

    /// <summary>Bounds of the buckets of histograms, by name; null: the defaults.</summary>
    public IReadOnlyDictionary<string, IReadOnlyCollection<double>>? HistogramBucketOverrides { get; set; }

    /// <inheritdoc />
    public virtual object Clone() => MemberwiseClone();
}

/// <summary>What is sent of sums.</summary>
public enum OpenTelemetryMetricTemporality
{
    /// <summary>The sum since the beginning.</summary>
    Cumulative,

    /// <summary>The sum since the last sending.</summary>
    Delta,
}

/// <summary>How a collector is spoken to.</summary>
public enum OpenTelemetryProtocol
{
    /// <summary>By gRPC.</summary>
    Grpc,

    /// <summary>By HTTP with binary messages.</summary>
    Http,
}
