using System.Globalization;

namespace Orchestrator.Agents.ClaudeCli;

/// <summary>CLI processes on this machine and their open conversations.</summary>
/// <param name="Sessions">Id of the process that has a conversation open, by conversation id.</param>
/// <param name="Unassigned">Working folders of CLI processes whose conversation is unknown.</param>
/// <remarks>The CLI writes <c>sessions/PID.json</c> while it runs. A process of a version that does not write this file is recognized by
/// its name. Its conversation is found by the id in its command line or in the environment of its child commands, if present. A file's age
/// proves nothing.</remarks>
public sealed record RunningClaudeProcessList(IReadOnlyDictionary<string, int> Sessions, IReadOnlyList<string> Unassigned)
{
    private const string SessionVariable = "CLAUDE_CODE_SESSION_ID";
    private const int LargestEntry = 64 * 1024;

    /// <summary>Maximum difference between the start of a process and the start time that its session file records.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(2);
    private static readonly string[] ArgumentsWithId = ["--resume", "-r", "--session-id"];

    /// <summary>Finds the running CLI processes and the conversations that they have open.</summary>
    /// <param name="configDirectories">Folders of the CLI.</param>
    public static RunningClaudeProcessList Find(IReadOnlyList<string> configDirectories)
    {
        var sessions = new Dictionary<string, int>(StringComparer.Ordinal);
        var known = new HashSet<int>();
        foreach (var (pid, session, startedAt) in configDirectories.SelectMany(Entries))
        {
            if (
                ProcessTable.Find(pid) is { } process
                && (startedAt is not { } at || (new DateTimeOffset(process.StartedUtc) - at).Duration() < Slack)
            )
            {
                sessions[session] = pid;
                known.Add(pid);
            }
        }
        var unassigned = new List<string>();
        foreach (var process in ProcessTable.All())
        {
            if (known.Contains(process.ProcessId))
            {
                continue;
            }
            var arguments = process.Name is "claude" or "node" ? ProcessTable.ArgumentsOf(process.ProcessId) : [];
            if (process.Name == "claude" || arguments.Any(IsScript))
            {
                if (IdOf(arguments) is { } id)
                {
                    sessions[id] = process.ProcessId;
                }
                else if (ProcessTable.FolderOf(process.ProcessId) is { } folder)
                {
                    unassigned.Add(folder);
                }
            }
            else if (ProcessTable.VariableOf(process.ProcessId, SessionVariable) is { Length: > 0 } of)
            {
                // The process is a child command of an agent, which may still write to its folder.
                sessions.TryAdd(of, process.ProcessId);
            }
        }
        return new RunningClaudeProcessList(sessions, unassigned);
    }

    private static IEnumerable<(int Pid, string Session, DateTimeOffset? StartedAt)> Entries(string configDirectory)
    {
        var folder = Path.Combine(configDirectory, "sessions");
        if (!Directory.Exists(folder))
        {
            yield break;
        }
        foreach (var file in Directory.EnumerateFiles(folder, "*.json"))
        {
            if (RegularFileReader.TryRead(file, LargestEntry) is { } bytes && Entry(bytes) is { } entry)
            {
                yield return entry;
            }
        }
    }

    private static (int Pid, string Session, DateTimeOffset? StartedAt)? Entry(byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            return root.Number("pid") is > 0 and < int.MaxValue and var pid && root.Text("sessionId") is { } session
                ? (
                    (int)pid,
                    session,
                    root.Number("startedAt") is { } milliseconds and > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
                    : DateTimeOffset.TryParse(root.Text("startedAt"), CultureInfo.InvariantCulture, out var time) ? time
                    : null
                )
                : null;
        }
        catch (Exception broken) when (broken is JsonException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    // Older versions are a script that Node.js runs.
    private static bool IsScript(string argument) =>
        argument.EndsWith("/claude", StringComparison.Ordinal) || argument.Contains("/claude-code/", StringComparison.Ordinal);

    private static string? IdOf(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, value) = arguments[i].Split('=', 2) is [var option, var joined]
                ? (option, joined)
                : (arguments[i], arguments.ElementAtOrDefault(i + 1));
            if (ArgumentsWithId.Contains(name) && Guid.TryParse(value, out _))
            {
                return value;
            }
        }
        return null;
    }
}
