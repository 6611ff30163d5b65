namespace Orchestrator.Agents;

/// <summary>What an agent program keeps in the home: conversations, logs, its login. Its settings are not among them: programs that a
/// person starts later would obey what an agent wrote there.</summary>
/// <param name="Folders">Absolute paths of its folders, which are read-only but for new entries, which vanish.</param>
/// <param name="Writable">Absolute paths in them of folders, which are made where they are missing, and files that it may change.</param>
public sealed record AgentState(IReadOnlyList<string> Folders, IReadOnlyList<string> Writable)
{
    /// <summary>The state of an agent program that keeps nothing in the home.</summary>
    public static AgentState None { get; } = new([], []);

    /// <summary>The state of a known program, found by its name; none of others.</summary>
    /// <param name="program">Its name or path.</param>
    /// <param name="home">Absolute path of the home; null: unknown.</param>
    public static AgentState OfProgram(string program, string? home)
    {
        if (home is null)
        {
            return None;
        }
        return Path.GetFileName(program) switch
        {
            "codex" => In(".codex", "sessions", "log", "tmp", "auth.json", "history.jsonl"),
            "gemini" => In(".gemini", "tmp", "history", "oauth_creds.json"),
            "opencode" => new(
                [],
                [
                    Path.Combine(home, ".local", "share", "opencode"),
                    Path.Combine(home, ".local", "state", "opencode"),
                    Path.Combine(home, ".cache", "opencode"),
                ]
            ),
            _ => None,
        };

        AgentState In(string folder, params IEnumerable<string> names) =>
            new([Path.Combine(home, folder)], [.. names.Select(name => Path.Combine(home, folder, name))]);
    }

    /// <summary>The state of the Claude Code CLI.</summary>
    /// <param name="folder">Absolute path of its folder, usually <c>~/.claude</c>.</param>
    public static AgentState OfClaude(string folder) => new([folder], [.. ClaudeEntries.Select(name => Path.Combine(folder, name))]);

    /// <summary>Names with a dot are files, which stay missing where they are.</summary>
    /// <remarks>Seen with versions 2.1.197 to 2.1.328. Not here: settings, hooks, commands, agents, skills, plugins, memory.</remarks>
    private static readonly string[] ClaudeEntries =
    [
        "projects",
        "todos",
        "tasks",
        "plans",
        "shell-snapshots",
        "session-env",
        "sessions",
        "file-history",
        "statsig",
        "debug",
        "cache",
        "telemetry",
        ".credentials.json",
    ];

    /// <summary>Makes the missing folders.</summary>
    public AgentState Make()
    {
        foreach (var folder in Writable.Where(path => Path.GetExtension(path).Length == 0))
        {
            Directory.CreateDirectory(folder);
        }
        return this;
    }
}
