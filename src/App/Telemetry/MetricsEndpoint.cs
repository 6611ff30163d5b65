using Microsoft.AspNetCore.Builder;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Orchestrator.App.Telemetry;

/// <summary>HTTP endpoint from which Prometheus reads the metrics of runs.</summary>
public static class MetricsEndpoint
{
    /// <summary>URL path of the endpoint.</summary>
    public const string Path = "/metrics";

    /// <summary>
    /// Adds the endpoint to a web application. Middleware that was registered before the endpoint must authorize the requests.
    /// </summary>
    /// <param name="app">The web application.</param>
    /// <param name="meters">The metrics.</param>
    /// <param name="environment">Environment variables of the process, which may contain the name of the service.</param>
    /// <param name="observe">Updates the metrics. It is called before each response.</param>
    /// <returns>The metrics provider. The caller disposes it together with the web application.</returns>
    public static IDisposable Add(WebApplication app, RunMetrics meters, IReadOnlyDictionary<string, string> environment, Action observe)
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
