using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Network;

/// <summary>The sandbox that a log is about: its first line.</summary>
/// <param name="Registration">Id of the registration.</param>
/// <param name="Time">Start of the registration.</param>
/// <param name="Labels">The labels of the sandbox.</param>
/// <param name="Mode">The policy's mode.</param>
/// <param name="Allow">The policy's entries.</param>
public sealed record ConnectionLogHeader(
    string Registration,
    DateTimeOffset Time,
    SandboxLabels Labels,
    NetworkMode Mode,
    IReadOnlyList<string> Allow
);

/// <summary>Labels of the sandbox that a registration is for.</summary>
public sealed record SandboxLabels
{
    /// <summary>The repository's path; empty if there is none.</summary>
    public string Repository { get; set; } = "";

    /// <summary>Id of the run; empty if there is none.</summary>
    public string Run { get; set; } = "";

    /// <summary>Id of the task; empty if there is none.</summary>
    public string Task { get; set; } = "";

    /// <summary>The role of the program inside, such as <c>agent</c>, <c>gate</c> or <c>setup</c>.</summary>
    public string Role { get; set; } = "";
}

/// <summary>A connection, several refusals that are alike, or a request into which the proxy put a key. URLs and headers are never
/// logged.</summary>
public sealed record ConnectionEntry
{
    /// <summary>Start of the connection.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The host as the client named it.</summary>
    public required string Host { get; init; }

    /// <summary>The port; 0 if unknown.</summary>
    public required int Port { get; init; }

    /// <summary>The address that was dialed, of a chained host the upstream proxy's; null if none was.</summary>
    public string? Address { get; init; }

    /// <summary>The decision.</summary>
    public required NetworkDecision Decision { get; init; }

    /// <summary>The reason of a decision other than <see cref="NetworkDecision.Allowed"/>.</summary>
    public RefusalReason? Reason { get; init; }

    /// <summary>The status line of an upstream proxy that refused the tunnel; null otherwise.</summary>
    public string? UpstreamStatus { get; init; }

    /// <summary>Bytes sent to the host.</summary>
    public long Up { get; init; }

    /// <summary>Bytes received from the host.</summary>
    public long Down { get; init; }

    /// <summary>Duration in milliseconds.</summary>
    public long Milliseconds { get; init; }

    /// <summary>Number of connections that the line stands for; 0 for a further request of a connection. Default: 1.</summary>
    public long Count { get; set; } = 1;

    /// <summary>Number of requests into which the proxy put a key; 0 for tunnels, whose content it does not see.</summary>
    public long Requests { get; init; }

    /// <summary>True for the last line of a log that reached its size limit.</summary>
    public bool IsCut { get; init; }
}

/// <summary>JSON of log lines and of the control socket: camelCase, one line each.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ConnectionLogHeader))]
[JsonSerializable(typeof(ConnectionEntry))]
[JsonSerializable(typeof(RegistrationRequest))]
[JsonSerializable(typeof(RegistrationAnswer))]
internal sealed partial class NetworkJson : JsonSerializerContext;
