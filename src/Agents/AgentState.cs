using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Agents;

/// <summary>What an agent program keeps in the home: conversations, logs, its login. Its settings are not among them: programs that a
/// person starts later would obey what an agent wrote there.</summary>
/// <param name="Folders">Absolute paths of its folders, which are read-only but for new entries, which vanish.</param>
/// <param name="Writable">Absolute paths in them of folders, which are made where they are missing, and files that it may change.</param>
public sealed record AgentState(IReadOnlyList<string> Folders, IReadOnlyList<string> Writable)
{
    /// <summary>Absolute paths of files that it may change, where they are there.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Absolute paths directly in <see cref="Folders"/> that it does not see: it makes its own, which vanish.</summary>
    public IReadOnlyList<string> Hidden { get; init; } = [];

    /// <summary>The state of an agent program that keeps nothing in the home.</summary>
    public static AgentState None { get; } = new([], []);

    /// <summary>The state of a described program.</summary>
    /// <param name="home">Absolute path of the home.</param>
    public static AgentState Of(AgentDescription description, string home) =>
        new(
            [.. description.State.Folders.Select(path => Path.Combine(home, path))],
            [.. description.State.Writable.Select(path => Path.Combine(home, path))]
        )
        {
            Files = [.. description.State.Files.Select(path => Path.Combine(home, path))],
            Hidden = [.. description.State.Hidden.Select(path => Path.Combine(home, path))],
        };

    /// <summary>The state of the known program of that name; none of others.</summary>
    /// <param name="program">Its name or path.</param>
    /// <param name="home">Absolute path of the home; null: unknown.</param>
    public static AgentState OfProgram(string program, string? home) =>
        home is not null && KnownAgents.Find(Path.GetFileName(program)) is { } known ? Of(known, home) : None;

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
        foreach (var folder in Writable.Where(path => Path.GetFileName(path).LastIndexOf('.') <= 0))
        {
            OwnFolder.Ensure(folder);
        }
        return this;
    }
}
