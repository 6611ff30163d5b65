using System.Globalization;

namespace Orchestrator.Agents.ClaudeCli;

/// <summary>Processes of the CLI on this machine, and the conversations that they have open.</summary>
/// <param name="Sessions">By the conversation's id, the process that works in it.</param>
/// <param name="Unassigned">Folders of processes of the CLI of which it is unknown in which conversation they work.</param>
/// <remarks>The CLI writes <c>sessions/PID.json</c> while it runs. A version that does not is recognized by its name, and by the id where
/// its command line or the environment of a command of it has one. The age of a file says nothing.</remarks>
public sealed record ClaudeProcesses(IReadOnlyDictionary<string, int> Sessions, IReadOnlyList<string> Unassigned)
{
    private const string SessionVariable = "CLAUDE_CODE_SESSION_ID";
    private const int LargestEntry = 64 * 1024;

    /// <summary>A process has been started at most so long before it writes its file.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(2);
    private static readonly string[] ArgumentsWithId = ["--resume", "-r", "--session-id"];

    /// <summary>Looks at all processes of this user.</summary>
    /// <param name="configDirectories">Folders of the CLI.</param>
    public static ClaudeProcesses Find(IReadOnlyList<string> configDirectories)
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
                // A command of the agent: whoever may still write in its folder.
                sessions.TryAdd(of, process.ProcessId);
            }
        }
        return new ClaudeProcesses(sessions, unassigned);
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
            if (RegularFile.TryRead(file, LargestEntry) is { } bytes && Entry(bytes) is { } entry)
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

    // An older version is a script that Node.js runs.
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
