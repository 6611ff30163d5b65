namespace Orchestrator.Agents.ClaudeCli;

/// <summary>The options of calls of the Claude Code CLI (<c>agents.claude</c>).</summary>
public sealed record ClaudeCliOptions
{
    /// <summary>The oldest version that was tested.</summary>
    public static Version OldestVersion { get; } = new(2, 1, 197);

    /// <summary>The newest version that was tested; a newer one works with a warning, a new major version does not.</summary>
    public static Version NewestTriedVersion { get; } = new(2, 1, 328);

    /// <summary>The program: a name looked for in PATH, or a path.</summary>
    /// <value>Default: <c>claude</c>.</value>
    public string Program { get; init; } = "claude";

    /// <summary>Program and arguments of the ownership hook; <c>--policy FILE</c> is added. Called by the CLI before each tool call; needs
    /// no orchestrator.</summary>
    public required IReadOnlyList<string> HookCommand { get; init; }

    /// <summary>True to allow everything that the hook and the deny rules do not refuse, without prompts. Must be requested by the
    /// user.</summary>
    /// <value>Default: false, the CLI's <c>default</c> mode: what the hook does not allow is denied.</value>
    /// <remarks>Root is refused by the CLI unless <c>IS_SANDBOX=1</c> is in its environment.</remarks>
    public bool BypassPermissions { get; init; }

    /// <summary>The CLI's built-in tools that are available to the agent.</summary>
    public IReadOnlyList<string> Tools { get; init; } =
    ["Bash", "Edit", "Read", "Write", "Grep", "Glob", "NotebookEdit", "Task", "TodoWrite"];

    /// <summary>MCP servers of the agent, as the JSON of an <c>mcpServers</c> file. No other servers start.</summary>
    /// <value>Default: null, none.</value>
    public string? McpConfig { get; init; }

    /// <summary>Program and arguments of our own MCP server, which the CLI starts in the agent's environment and, where it is confined,
    /// inside its sandbox.</summary>
    /// <value>Default: null, the agent has no tools of ours.</value>
    public IReadOnlyList<string>? OwnMcpCommand { get; init; }

    /// <summary>Program and arguments of the hook that shows an agent new mail (<c>PostToolBatch</c>); called after each batch of tool
    /// calls if <see cref="AgentStart.Mail"/> shows that there is some.</summary>
    /// <value>Default: null, mail comes with prompts only.</value>
    public IReadOnlyList<string>? MailCommand { get; init; }

    /// <summary>The default model.</summary>
    /// <value>Default: <c>sonnet</c>.</value>
    public string Model { get; init; } = "sonnet";

    /// <summary>The model used when the first is overloaded or gone.</summary>
    /// <value>Default: null, none.</value>
    public string? FallbackModel { get; init; }

    /// <summary>The account that pays.</summary>
    /// <value>Default: as the environment has it.</value>
    public ClaudeProvider Provider { get; init; }

    /// <summary>The CLI's folder for login and conversations (<c>CLAUDE_CONFIG_DIR</c>).</summary>
    /// <value>Default: null, as the environment has it, else <c>~/.claude</c>.</value>
    public string? ConfigDirectory { get; init; }

    /// <summary>The CLI's folder by an environment: <c>CLAUDE_CONFIG_DIR</c>, else <c>~/.claude</c>.</summary>
    public static string ConfigDirectoryOf(IReadOnlyDictionary<string, string> environment) =>
        environment.GetValueOrDefault("CLAUDE_CONFIG_DIR") is { Length: > 0 } set ? set : UsualConfigDirectory(environment);

    /// <summary>The CLI's folder where nothing names another one.</summary>
    public static string UsualConfigDirectory(IReadOnlyDictionary<string, string> environment) =>
        Path.Combine(environment.GetValueOrDefault("HOME", "/"), ".claude");

    /// <summary>Limit for one shell command of the agent. Reduced to stay below the stall limit.</summary>
    /// <value>Default: 10 minutes.</value>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The environment to pass on.</summary>
    /// <value>Default: this process's own.</value>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = AgentEnvironment.OfThisProcess();
}

/// <summary>Names of <see cref="ClaudeProvider"/> in settings (<c>agents.claude.provider</c>).</summary>
public static class ClaudeProviderNames
{
    /// <summary>The provider of that name: <c>subscription</c>, <c>api</c>, <c>bedrock</c> or <c>vertex</c>.</summary>
    /// <exception cref="ArgumentException">It is none of these.</exception>
    public static ClaudeProvider Parse(string name) =>
        name switch
        {
            "subscription" => ClaudeProvider.Subscription,
            "api" => ClaudeProvider.Api,
            "bedrock" => ClaudeProvider.Bedrock,
            "vertex" => ClaudeProvider.Vertex,
            _ => throw new ArgumentException($"There is no provider '{name}'.", nameof(name)),
        };
}

/// <summary>The account that pays for the model.</summary>
public enum ClaudeProvider
{
    /// <summary>By the environment and the CLI's login.</summary>
    Environment,

    /// <summary>The CLI's login; an API key in the environment is not passed on, because it would be charged.</summary>
    Subscription,

    /// <summary><c>ANTHROPIC_API_KEY</c>.</summary>
    Api,

    /// <summary>Amazon Bedrock, with the AWS credentials of the environment.</summary>
    Bedrock,

    /// <summary>Google Vertex AI.</summary>
    Vertex,
}
