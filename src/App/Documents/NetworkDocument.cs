using System.Text.Json;
using Orchestrator.Network;

namespace Orchestrator.App.Documents;

/// <summary>Output of <c>network --json</c>.</summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="Connections">Connections from the run's sandboxes, by task and host.</param>
/// <param name="CutLogs">Number of logs that reached their size limit and lack later connections.</param>
public sealed record NetworkDocument(string RunId, IReadOnlyList<NetworkConnection> Connections, int CutLogs) : Document;

/// <summary>Connections from a task to one port of a host with the same decision.</summary>
/// <param name="Task">Id of the task; empty for sandboxes of the run itself.</param>
/// <param name="Role">Program inside the sandbox: <c>agent</c>, <c>gate</c> or <c>setup</c>.</param>
/// <param name="Host">Host as the program named it.</param>
/// <param name="Port">Port; 0 if unknown.</param>
/// <param name="Decision"><c>allowed</c>, <c>wouldRefuse</c>, <c>refused</c> or <c>failed</c>.</param>
/// <param name="Reason">Reason for a decision other than <c>allowed</c>, or null if there is none.</param>
/// <param name="Count">Number of connections.</param>
/// <param name="BytesUp">Bytes sent to the host.</param>
/// <param name="BytesDown">Bytes received from the host.</param>
/// <param name="Requests">Number of requests into which the proxy inserted an API key; 0 for tunnels, whose content it can't read.</param>
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
    /// <summary>Creates an entry from a summary.</summary>
    public static NetworkConnection Of(ConnectionSummary summary) =>
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
