using Orchestrator.Runs.Reports;

namespace Orchestrator.App.Telemetry;

/// <summary>Destination of traces and metrics, from OpenTelemetry's standard environment variables.</summary>
public sealed record TelemetryOptions
{
    private const string OptInVariable = "OTEL_SEMCONV_STABILITY_OPT_IN";

    /// <summary>Address of the collector, without the path of a signal.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>True if the collector uses gRPC, the convention's default; false for protobuf over HTTP.</summary>
    public required bool IsGrpc { get; init; }

    /// <summary>Headers of each request, as <c>NAME=VALUE,NAME=VALUE</c>; may contain a secret.</summary>
    public string Headers { get; init; } = "";

    /// <summary>Resource attributes besides the service name, as <c>NAME=VALUE,NAME=VALUE</c>.</summary>
    public string ResourceAttributes { get; init; } = "";

    /// <summary>Service name. Default: <c>orchestrate</c>.</summary>
    public string ServiceName { get; init; } = "orchestrate";

    /// <summary>True to send attributes and metrics of the semantic conventions for generative AI, which are not stable yet.</summary>
    public bool WithGenAi { get; init; }

    /// <summary>Reads the options of a process.</summary>
    /// <param name="environment">Environment variables of the process.</param>
    /// <returns>The options, or null if nothing is to be sent.</returns>
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
                $"{TraceContext.CollectorVariable} is '{endpoint}', which is not a collector address.",
                "Set it to an address such as http://127.0.0.1:4317, or unset it to send nothing."
            );
        }
        var protocol = environment.GetValueOrDefault("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
        if (protocol is not ("grpc" or "http/protobuf"))
        {
            throw new TelemetryOptionsException(
                $"OTEL_EXPORTER_OTLP_PROTOCOL is '{protocol}', which is not spoken here.",
                "Set it to grpc or http/protobuf."
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

    /// <summary>Reads the service name.</summary>
    internal static string ServiceNameOf(IReadOnlyDictionary<string, string> environment) =>
        environment.GetValueOrDefault("OTEL_SERVICE_NAME", "") is { Length: > 0 } name ? name : "orchestrate";

    /// <summary>Reads the resource attributes besides the service name.</summary>
    internal static string AttributesOf(IReadOnlyDictionary<string, string> environment) =>
        environment.GetValueOrDefault("OTEL_RESOURCE_ATTRIBUTES", "");

    /// <summary>True if the variables request the semantic conventions for generative AI.</summary>
    public static bool AsksForGenAi(IReadOnlyDictionary<string, string> environment) =>
        environment.GetValueOrDefault(OptInVariable, "").Split(',', StringSplitOptions.TrimEntries).Contains(TelemetryNames.GenAiOptIn);

    /// <summary>True if an attribute or metric with this name is sent.</summary>
    internal bool Sends(string name) => WithGenAi || !name.StartsWith(TelemetryNames.GenAiPrefix, StringComparison.Ordinal);
}

/// <summary>Thrown if an OpenTelemetry variable has an invalid value.</summary>
/// <param name="message">Names the variable and its fault.</param>
/// <param name="cure">Remedy, as an instruction for the user.</param>
public sealed class TelemetryOptionsException(string message, string cure) : Exception(message)
{
    /// <summary>Remedy, as an instruction for the user.</summary>
    public string Cure { get; } = cure;
}
