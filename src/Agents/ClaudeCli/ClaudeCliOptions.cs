namespace Orchestrator.Agents.ClaudeCli;

/// <summary>Options of the Claude Code CLI (<c>agents.claude</c>).</summary>
public sealed record ClaudeCliOptions
{
    /// <summary>Oldest tested version of the CLI.</summary>
    public static Version OldestVersion { get; } = new(2, 1, 197);

    /// <summary>
    /// Newest tested version. A newer version with the same major version causes a warning, and a newer major version is rejected.
    /// </summary>
    public static Version NewestTriedVersion { get; } = new(2, 1, 328);

    /// <summary>Name of the program, which is looked up in PATH, or its path.</summary>
    /// <value>Default: <c>claude</c>.</value>
    public string Program { get; init; } = "claude";

    /// <summary>Program and arguments of the ownership hook, to which <c>--policy FILE</c> is appended. The CLI runs the hook before each
    /// tool call. The hook needs no running orchestrator.</summary>
    public required IReadOnlyList<string> HookCommand { get; init; }

    /// <summary>
    /// True to allow, without prompts, all tool calls that neither the hook nor the deny rules reject. Only the user may enable this.
    /// </summary>
    /// <value>Default: false, which means the CLI's <c>default</c> mode. All tool calls that the hook does not allow are then
    /// denied.</value>
    /// <remarks>The CLI refuses to run this way as root unless <c>IS_SANDBOX=1</c> is in its environment.</remarks>
    public bool BypassPermissions { get; init; }

    /// <summary>Built-in tools of the CLI that are available to the agent.</summary>
    public IReadOnlyList<string> Tools { get; init; } =
    ["Bash", "Edit", "Read", "Write", "Grep", "Glob", "NotebookEdit", "Task", "TodoWrite"];

    /// <summary>
    /// MCP servers of the agent, as the JSON text of an <c>mcpServers</c> file. Apart from the orchestrator's own server, no other servers
    /// are started.
    /// </summary>
    /// <value>Default: null, which means no servers.</value>
    public string? McpConfig { get; init; }

    /// <summary>Program and arguments of the orchestrator's own MCP server. The CLI starts the server in the environment and the sandbox of
    /// the agent.</summary>
    /// <value>Default: null, which means no orchestrator tools.</value>
    public IReadOnlyList<string>? OwnMcpCommand { get; init; }

    /// <summary>
    /// Program and arguments of the hook that shows an agent its new messages (<c>PostToolBatch</c>). The hook is run after each batch of
    /// tool calls if <see cref="AgentRunParameters.Mail"/> indicates new messages.
    /// </summary>
    /// <value>Default: null, which means that mail is delivered only in prompts.</value>
    public IReadOnlyList<string>? MailCommand { get; init; }

    /// <summary>Default model of agents.</summary>
    /// <value>Default: <c>sonnet</c>.</value>
    public string Model { get; init; } = "sonnet";

    /// <summary>Model used if the requested model is overloaded or unavailable.</summary>
    /// <value>Default: null, which means no fallback model.</value>
    public string? FallbackModel { get; init; }

    /// <summary>Provider of the model, which determines the account that is charged.</summary>
    /// <value>Default: determined by the environment.</value>
    public ClaudeProvider Provider { get; init; }

    /// <summary>The CLI's folder for login and conversations (<c>CLAUDE_CONFIG_DIR</c>).</summary>
    /// <value>Default: null for the value in the environment, or else <c>~/.claude</c>.</value>
    public string? ConfigDirectory { get; init; }

    /// <summary>Returns the CLI's folder for an environment: <c>CLAUDE_CONFIG_DIR</c>, or else <c>~/.claude</c>.</summary>
    public static string ConfigDirectoryOf(IReadOnlyDictionary<string, string> environment) =>
        environment.GetValueOrDefault("CLAUDE_CONFIG_DIR") is { Length: > 0 } set ? set : UsualConfigDirectory(environment);

    /// <summary>Returns the folder that the CLI uses if <c>CLAUDE_CONFIG_DIR</c> is not set.</summary>
    public static string UsualConfigDirectory(IReadOnlyDictionary<string, string> environment) =>
        Path.Combine(environment.GetValueOrDefault("HOME", "/"), ".claude");

    /// <summary>Time limit for one shell command of the agent. The limit is reduced if necessary to stay below the stall limit.</summary>
    /// <value>Default: 10 minutes.</value>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Environment variables that the CLI inherits.</summary>
    /// <value>Default: this process's own.</value>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = AgentEnvironment.OfThisProcess();
}

/// <summary>Names of <see cref="ClaudeProvider"/> in settings (<c>agents.claude.provider</c>).</summary>
public static class ClaudeProviderNames
{
    /// <summary>Parses the name of a provider: <c>subscription</c>, <c>api</c>, <c>bedrock</c> or <c>vertex</c>.</summary>
    /// <exception cref="ArgumentException">The name is unknown.</exception>
    public static ClaudeProvider Parse(string name) =>
        name switch
        {
            "subscription" => ClaudeProvider.Subscription,
            "api" => ClaudeProvider.Api,
            "bedrock" => ClaudeProvider.Bedrock,
            "vertex" => ClaudeProvider.Vertex,
            _ => throw new ArgumentException($"The provider '{name}' is unknown.", nameof(name)),
        };
}

/// <summary>Provider of the model, which determines the account that is charged.</summary>
public enum ClaudeProvider
{
    /// <summary>The environment and the CLI's login determine the account.</summary>
    Environment,

    /// <summary>The CLI's login. An API key in the environment is not passed on, because the CLI would charge that key.</summary>
    Subscription,

    /// <summary>API key in <c>ANTHROPIC_API_KEY</c>.</summary>
    Api,

    /// <summary>Amazon Bedrock, with AWS credentials from the environment.</summary>
    Bedrock,

    /// <summary>Google Vertex AI, with Google credentials from the environment.</summary>
    Vertex,
}
