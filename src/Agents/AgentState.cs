using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Agents;

/// <summary>The files of an agent program outside of its worktree: the program itself, and in the home its settings, conversations, logs
/// and login. A confined agent reads the settings, has a copy of the login, and keeps the rest in a folder of its own.</summary>
/// <param name="Root">Absolute path of the folder around <paramref name="Folders"/> and <paramref name="Private"/>.</param>
/// <param name="Folders">Absolute paths of its folders, of which it can read every entry that no other list names.</param>
/// <param name="Private">Absolute paths of folders in them that begin empty for each confined agent.</param>
public sealed record AgentState(string Root, IReadOnlyList<string> Folders, IReadOnlyList<string> Private)
{
    /// <summary>Absolute paths of files and folders that it changes for everyone. Missing ones are left out.</summary>
    public IReadOnlyList<string> Shared { get; init; } = [];

    /// <summary>The files of its login whose tokens rotate: a confined agent has a copy of each.</summary>
    public IReadOnlyList<LoginFile> Logins { get; init; } = [];

    /// <summary>Absolute paths directly in <see cref="Folders"/> that it does not see: it makes its own, which vanish.</summary>
    public IReadOnlyList<string> Hidden { get; init; } = [];

    /// <summary>The program as settings name it, and the files among its fixed arguments.</summary>
    public IReadOnlyList<string> Programs { get; init; } = [];

    /// <summary>The state of an agent program that keeps nothing in the home.</summary>
    public static AgentState None { get; } = new("/", [], []);

    /// <summary>The state of a described program.</summary>
    /// <param name="home">Absolute path of the home.</param>
    public static AgentState Of(AgentDescription description, string home) =>
        new(home, In(home, description.State.Folders), In(home, description.State.Writable))
        {
            Shared = In(home, [.. description.State.Files, .. description.Login is { Tokens.Count: 0 } plain ? plain.Files : []]),
            Logins = description.Login is { Tokens.Count: > 0 } login
                ? [.. login.Files.Select(file => LoginFile.Of(Path.Combine(home, file), login))]
                : [],
            Hidden = In(home, description.State.Hidden),
        };

    /// <summary>The state of the known program of that name; none of others.</summary>
    /// <param name="program">Its name or path.</param>
    /// <param name="home">Absolute path of the home; null: unknown.</param>
    public static AgentState OfProgram(string program, string? home) =>
        home is not null && KnownAgents.Find(Path.GetFileName(program)) is { } known ? Of(known, home) : None;

    /// <summary>The state of the Claude Code CLI.</summary>
    /// <param name="folder">Absolute path of its folder, usually <c>~/.claude</c>.</param>
    public static AgentState OfClaude(string folder) =>
        new(Path.GetDirectoryName(folder) ?? "/", [folder], In(folder, s_claudeFolders))
        {
            Logins = [LoginFile.OfClaude(Path.Combine(folder, ".credentials.json"))],
            Hidden = [Path.Combine(folder, "history.jsonl")],
        };

    // Seen with versions 2.1.197 to 2.1.328. Not here: settings, hooks, commands, agents, skills, plugins, memory.
    private static readonly string[] s_claudeFolders =
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
        "backups",
        "paste-cache",
    ];

    /// <summary>The path of one of <see cref="Private"/>, or of a file in it, relative to <see cref="Root"/>.</summary>
    public string NameOf(string path) => Path.GetRelativePath(Root, path);

    private static IReadOnlyList<string> In(string folder, IReadOnlyList<string> names) =>
        [.. names.Select(name => Path.Combine(folder, name))];
}

/// <summary>A key that an agent program finds in a variable, and that can stay outside of its sandbox.</summary>
/// <param name="Variable">The variable with the key.</param>
/// <param name="Address">The variable by which the program takes another address of the service.</param>
/// <param name="Service">The address of the service where that variable is not set.</param>
public sealed record AgentKey(string Variable, string Address, string Service)
{
    /// <summary>The variable with another address of Anthropic's API.</summary>
    internal const string AnthropicAddress = "ANTHROPIC_BASE_URL";

    private const string AnthropicApi = "https://api.anthropic.com";

    /// <summary>Keys of Anthropic's API, as Claude Code and Anthropic's SDKs find them.</summary>
    public static IReadOnlyList<AgentKey> OfAnthropic { get; } =
    [new("ANTHROPIC_API_KEY", AnthropicAddress, AnthropicApi), new("ANTHROPIC_AUTH_TOKEN", AnthropicAddress, AnthropicApi)];
}

/// <summary>A file with tokens that an agent program replaces as they expire.</summary>
/// <param name="Path">Absolute path.</param>
public sealed record LoginFile(string Path)
{
    /// <summary>Members with tokens; <c>*</c> stands for any name.</summary>
    public IReadOnlyList<string> Tokens { get; init; } = [];

    /// <summary>Members that name the account.</summary>
    public IReadOnlyList<string> Account { get; init; } = [];

    /// <summary>The member with the time at which the program asks for new tokens; null: unknown.</summary>
    public string? Expires { get; init; }

    /// <summary>Variables with keys that the program prefers to the file.</summary>
    public IReadOnlyList<string> Variables { get; init; } = [];

    /// <summary>A file of a described program.</summary>
    internal static LoginFile Of(string path, LoginDescription login) =>
        new(path)
        {
            Tokens = login.Tokens,
            Account = login.Account,
            Expires = login.Expires,
            Variables = login.Variables,
        };

    /// <summary>The file of the Claude Code CLI.</summary>
    internal static LoginFile OfClaude(string path) =>
        new(path)
        {
            Tokens = ["claudeAiOauth.accessToken", "claudeAiOauth.refreshToken", "claudeAiOauth.expiresAt"],
            Account = ["organizationUuid"],
            Expires = "claudeAiOauth.expiresAt",
            Variables =
            [
                "ANTHROPIC_API_KEY",
                "ANTHROPIC_AUTH_TOKEN",
                "CLAUDE_CODE_OAUTH_TOKEN",
                "CLAUDE_CODE_USE_BEDROCK",
                "CLAUDE_CODE_USE_VERTEX",
            ],
        };
}
