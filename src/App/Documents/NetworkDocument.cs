using System.Text.Json;
using Orchestrator.Network;

namespace Orchestrator.App.Documents;

/// <summary>Output of <c>network --json</c>.</summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="Connections">Connections from the run's sandboxes, grouped by task and host.</param>
/// <param name="CutLogs">Number of logs that reached their maximum size, so that later connections are missing.</param>
public sealed record NetworkDocument(string RunId, IReadOnlyList<NetworkConnection> Connections, int CutLogs) : SchemaVersionedDocument;

/// <summary>A task's connections to one port of a host, grouped because the proxy made the same decision about all of them.</summary>
/// <param name="Task">Id of the task, or empty for sandboxes that belong to no single task.</param>
/// <param name="Role">Program in the sandbox, which is <c>agent</c>, <c>gate</c> or <c>setup</c>.</param>
/// <param name="Host">Host name or address that the program requested.</param>
/// <param name="Port">Port number, or 0 if unknown.</param>
/// <param name="Decision">Decision of the proxy, which is <c>allowed</c>, <c>wouldRefuse</c>, <c>refused</c> or <c>failed</c>.</param>
/// <param name="Reason">Reason for the decision, or null if the connection was allowed.</param>
/// <param name="Count">Number of connections.</param>
/// <param name="BytesUp">Number of bytes that were sent to the host.</param>
/// <param name="BytesDown">Number of bytes that were received from the host.</param>
/// <param name="Requests">Number of requests to which the proxy added an API key. It is 0 for tunnels, because the proxy can't read their
/// content.</param>
public sealed record NetworkConnection(
    string Task,
    string Role,
    string Host,
    int Port,
    string Decision,
    string? Reason,
    long Count,
    long BytesUp,
    long BytesDown,
    long Requests
)
{
    /// <summary>Creates an entry from a summary of the connection log.</summary>
    public static NetworkConnection Of(SandboxConnectionSummary summary) =>
        new(
            summary.Task,
            summary.Role,
            summary.Host,
            summary.Port,
            JsonNamingPolicy.CamelCase.ConvertName(summary.Decision.ToString()),
            summary.Reason is { } reason ? JsonNamingPolicy.CamelCase.ConvertName(reason.ToString()) : null,
            summary.Count,
            summary.Up,
            summary.Down,
            summary.Requests
        );
}
