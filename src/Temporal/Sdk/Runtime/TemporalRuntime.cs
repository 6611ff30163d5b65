using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Temporalio.Common;

namespace Temporalio.Runtime;

/// <summary>
/// What connections have in common, and the workers on them: where metrics and log messages go. One is enough for a process; make it once.
/// </summary>
public sealed class TemporalRuntime
{
    private static readonly Lazy<TemporalRuntime> LazyDefault = new(() => new(new()));

    private readonly PrometheusEndpoint? _endpoint;
    private readonly OtlpExporter? _exporter;
    private readonly LogForwardingOptions? _forwarding;
    private readonly LogLevel _leastForwarded;

    /// <summary>With options. A Prometheus endpoint listens when this returns, for as long as the process lives; a collector is sent
    /// metrics for as long.</summary>
    /// <exception cref="ArgumentException">The options contradict each other, or one that is required is missing.</exception>
    public TemporalRuntime(TemporalRuntimeOptions options)
    {
        var metrics = options.Telemetry.Metrics;
        object?[] targets = [metrics?.Prometheus, metrics?.OpenTelemetry, metrics?.CustomMetricMeter];
        if (targets.Count(target => target is not null) > 1)
        {
            throw new ArgumentException("Metrics go to one of Prometheus, OpenTelemetry and a custom meter.", nameof(options));
        }

        if (options.Telemetry.Logging is { Forwarding: { } forwarding } logging)
        {
            _forwarding = forwarding.Logger is null
                ? throw new ArgumentException("Logger is required where log messages are forwarded.", nameof(options))
                : forwarding;
            _leastForwarded = logging.Filter.Least;
        }

        WorkerHeartbeatInterval = options.WorkerHeartbeatInterval is { Ticks: > 0 } interval ? interval : null;
        if (metrics is { Prometheus: { } prometheus })
        {
            var registry = new PrometheusRegistry(prometheus);
            _endpoint = PrometheusEndpoint.Start(
                prometheus.BindAddress ?? throw new ArgumentException("BindAddress is required for Prometheus.", nameof(options)),
                registry.WriteAsync
            );
            MetricMeter = RuntimeMeter.Create(registry, registry.DurationFormat, metrics);
        }
        else if (metrics is { OpenTelemetry: { } collector })
        {
            var registry = new OtlpRegistry(collector, TimeProvider.System);
            _exporter = OtlpExporter.Start(collector, registry.Collect, Forward(NullLogger.Instance, "temporalio_sdk_core::telemetry"));
            MetricMeter = RuntimeMeter.Create(registry, registry.DurationFormat, metrics);
        }
        else if (metrics is { CustomMetricMeter: { } custom })
        {
            MetricMeter = RuntimeMeter.Create(custom, (metrics.CustomMetricMeterOptions ?? new()).HistogramDurationFormat, metrics);
        }
        else
        {
            MetricMeter = SystemMetricMeter.Root;
        }

        OwnMeter = (MetricMeter as RuntimeMeter)?.WithPrefix(metrics?.MetricPrefix) ?? MetricMeter;
    }

    /// <summary>The one of connections that are given none: metrics are instruments of the .NET meter <c>Temporalio</c>.</summary>
    public static TemporalRuntime Default => LazyDefault.Value;

    /// <summary>Makes metrics that go where those of the SDK go.</summary>
    public MetricMeter MetricMeter { get; }

    /// <summary>Makes the SDK's own metrics, whose names may begin otherwise.</summary>
    internal MetricMeter OwnMeter { get; }

    /// <summary>How often workers tell the server how they do; null: never.</summary>
    internal TimeSpan? WorkerHeartbeatInterval { get; }

    /// <summary>Whether the SDK's own messages go to a logger of the options, too.</summary>
    internal bool Forwards => _forwarding is not null;

    /// <summary>A logger for the SDK's own messages, which are forwarded as the options say.</summary>
    /// <param name="logger">Where they go in any case.</param>
    /// <param name="source">The part of the SDK that forwarded ones name, as the filter's texts do.</param>
    internal ILogger Forward(ILogger logger, string source) =>
        _forwarding is null
            ? logger
            : new ForwardingLogger(logger, source, _forwarding.Logger!, _leastForwarded, _forwarding.IncludeFields);
}

/// <summary>Options of a runtime.</summary>
public class TemporalRuntimeOptions : ICloneable
{
    /// <summary>With the defaults.</summary>
    public TemporalRuntimeOptions() { }

    /// <summary>With values.</summary>
    public TemporalRuntimeOptions(TelemetryOptions telemetry, TimeSpan? workerHeartbeatInterval = null)
    {
        Telemetry = telemetry;
        WorkerHeartbeatInterval = workerHeartbeatInterval;
    }

    /// <summary>Logs and metrics.</summary>
    public TelemetryOptions Telemetry { get; set; } = new();

    /// <summary>How often workers tell the server how they do; null or zero: never. Default: a minute.</summary>
    public TimeSpan? WorkerHeartbeatInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <inheritdoc />
    public virtual object Clone()
    {
        var copy = (TemporalRuntimeOptions)MemberwiseClone();
        copy.Telemetry = (TelemetryOptions)Telemetry.Clone();
        return copy;
    }
}
