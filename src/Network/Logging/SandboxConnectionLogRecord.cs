using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Network;

/// <summary>First line of a connection log, which describes the sandbox whose connections are logged.</summary>
/// <param name="Registration">Id of the registration.</param>
/// <param name="Time">Start time of the registration.</param>
/// <param name="Labels">Labels of the sandbox.</param>
/// <param name="Mode">Mode of the policy.</param>
/// <param name="Allow">Entries of the policy.</param>
public sealed record SandboxConnectionLogHeader(
    string Registration,
    DateTimeOffset Time,
    SandboxLabels Labels,
    NetworkMode Mode,
    IReadOnlyList<string> Allow
);

/// <summary>Labels that identify a registered sandbox.</summary>
public sealed record SandboxLabels
{
    /// <summary>Path of the repository, or empty if there is none.</summary>
    public string Repository { get; set; } = "";

    /// <summary>Id of the run, or empty if there is none.</summary>
    public string Run { get; set; } = "";

    /// <summary>Id of the task, or empty if there is none.</summary>
    public string Task { get; set; } = "";

    /// <summary>Role of the program in the sandbox, such as <c>agent</c>, <c>gate</c> or <c>setup</c>.</summary>
    public string Role { get; set; } = "";
}

/// <summary>
/// Log entry for a connection, for several identical refusals, or for a request into which the proxy inserted a key. URLs and headers are
/// never logged.
/// </summary>
public sealed record SandboxConnectionLogRecord
{
    /// <summary>Start time of the connection.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Host as named by the client.</summary>
    public required string Host { get; init; }

    /// <summary>Port that the client requested, or 0 if unknown.</summary>
    public required int Port { get; init; }

    /// <summary>
    /// IP address to which the proxy connected, or null if it did not connect. For a host behind an upstream proxy, the address of the
    /// upstream proxy.
    /// </summary>
    public string? Address { get; init; }

    /// <summary>Outcome of the connection attempt.</summary>
    public required NetworkDecision Decision { get; init; }

    /// <summary>Reason for a decision other than <see cref="NetworkDecision.Allowed"/>.</summary>
    public NetworkRefusalReason? Reason { get; init; }

    /// <summary>Status line of the response with which an upstream proxy refused the tunnel; null if none did.</summary>
    public string? UpstreamStatus { get; init; }

    /// <summary>Number of bytes sent to the host.</summary>
    public long Up { get; init; }

    /// <summary>Number of bytes received from the host.</summary>
    public long Down { get; init; }

    /// <summary>Duration of the connection in milliseconds.</summary>
    public long Milliseconds { get; init; }

    /// <summary>Number of connections that the entry represents, or 0 for a further request on an already logged connection.</summary>
    /// <value>Default: 1.</value>
    public long Count { get; set; } = 1;

    /// <summary>
    /// Number of requests into which the proxy inserted a key. 0 for tunnels, because the proxy can't see the requests inside them.
    /// </summary>
    public long Requests { get; init; }

    /// <summary>True for the last entry of a log that reached its size limit.</summary>
    public bool IsCut { get; init; }
}

/// <summary>
/// Serializer options for log entries and for messages on the control socket. Each entry or message is one line of JSON with names in camel
/// case.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(SandboxConnectionLogHeader))]
[JsonSerializable(typeof(SandboxConnectionLogRecord))]
[JsonSerializable(typeof(SandboxRegistrationRequest))]
[JsonSerializable(typeof(SandboxRegistrationResponse))]
internal sealed partial class NetworkJsonContext : JsonSerializerContext;
