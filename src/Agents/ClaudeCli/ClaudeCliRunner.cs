using System.Globalization;
using Orchestrator.Agents.Supervision;

namespace Orchestrator.Agents.ClaudeCli;

/// <summary>Runs the Claude Code CLI without a terminal and parses its output.</summary>
/// <param name="options">Options of the CLI.</param>
public sealed class ClaudeCliRunner(ClaudeCliOptions options) : IAgentRunner
{
    /// <summary>Maximum duration of one shell command of the agent, as a fraction of the stall limit.</summary>
    private const double CommandShareOfStall = 0.8;

    private const string SystemPrompt = "system-prompt";
    private const string McpServers = "mcp.json";

    /// <inheritdoc/>
    public string? FindConversation(string sessionId, string? state = null) =>
        (state is null ? null : ClaudeSessionFiles.Find(Path.Combine(state, Path.GetFileName(ConfigDirectory)), sessionId))
        ?? ClaudeSessionFiles.Find(ConfigDirectory, sessionId);

    /// <inheritdoc/>
    public string? PlaceOfConversation(string sessionId, string workingDirectory) =>
        ClaudeSessionFiles.PathOf(ConfigDirectory, sessionId, workingDirectory);

    /// <inheritdoc/>
    public IReadOnlyList<ProxyableAgentApiKey> Keys
    {
        get
        {
            var keys =
                UsesBedrock ? ProxyableAgentApiKey.OfBedrock(ProxyableAgentApiKey.AmazonRegion(options.Environment))
                : UsesVertex ? ProxyableAgentApiKey.OfAnthropic
                : ClaudeKeyPlaceholderSupportChecker.WithStored(ProxyableAgentApiKey.OfAnthropic, ConfigFile, ConfigDirectory, Inherited());
            return ClaudeKeyPlaceholderSupportChecker.CanBeReplaced(keys, ConfigDirectory, options.Environment) ? keys : [];
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Credentials =>
        ["ANTHROPIC_", "CLAUDE_", .. UsesBedrock ? ["AWS_"] : Array.Empty<string>(), .. UsesVertex ? ["GOOGLE_"] : Array.Empty<string>()];

    /// <inheritdoc/>
    public AgentProgramFilePaths State => AgentProgramFilePaths.OfClaude(ConfigDirectory) with { Programs = [options.Program] };

    /// <inheritdoc/>
    public AgentInvocation Prepare(AgentRunParameters start)
    {
        AgentRunFileStore folder = new(start.Folder);
        folder.Write(
            ClaudeSettingsFile.Name,
            ClaudeSettingsFile.Make(
                options.HookCommand,
                folder.File("policy"),
                start.Policy.AllowedTools,
                AfterBatch(start),
                start.Sandbox is not null
            )
        );
        WriteIfAny(folder, SystemPrompt, start.SystemPrompt);
        WriteIfAny(folder, McpServers, OwnMcpServers());
        // A missing program is not an exception here, because the supervisor reports it as a failure of the account.
        return new AgentInvocation(
            Locate() ?? options.Program,
            Arguments(start, folder, conversation => Copied(conversation, folder)),
            AgentEnvironment.Make(Inherited(), start, Variables(start), Credentials)
        )
        {
            Warnings =
            [
                .. ClaudeAgentDefinitions
                    .ToJson(start.AgentDefinitions)
                    .LeftOut.Select(file =>
                        $"The agent definition {file} was left out, because it has no front matter or would bring the total above 126 KB."
                    ),
            ],
        };
    }

    private List<string> Arguments(AgentRunParameters start, AgentRunFileStore folder, Func<string, string> toConversation)
    {
        List<string> arguments =
        [
            "-p",
            "--output-format",
            "stream-json",
            "--verbose",
            "--model",
            start.Model ?? options.Model,
            "--permission-mode",
            options.BypassPermissions ? "bypassPermissions" : "default",
            "--tools",
            string.Join(',', options.Tools.Concat(BuiltInTools(start.Policy.AllowedTools)).Distinct()),
            "--setting-sources",
            "user",
            "--settings",
            folder.File(ClaudeSettingsFile.Name),
            "--strict-mcp-config",
            .. Session(start, toConversation),
        ];
        AddIf(arguments, "--json-schema", start.AnswerSchema);
        AddIf(arguments, "--agents", ClaudeAgentDefinitions.ToJson(start.AgentDefinitions).Json);
        AddIf(arguments, "--fallback-model", options.FallbackModel);
        AddIf(arguments, "--max-turns", start.Limits.Turns?.ToString(CultureInfo.InvariantCulture));
        AddIf(arguments, "--max-budget-usd", start.Limits.CostUsd?.ToString(CultureInfo.InvariantCulture));
        AddIf(arguments, "--append-system-prompt-file", FileIfAny(folder, SystemPrompt, start.SystemPrompt));
        AddIf(arguments, "--mcp-config", FileIfAny(folder, McpServers, OwnMcpServers()));
        return arguments;
    }

    /// <inheritdoc/>
    public IAgentOutputParser CreateParser(AgentRunParameters start) =>
        new ClaudeStreamParser(
            session => FindConversation(session),
            start.AnswerSchema is not null,
            start.SessionId is { } session && FindConversation(session) is not null ? session : null,
            Arguments(start, new AgentRunFileStore(start.Folder), static conversation => conversation)
        );

    /// <inheritdoc/>
    public Task<AgentProgramCheckResult> CheckAsync(string repository, CancellationToken cancellationToken) =>
        Locate() is { } program
            ? ClaudeCliCheck.RunAsync(program, options.Provider, Inherited().Concat(ConfigVariable()), repository, cancellationToken)
            : Task.FromResult(
                new AgentProgramCheckResult(
                    AgentProgramCheckStatus.Failed,
                    $"The agent program '{options.Program}' was not found in PATH.",
                    "Install it with 'npm install -g @anthropic-ai/claude-code', or choose another agent with --agent."
                )
            );

    // The shell condition starts the mail program only if the mail file has grown since it was last read, which is rare.
    private string? AfterBatch(AgentRunParameters start) =>
        options.MailCommand is { } command && start.Mail is { } mail
            ? $"[ \"$(wc -c <{Quote(mail.File)} 2>/dev/null)\" = \"$(cat {Quote(mail.ReadUpTo)} 2>/dev/null)\" ] || "
                + $"{string.Join(' ', command.Select(Quote))}"
            : null;

    private static string Quote(string word) => ClaudeSettingsFile.Quote(word);

    private static void AddIf(List<string> arguments, string flag, string? value)
    {
        if (value is not null)
        {
            arguments.Add(flag);
            arguments.Add(value);
        }
    }

    private static void WriteIfAny(AgentRunFileStore folder, string name, string? text)
    {
        if (text is not null)
        {
            folder.Write(name, text);
        }
    }

    private static string? FileIfAny(AgentRunFileStore folder, string name, string? text) => text is null ? null : folder.File(name);

    private string? OwnMcpServers() => ClaudeMcpServers.Make(options.McpConfig, options.OwnMcpCommand);

    /// <summary>
    /// Returns the allowed tools that are built into the CLI, which must also be enabled by a command-line option. Tools of MCP servers are
    /// excluded, because the servers provide them.
    /// </summary>
    private static IEnumerable<string> BuiltInTools(IEnumerable<string> allowed) =>
        allowed.Where(rule => !rule.StartsWith("mcp__", StringComparison.Ordinal)).Select(rule => rule.Split('(')[0]);

    private static string Milliseconds(TimeSpan time) => ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);

    private string? Locate() => ProgramLocator.Find(options.Program, options.Environment.GetValueOrDefault("PATH"));

    /// <summary>Returns the arguments that resume an existing conversation or start a new one. The CLI refuses to reuse the id of an
    /// existing conversation, and to resume a conversation that does not exist.</summary>
    private IEnumerable<string> Session(AgentRunParameters start, Func<string, string> toConversation) =>
        start.SessionId is not { } session ? []
        : FindConversation(session) is not null ? ["--resume", session]
        : start.Conversation is { } other ? ["--resume", toConversation(other), "--fork-session", "--session-id", session]
        : ["--session-id", session];

    /// <summary>
    /// Copies a conversation file to the agent run's folder, because the CLI can read that folder even in a sandbox. The CLI then starts
    /// the new conversation as a copy of that file.
    /// </summary>
    private static string Copied(string conversation, AgentRunFileStore folder)
    {
        var copy = folder.File(Path.GetFileName(conversation));
        SymlinkSafeFileWriter.Write(copy, File.ReadAllBytes(conversation));
        SymlinkSafeFileWriter.KeepPrivate(copy);
        return copy;
    }

    /// <summary>Returns the environment without variables that would make the CLI charge an account other than the configured
    /// one.</summary>
    private Dictionary<string, string> Inherited()
    {
        string[] others = options.Provider switch
        {
            ClaudeProvider.Subscription =>
            [
                "ANTHROPIC_API_KEY",
                "ANTHROPIC_AUTH_TOKEN",
                "CLAUDE_CODE_USE_BEDROCK",
                "CLAUDE_CODE_USE_VERTEX",
            ],
            ClaudeProvider.Api => ["CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX"],
            ClaudeProvider.Bedrock => ["CLAUDE_CODE_USE_VERTEX"],
            ClaudeProvider.Vertex => ["CLAUDE_CODE_USE_BEDROCK"],
            _ => [],
        };
        return options.Environment.Where(pair => !others.Contains(pair.Key)).ToDictionary();
    }

    private bool UsesVertex => options.Provider == ClaudeProvider.Vertex || Has("CLAUDE_CODE_USE_VERTEX");

    private bool UsesBedrock =>
        options.Provider == ClaudeProvider.Bedrock || (options.Provider == ClaudeProvider.Environment && Has("CLAUDE_CODE_USE_BEDROCK"));

    private bool Has(string variable) => options.Environment.GetValueOrDefault(variable) is { Length: > 0 };

    private IEnumerable<KeyValuePair<string, string>> Variables(AgentRunParameters start)
    {
        var stall = start.Limits.Stall;
        var mustBeCut = stall != Timeout.InfiniteTimeSpan && stall * CommandShareOfStall < options.CommandTimeout;
        var commandTimeout = Milliseconds(mustBeCut ? stall * CommandShareOfStall : options.CommandTimeout);
        Dictionary<string, string> own = new()
        {
            ["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1",
            ["DISABLE_AUTOUPDATER"] = "1",
            ["DISABLE_TELEMETRY"] = "1",
            ["DISABLE_ERROR_REPORTING"] = "1",
            // Disables background tasks, because no work may continue after the process printed its result.
            ["CLAUDE_CODE_DISABLE_BACKGROUND_TASKS"] = "1",
            // Disables the memory folder, because all worktrees of a repository would share it and could write to it.
            ["CLAUDE_CODE_DISABLE_AUTO_MEMORY"] = "1",
            ["BASH_DEFAULT_TIMEOUT_MS"] = commandTimeout,
            ["BASH_MAX_TIMEOUT_MS"] = commandTimeout,
            // Waits for MCP servers to start, because the tools of a slow server would be missing.
            ["MCP_CONNECTION_NONBLOCKING"] = "0",
        };
        switch (options.Provider)
        {
            case ClaudeProvider.Bedrock:
                own["CLAUDE_CODE_USE_BEDROCK"] = "1";
                break;
            case ClaudeProvider.Vertex:
                own["CLAUDE_CODE_USE_VERTEX"] = "1";
                break;
            default:
                break;
        }
        // The file with the key is not in the sandbox.
        if (start.Sandbox is not null && Keys.FirstOrDefault(key => key.Stored is not null) is { } stored)
        {
            own[stored.Variable] = stored.Find(Inherited().GetValueOrDefault) ?? "";
        }
        return own.Where(variable => variable.Value.Length > 0).Concat(ConfigVariable());
    }

    private Dictionary<string, string> ConfigVariable() =>
        options.ConfigDirectory is { } folder ? new() { ["CLAUDE_CONFIG_DIR"] = folder } : [];

    private string ConfigFile =>
        Path.Combine(
            ConfigDirectory == ClaudeCliOptions.UsualConfigDirectory(options.Environment)
                ? options.Environment.GetValueOrDefault("HOME", "/")
                : ConfigDirectory,
            AgentProgramFilePaths.ClaudeLogin
        );

    private string ConfigDirectory => options.ConfigDirectory ?? ClaudeCliOptions.ConfigDirectoryOf(options.Environment);
}
