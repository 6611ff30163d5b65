using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;

namespace Orchestrator.App.Telemetry;

/// <summary>Sends the metrics in <see cref="RunMetrics"/> to a collector over OTLP, once a minute and when it is disposed.</summary>
public sealed class MetricSender : IDisposable
{
    private const int Interval = 60_000;
    private const int Patience = 5_000;
    private readonly MeterProvider _provider;

    /// <summary>Starts sending metrics periodically.</summary>
    /// <param name="options">Connection options of the collector.</param>
    /// <param name="meters">The metrics to send.</param>
    public MetricSender(TelemetryOptions options, RunMetrics meters) =>
        _provider = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(OtlpConnection.ResourceOf(options))
            .AddMeter(meters.Name)
            .AddView(DurationBuckets.For)
            .AddReader(
                new PeriodicExportingMetricReader(new OtlpMetricExporter(OtlpConnection.Of(options, "v1/metrics")), Interval, Patience)
            )
            .Build();

    /// <inheritdoc/>
    public void Dispose() => _provider.Dispose();
}
