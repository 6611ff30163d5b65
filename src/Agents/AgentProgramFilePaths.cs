using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Agents;

/// <summary>
/// Files that an agent program uses outside its worktree: the program itself and, in the home directory, its settings, conversations, logs
/// and login. A confined agent can read the settings, gets a copy of the login and stores all other files in a private folder.
/// </summary>
/// <param name="Root">Absolute path of the parent folder of <paramref name="Folders"/> and <paramref name="Private"/>.</param>
/// <param name="Folders">Absolute paths of the program's folders. Every entry not named in another list is readable.</param>
/// <param name="Private">Absolute paths of folders in <paramref name="Folders"/> that are empty at the start of each confined
/// agent.</param>
public sealed record AgentProgramFilePaths(string Root, IReadOnlyList<string> Folders, IReadOnlyList<string> Private)
{
    /// <summary>Absolute paths of files and folders that all agents share and may change. Missing entries are skipped.</summary>
    public IReadOnlyList<string> Shared { get; init; } = [];

    /// <summary>Login files that the program rewrites when tokens rotate. A confined agent gets a copy of each file.</summary>
    public IReadOnlyList<AgentLoginFile> Logins { get; init; } = [];

    /// <summary>
    /// Absolute paths of files and folders directly in <see cref="Folders"/> that are hidden from the agent. The agent may create entries
    /// with the same names, which are discarded later.
    /// </summary>
    public IReadOnlyList<string> Hidden { get; init; } = [];

    /// <summary>Path of the program as configured, and the paths of the files that are named in its fixed arguments.</summary>
    public IReadOnlyList<string> Programs { get; init; } = [];

    /// <summary>Name of the file in which Claude Code stores the key of a Console login and other state.</summary>
    internal const string ClaudeLogin = ".claude.json";

    /// <summary>Value for an agent program that stores no files in the home directory.</summary>
    public static AgentProgramFilePaths None { get; } = new("/", [], []);

    /// <summary>Returns the paths of an agent program's settings, login and state files, as listed in the program's description.</summary>
    /// <param name="home">Absolute path of the home directory.</param>
    public static AgentProgramFilePaths Of(AgentDescription description, string home) =>
        new(home, In(home, description.State.Folders), In(home, description.State.Writable))
        {
            Shared = In(home, [.. description.State.Files, .. description.Login is { Tokens.Count: 0 } plain ? plain.Files : []]),
            Logins = description.Login is { Tokens.Count: > 0 } login
                ? [.. login.Files.Select(file => AgentLoginFile.Of(Path.Combine(home, file), login))]
                : [],
            Hidden = In(home, description.State.Hidden),
        };

    /// <summary>
    /// Returns the files of a program that has a built-in description, or <see cref="None"/> if there is no such description.
    /// </summary>
    /// <param name="program">Name or path of the program.</param>
    /// <param name="home">Absolute path of the home directory, or null if unknown.</param>
    public static AgentProgramFilePaths OfProgram(string program, string? home) =>
        home is not null && BuiltInAgents.Find(Path.GetFileName(program)) is { } known ? Of(known, home) : None;

    /// <summary>Returns the files of the Claude Code CLI.</summary>
    /// <param name="folder">Absolute path of the CLI's folder, usually <c>~/.claude</c>.</param>
    public static AgentProgramFilePaths OfClaude(string folder) =>
        new(Path.GetDirectoryName(folder) ?? "/", [folder], In(folder, s_claudeFolders))
        {
            Logins = [AgentLoginFile.OfClaude(Path.Combine(folder, ".credentials.json"))],
            // The latter is there if CLAUDE_CONFIG_DIR is set; it may contain a key.
            Hidden = [Path.Combine(folder, "history.jsonl"), Path.Combine(folder, ClaudeLogin)],
        };

    // Observed with versions 2.1.197 to 2.1.328. Excludes settings, hooks, commands, agents, skills, plugins and memory.
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

    /// <summary>Returns the path of a <see cref="Private"/> folder, or of a file in it, relative to <see cref="Root"/>.</summary>
    public string NameOf(string path) => Path.GetRelativePath(Root, path);

    private static IReadOnlyList<string> In(string folder, IReadOnlyList<string> names) =>
        [.. names.Select(name => Path.Combine(folder, name))];
}

/// <summary>API key that an agent program reads from a variable or a file, and that can be kept outside the sandbox.</summary>
/// <param name="Variable">Name of the variable that contains the key.</param>
/// <param name="Address">Name of the variable that overrides the address of the service. Null if the program gets the address by other
/// means.</param>
/// <param name="Service">Default address of the service.</param>
public sealed record ProxyableAgentApiKey(string Variable, string? Address, string Service)
{
    /// <summary>Name of the variable that overrides the address of Anthropic's API.</summary>
    internal const string AnthropicAddress = "ANTHROPIC_BASE_URL";

    /// <summary>Name of the variable that overrides the address of the Bedrock runtime.</summary>
    internal const string BedrockAddress = "ANTHROPIC_BEDROCK_BASE_URL";

    private const string AnthropicApi = "https://api.anthropic.com";
    private static readonly string[] s_regions = ["AWS_REGION", "AWS_DEFAULT_REGION"];

    /// <summary>Keys of Anthropic's API, as used by Claude Code and Anthropic's SDKs.</summary>
    public static IReadOnlyList<ProxyableAgentApiKey> OfAnthropic { get; } =
    [new("ANTHROPIC_API_KEY", AnthropicAddress, AnthropicApi), new("ANTHROPIC_AUTH_TOKEN", AnthropicAddress, AnthropicApi)];

    /// <summary>
    /// Name of the variable that contains the key's id. Null if requests contain the key instead of being signed with it.
    /// </summary>
    public string? IdVariable { get; init; }

    /// <summary>Name of the variable that contains the session token of a temporary key, or null if there is no such variable.</summary>
    public string? TokenVariable { get; init; }

    /// <summary>File from which the program reads the key, or null if it reads the key only from the variable.</summary>
    public AgentApiKeyLocation? Stored { get; init; }

    /// <summary>Names of all variables that belong to the key and stay outside the sandbox.</summary>
    public IEnumerable<string> Variables => new[] { Variable, IdVariable, TokenVariable }.OfType<string>();

    /// <summary>Returns the key that the program would use, or null if the user has none.</summary>
    /// <param name="variable">Returns the value of an environment variable of the user, or null.</param>
    public string? Find(Func<string, string?> variable)
    {
        var own = variable(Variable)?.Trim() is { Length: > 0 } value ? value : null;
        return Stored?.Order == AgentApiKeyPrecedence.FileFirst ? Stored.Read() ?? own : own ?? Stored?.Read();
    }

    /// <summary>Returns the AWS region set in the environment variables. As in Claude Code, the default is <c>us-east-1</c>.</summary>
    /// <param name="environment">Environment variables of the user.</param>
    public static string AmazonRegion(IReadOnlyDictionary<string, string> environment) =>
        Array.ConvertAll(s_regions, environment.GetValueOrDefault).FirstOrDefault(region => region is { Length: > 0 }) ?? "us-east-1";

    /// <summary>Returns the keys of Amazon Bedrock, as used by Claude Code: an API key, or an access key that signs requests.</summary>
    /// <param name="region">Region of the service, such as <c>eu-central-1</c>.</param>
    public static IReadOnlyList<ProxyableAgentApiKey> OfBedrock(string region)
    {
        var service = $"https://bedrock-runtime.{region}.amazonaws.com";
        return
        [
            new("AWS_BEARER_TOKEN_BEDROCK", BedrockAddress, service),
            new("AWS_SECRET_ACCESS_KEY", BedrockAddress, service) { IdVariable = "AWS_ACCESS_KEY_ID", TokenVariable = "AWS_SESSION_TOKEN" },
        ];
    }
}

/// <summary>A file that contains tokens, which an agent program replaces when they expire.</summary>
/// <param name="Path">Absolute path.</param>
public sealed record AgentLoginFile(string Path)
{
    /// <summary>JSON members that contain tokens. <c>*</c> matches any name.</summary>
    public IReadOnlyList<string> Tokens { get; init; } = [];

    /// <summary>JSON members that identify the account.</summary>
    public IReadOnlyList<string> Account { get; init; } = [];

    /// <summary>JSON member that contains the time at which the program requests new tokens, or null if unknown.</summary>
    public string? Expires { get; init; }

    /// <summary>Names of variables that contain keys and take precedence over the file.</summary>
    public IReadOnlyList<string> Variables { get; init; } = [];

    /// <summary>Returns the login file of a program that has an agent description.</summary>
    internal static AgentLoginFile Of(string path, AgentLoginDescription login) =>
        new(path)
        {
            Tokens = login.Tokens,
            Account = login.Account,
            Expires = login.Expires,
            Variables = login.Variables,
        };

    /// <summary>Returns the login file of the Claude Code CLI.</summary>
    internal static AgentLoginFile OfClaude(string path) =>
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
