using Microsoft.AspNetCore.Builder;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Orchestrator.Telemetry;

/// <summary>Metrics of runs for Prometheus to fetch.</summary>
public static class MetricsEndpoint
{
    /// <summary>The address of the metrics.</summary>
    public const string Path = "/metrics";

    /// <summary>Adds it to a server. What stands before it decides who may come in.</summary>
    /// <param name="app">The server.</param>
    /// <param name="meters">The metrics.</param>
    /// <param name="environment">Variables of the process, which may name the sender.</param>
    /// <param name="observe">Brings them up to date; called before each answer.</param>
    /// <returns>Ends with the server.</returns>
    public static IDisposable Add(WebApplication app, RunMeters meters, IReadOnlyDictionary<string, string> environment, Action observe)
    {
        var provider = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(
                OtlpConnection.ResourceOf(TelemetryOptions.ServiceNameOf(environment), TelemetryOptions.AttributesOf(environment))
            )
            .AddMeter(meters.Name)
            .AddView(DurationBuckets.For)
            .AddPrometheusExporter()
            .Build();
        app.UseOpenTelemetryPrometheusScrapingEndpoint(
            provider,
            predicate: null,
            path: Path,
            configureBranchedPipeline: scraped =>
                scraped.Use(
                    (context, next) =>
                    {
                        observe();
                        return next(context);
                    }
                ),
            optionsName: null
        );
        return provider;
    }
}
