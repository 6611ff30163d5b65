using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;

namespace Orchestrator.Telemetry;

/// <summary>How a collector is reached, and who sends.</summary>
internal static class OtlpConnection
{
    /// <summary>The exporter's options for a signal.</summary>
    /// <param name="path">Path of the signal below the endpoint, for HTTP.</param>
    public static OtlpExporterOptions Of(TelemetryOptions options, string path) =>
        new()
        {
            Protocol = options.IsGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf,
            Endpoint = options.IsGrpc ? options.Endpoint : new Uri($"{options.Endpoint.ToString().TrimEnd('/')}/{path}"),
            Headers = options.Headers,
        };

    /// <summary>The sender: its name, version, machine, and what <c>OTEL_RESOURCE_ATTRIBUTES</c> adds.</summary>
    public static ResourceBuilder ResourceOf(TelemetryOptions options) =>
        ResourceBuilder
            .CreateEmpty()
            .AddService(options.ServiceName, serviceVersion: typeof(OtlpConnection).Assembly.GetName().Version?.ToString(3))
            .AddTelemetrySdk()
            .AddAttributes([
                new("host.name", Environment.MachineName),
                .. options
                    .ResourceAttributes.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                    .Select(pair => pair.Split('=', 2))
                    .Where(pair => pair.Length == 2)
                    .Select(pair => new KeyValuePair<string, object>(pair[0].Trim(), Uri.UnescapeDataString(pair[1].Trim()))),
            ]);
}
