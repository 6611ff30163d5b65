using System.Text.Json;
using Orchestrator.Processes;

namespace Orchestrator.Network;

/// <summary>Summary of those connections from a task to one port of a host that had the same outcome.</summary>
/// <param name="Task">Id of the task, or empty if the sandbox belonged to no task.</param>
/// <param name="Role">Role of the program in the sandbox.</param>
/// <param name="Host">Host as named by the client.</param>
/// <param name="Port">Port, or 0 if unknown.</param>
/// <param name="Count">Number of connections.</param>
/// <param name="Up">Number of bytes sent to the host.</param>
/// <param name="Down">Number of bytes received from the host.</param>
public sealed record SandboxConnectionSummary(
    string Task,
    string Role,
    string Host,
    int Port,
    NetworkDecision Decision,
    NetworkRefusalReason? Reason,
    long Count,
    long Up,
    long Down
)
{
    /// <summary>Number of requests into which the proxy inserted a key.</summary>
    public long Requests { get; init; }
}

/// <summary>Summaries of the connections from all sandboxes of a run.</summary>
/// <param name="Connections">Connections ordered by task and then by host.</param>
/// <param name="CutLogs">Number of logs that reached their size limit.</param>
public sealed record RunNetworkSummary(IReadOnlyList<SandboxConnectionSummary> Connections, int CutLogs);

/// <summary>Reads connection logs.</summary>
public static class SandboxConnectionLogReader
{
    /// <summary>Name of the folder with a run's connection logs.</summary>
    public const string FolderName = "network";

    private const long Largest = 8 << 20;

    /// <summary>Summarizes the logs in a folder, or returns an empty result if there are none. Partial and unknown lines are
    /// ignored.</summary>
    /// <param name="folder">Absolute path.</param>
    public static RunNetworkSummary Read(string folder)
    {
        var files = Directory.Exists(folder)
            ? Directory.GetFiles(folder, "*.jsonl").Order(StringComparer.Ordinal)
            : Enumerable.Empty<string>();
        var logs = files.Select(ReadFile).ToList();
        return new RunNetworkSummary(
            [
                .. logs.SelectMany(log => log.Entries.Where(entry => !entry.IsCut).Select(entry => (log.Labels, Entry: entry)))
                    .GroupBy(line =>
                        (line.Labels.Task, line.Labels.Role, line.Entry.Host, line.Entry.Port, line.Entry.Decision, line.Entry.Reason)
                    )
                    .OrderBy(group => group.Key.Task, StringComparer.Ordinal)
                    .ThenBy(group => group.Key.Host, StringComparer.Ordinal)
                    .ThenBy(group => group.Key.Port)
                    .ThenBy(group => group.Key.Decision)
                    .Select(group => new SandboxConnectionSummary(
                        group.Key.Task,
                        group.Key.Role,
                        group.Key.Host,
                        group.Key.Port,
                        group.Key.Decision,
                        group.Key.Reason,
                        group.Sum(line => line.Entry.Count),
                        group.Sum(line => line.Entry.Up),
                        group.Sum(line => line.Entry.Down)
                    )
                    {
                        Requests = group.Sum(line => line.Entry.Requests),
                    }),
            ],
            logs.Count(log => log.Entries.Any(entry => entry.IsCut))
        );
    }

    private static (SandboxLabels Labels, IReadOnlyList<SandboxConnectionLogRecord> Entries) ReadFile(string path)
    {
        var lines = RegularFileReader.TryRead(path, Largest) is { } content ? Encoding.UTF8.GetString(content).Split('\n') : [];
        var header = lines.Length > 0 ? TryParse(lines[0], NetworkJsonContext.Default.SandboxConnectionLogHeader) : null;
        return (
            header?.Labels ?? new SandboxLabels(),
            [
                .. lines
                    .Skip(1)
                    .Select(line => TryParse(line, NetworkJsonContext.Default.SandboxConnectionLogRecord))
                    .OfType<SandboxConnectionLogRecord>(),
            ]
        );
    }

    private static T? TryParse<T>(string line, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return line.Length == 0 ? null : JsonSerializer.Deserialize(line, type);
        }
        catch (JsonException)
        {
            // The line is incomplete, because the proxy was killed.
            return null;
        }
    }
}
