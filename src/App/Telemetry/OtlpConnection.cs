using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;

namespace Orchestrator.App.Telemetry;

/// <summary>Creates the connection options and the resource attributes for a collector.</summary>
internal static class OtlpConnection
{
    /// <summary>Creates the exporter options for one signal, such as traces.</summary>
    /// <param name="path">URL path of the signal, which is appended to the endpoint if HTTP is used.</param>
    public static OtlpExporterOptions Of(TelemetryOptions options, string path) =>
        new()
        {
            Protocol = options.IsGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf,
            Endpoint = options.IsGrpc ? options.Endpoint : new Uri($"{options.Endpoint.ToString().TrimEnd('/')}/{path}"),
            Headers = options.Headers,
        };

    /// <summary>
    /// Creates the resource with the service name, the version, the machine name, and the attributes in <c>OTEL_RESOURCE_ATTRIBUTES</c>.
    /// </summary>
    public static ResourceBuilder ResourceOf(TelemetryOptions options) => ResourceOf(options.ServiceName, options.ResourceAttributes);

    /// <summary>Creates the resource from a service name and attributes.</summary>
    /// <param name="name">Service name.</param>
    /// <param name="attributes">Additional attributes in the form <c>NAME=VALUE,NAME=VALUE</c>.</param>
    public static ResourceBuilder ResourceOf(string name, string attributes) =>
        ResourceBuilder
            .CreateEmpty()
            .AddService(name, serviceVersion: typeof(OtlpConnection).Assembly.GetName().Version?.ToString(3))
            .AddTelemetrySdk()
            .AddAttributes([
                new("host.name", Environment.MachineName),
                .. attributes
                    .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                    .Select(pair => pair.Split('=', 2))
                    .Where(pair => pair.Length == 2)
                    .Select(pair => new KeyValuePair<string, object>(pair[0].Trim(), Uri.UnescapeDataString(pair[1].Trim()))),
            ]);
}
