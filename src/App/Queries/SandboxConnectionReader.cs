using System.Globalization;
using Orchestrator.Network;

namespace Orchestrator.App.Queries;

/// <summary>Reads the connection attempts of a run's sandboxes.</summary>
public static class SandboxConnectionReader
{
    /// <summary>Lists the connections of a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="task">Id of a task to list only its connections, or null to list all.</param>
    public static NetworkDocument Of(StoredRun run, string? task)
    {
        var found = Read(run);
        var shown = found.Connections.Where(connection => task is null || connection.Task == task);
        return new NetworkDocument(run.Id, [.. shown.Select(NetworkConnection.Of)], found.CutLogs);
    }

    /// <summary>
    /// Lists rules for the hosts that the proxy refused, or would have refused, because no rule covers them or the connection was not TLS.
    /// </summary>
    public static IReadOnlyList<string> RefusedHosts(StoredRun run) =>
        [
            .. Read(run)
                .Connections.Where(connection =>
                    connection
                        is {
                            Decision: NetworkDecision.Refused or NetworkDecision.WouldRefuse,
                            Reason: NetworkRefusalReason.NotListed or NetworkRefusalReason.NotTls
                        }
                )
                .Select(connection =>
                    connection.Port is 443 or 80
                        ? connection.Host
                        : string.Create(CultureInfo.InvariantCulture, $"{connection.Host}:{connection.Port}")
                )
                .Where(IsRule)
                .Distinct(StringComparer.Ordinal),
        ];

    /// <summary>True if a text is a rule that allows a host, such as <c>example.com</c> or <c>*.example.com:8443</c>.</summary>
    public static bool IsRule(string text) => NetworkAllowRule.TryParse(text) is not null;

    private static RunNetworkSummary Read(StoredRun run) =>
        SandboxConnectionLogReader.Read(Path.Combine(run.Folder, SandboxConnectionLogReader.FolderName));
}
