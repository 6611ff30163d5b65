using Orchestrator.Runs.Reports;

namespace Orchestrator.App.Telemetry;

/// <summary>Options for sending traces and metrics, read from the standard environment variables of OpenTelemetry.</summary>
public sealed record TelemetryOptions
{
    private const string OptInVariable = "OTEL_SEMCONV_STABILITY_OPT_IN";

    /// <summary>URL of the collector, without the path for traces or metrics.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>True to use gRPC, which is OpenTelemetry's default. False to use Protobuf over HTTP.</summary>
    public required bool IsGrpc { get; init; }

    /// <summary>Headers of each request in the form <c>NAME=VALUE,NAME=VALUE</c>. They may contain a secret.</summary>
    public string Headers { get; init; } = "";

    /// <summary>Resource attributes other than the service name, in the form <c>NAME=VALUE,NAME=VALUE</c>.</summary>
    public string ResourceAttributes { get; init; } = "";

    /// <summary>Name of the service. Default: <c>orchestrate</c>.</summary>
    public string ServiceName { get; init; } = "orchestrate";

    /// <summary>True to send attributes and metrics of the semantic conventions for generative AI, which are not stable yet.</summary>
    public bool WithGenAi { get; init; }

    /// <summary>Reads the options from environment variables.</summary>
    /// <param name="environment">Environment variables of the process.</param>
    /// <returns>The options, or null if telemetry is disabled.</returns>
    /// <exception cref="TelemetryOptionsException">A variable has an invalid value.</exception>
    public static TelemetryOptions? Of(IReadOnlyDictionary<string, string> environment)
    {
        var endpoint = environment.GetValueOrDefault(TraceContext.CollectorVariable, "");
        if (
            endpoint.Length == 0
            || environment.GetValueOrDefault("OTEL_SDK_DISABLED", "").Equals("true", StringComparison.OrdinalIgnoreCase)
        )
        {
            return null;
        }
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new TelemetryOptionsException(
                $"{TraceContext.CollectorVariable} is '{endpoint}', which is not a valid collector address.",
                "Set the variable to an address such as http://127.0.0.1:4317, or unset it to disable telemetry."
            );
        }
        var protocol = environment.GetValueOrDefault("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
        if (protocol is not ("grpc" or "http/protobuf"))
        {
            throw new TelemetryOptionsException(
                $"OTEL_EXPORTER_OTLP_PROTOCOL is '{protocol}', which is not supported.",
                "Set the variable to grpc or http/protobuf."
            );
        }
        return new TelemetryOptions
        {
            Endpoint = address,
            IsGrpc = protocol == "grpc",
            Headers = environment.GetValueOrDefault("OTEL_EXPORTER_OTLP_HEADERS", ""),
            ResourceAttributes = AttributesOf(environment),
            ServiceName = ServiceNameOf(environment),
            WithGenAi = AsksForGenAi(environment),
        };
    }

    /// <summary>Reads the name of the service.</summary>
    internal static string ServiceNameOf(IReadOnlyDictionary<string, string> environment) =>
        environment.GetValueOrDefault("OTEL_SERVICE_NAME", "") is { Length: > 0 } name ? name : "orchestrate";

    /// <summary>Reads the resource attributes other than the service name.</summary>
    internal static string AttributesOf(IReadOnlyDictionary<string, string> environment) =>
        environment.GetValueOrDefault("OTEL_RESOURCE_ATTRIBUTES", "");

    /// <summary>True if the variables enable the semantic conventions for generative AI.</summary>
    public static bool AsksForGenAi(IReadOnlyDictionary<string, string> environment) =>
        environment.GetValueOrDefault(OptInVariable, "").Split(',', StringSplitOptions.TrimEntries).Contains(TelemetryNames.GenAiOptIn);

    /// <summary>True if attributes or metrics with this name are sent.</summary>
    internal bool Sends(string name) => WithGenAi || !name.StartsWith(TelemetryNames.GenAiPrefix, StringComparison.Ordinal);
}

/// <summary>Thrown if an OpenTelemetry variable has an invalid value.</summary>
/// <param name="message">Contains the name of the variable and the error.</param>
/// <param name="cure">The remedy, as an instruction for the user.</param>
public sealed class TelemetryOptionsException(string message, string cure) : Exception(message)
{
    /// <summary>The remedy, as an instruction for the user.</summary>
    public string Cure { get; } = cure;
}
