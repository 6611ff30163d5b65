using System.Collections;
using System.Globalization;

namespace Orchestrator.Agents;

/// <summary>
/// Builds the environment variables of an agent: the task's metadata, and the user's variables except those of the orchestrator and of
/// other sessions.
/// </summary>
public static class AgentEnvironment
{
    /// <summary>Variables that are never passed to agents, because they belong to another agent's session or another repository.</summary>
    private static readonly string[] Unwanted =
    [
        "CLAUDECODE",
        "CLAUDE_CODE_ENTRYPOINT",
        "CLAUDE_CODE_SESSION_ID",
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_COMMON_DIR",
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_NAMESPACE",
        "GIT_PREFIX",
        "GIT_CEILING_DIRECTORIES",
    ];

    /// <summary>Prefixes of the names of variables that configure agent programs, model services and the git identity.</summary>
    private static readonly string[] s_modelServices =
    [
        "ANTHROPIC_",
        "API_TIMEOUT_",
        "AWS_",
        "AZURE_",
        "BASH_",
        "CLAUDE_",
        "CLOUD_ML_",
        "CODEX_",
        "DEEPSEEK_",
        "DISABLE_",
        "GEMINI_",
        "GIT_AUTHOR_",
        "GIT_COMMITTER_",
        "GOOGLE_",
        "GROQ_",
        "IS_SANDBOX",
        "MAX_",
        "MCP_",
        "MISTRAL_",
        "OLLAMA_",
        "OPENAI_",
        "OPENCODE_",
        "OPENROUTER_",
        "VERTEX_",
        "XAI_",
    ];

    /// <summary>Endings of the names of variables that contain, or may contain, keys or tokens.</summary>
    private static readonly string[] s_credentials =
    [
        "_KEY",
        "_KEY_ID",
        "_TOKEN",
        "_TOKEN_BEDROCK",
        "_SECRET",
        "_PASSWORD",
        "_PASSPHRASE",
        "_CREDENTIALS",
        // Matches settings of agent programs that may contain keys, such as ANTHROPIC_CUSTOM_HEADERS and OPENCODE_CONFIG_CONTENT.
        "_HEADERS",
        "_CONTENT",
    ];

    /// <summary>Name of the variable that contains the path of the repository's main checkout. All processes that an agent starts inherit
    /// the variable.</summary>
    public const string RepositoryVariable = "ORCHESTRATOR_REPOSITORY";

    /// <summary>Returns the environment variables of this process.</summary>
    public static IReadOnlyDictionary<string, string> OfThisProcess() =>
        Environment
            .GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "");

    /// <summary>Builds the environment of a single agent run. <c>ORCHESTRATOR_START</c> is omitted, because the supervisor sets it only for
    /// the agent. Every process that has the variable is killed when the agent run ends.</summary>
    /// <param name="inherited">Environment of the user.</param>
    /// <param name="start">Agent run whose metadata is added in variables named <c>ORCHESTRATOR_*</c>.</param>
    /// <param name="own">Additional variables of the runner.</param>
    /// <param name="credentials">See <see cref="IAgentRunner.Credentials"/>.</param>
    internal static IReadOnlyDictionary<string, string> Make(
        IReadOnlyDictionary<string, string> inherited,
        AgentRunParameters start,
        IEnumerable<KeyValuePair<string, string>> own,
        IReadOnlyList<string> credentials
    )
    {
        var environment = inherited
            .Where(pair => !pair.Key.StartsWith("ORCHESTRATOR_", StringComparison.Ordinal) && !Unwanted.Contains(pair.Key))
            .Where(pair =>
                start.Sandbox is null
                || GitVariableFilter.IsSetting(pair.Key)
                || IsPassedOn(pair.Key, credentials)
                || start.Variables.Contains(pair.Key)
            )
            .ToDictionary(pair => pair.Key, pair => pair.Value);
        if (start.Sandbox is not null)
        {
            GitVariableFilter.Confine(environment);
        }
        environment["ORCHESTRATOR_RUN"] = start.Run;
        environment["ORCHESTRATOR_TASK"] = start.Task;
        environment["ORCHESTRATOR_ATTEMPT"] = $"{start.Attempt}";
        environment["ORCHESTRATOR_PROMPT_FILE"] = Path.Combine(start.Folder, "prompt");
        environment[RepositoryVariable] = start.Repository;
        if (start.Token is not null)
        {
            environment["ORCHESTRATOR_TOKEN"] = start.Token;
        }
        if (start.TraceParent is { } parent)
        {
            environment["TRACEPARENT"] = parent;
            environment.Remove("TRACESTATE");
        }
        foreach ((var name, var value) in own.Concat(start.Environment))
        {
            environment[name] = value;
        }
        GitVariableFilter.DisableMaintenance(environment);
        return environment;
    }

    /// <summary>
    /// True for variables of tools and model services, which an agent in a sandbox gets by default. False for all other variables, such as
    /// tokens of other services.
    /// </summary>
    /// <param name="name">Name of the variable.</param>
    public static bool IsPassedOn(string name) =>
        EnvironmentVariableAllowlist.Contain(name) || s_modelServices.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>
    /// True if a confined agent gets the variable by default. False for a key of a service that the agent's program does not use.
    /// </summary>
    /// <param name="name">The variable's name.</param>
    /// <param name="credentials">See <see cref="IAgentRunner.Credentials"/>.</param>
    public static bool IsPassedOn(string name, IReadOnlyList<string> credentials) =>
        IsPassedOn(name)
        && (
            !IsCredential(name) || credentials.Any(own => own.EndsWith('_') ? name.StartsWith(own, StringComparison.Ordinal) : name == own)
        );

    /// <summary>True if the name suggests that the variable contains a key or token.</summary>
    public static bool IsCredential(string name) => s_credentials.Any(ending => name.EndsWith(ending, StringComparison.Ordinal));
}

/// <summary>Filters git settings in environment variables (git-config(1), <c>GIT_CONFIG_COUNT</c>).</summary>
internal static class GitVariableFilter
{
    private const string Prefix = "GIT_CONFIG_";
    private const string Count = Prefix + "COUNT";
    private const string Key = Prefix + "KEY_";
    private const string Value = Prefix + "VALUE_";

    /// <summary>
    /// Sections of git's configuration that contain no credentials. Other sections may contain headers with tokens, addresses with
    /// passwords, or credential helpers.
    /// </summary>
    private static readonly string[] s_sections =
    [
        "author",
        "commit",
        "committer",
        "core",
        "diff",
        "format",
        "i18n",
        "init",
        "merge",
        "pull",
        "push",
        "rebase",
        "safe",
        "user",
    ];

    /// <summary>True if the variable contains a git setting or names a configuration file. False for <c>GIT_CONFIG_PARAMETERS</c>, whose
    /// quoted settings may contain credentials.</summary>
    public static bool IsSetting(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) && name != Prefix + "PARAMETERS";

    /// <summary>Removes the git settings that a confined agent must not see because they may contain credentials.</summary>
    public static void Confine(Dictionary<string, string> environment)
    {
        var kept = Enumerable
            .Range(0, CountIn(environment))
            .Select(at => (Key: environment.GetValueOrDefault($"{Key}{at}", ""), Value: environment.GetValueOrDefault($"{Value}{at}", "")))
            .Where(setting => s_sections.Contains(setting.Key.Split('.')[0].ToLowerInvariant()))
            .ToList();
        foreach (
            var name in environment
                .Keys.Where(name =>
                    name == Count || name.StartsWith(Key, StringComparison.Ordinal) || name.StartsWith(Value, StringComparison.Ordinal)
                )
                .ToList()
        )
        {
            environment.Remove(name);
        }
        Add(environment, kept);
    }

    /// <summary>
    /// Disables git's automatic maintenance, which git starts in the background after a commit. Otherwise, maintenance could outlive the
    /// agent, or be killed while it changes the folder that all worktrees share.
    /// </summary>
    public static void DisableMaintenance(Dictionary<string, string> environment) =>
        Add(environment, [("gc.auto", "0"), ("maintenance.auto", "false")]);

    private static void Add(Dictionary<string, string> environment, IReadOnlyList<(string Key, string Value)> settings)
    {
        var count = CountIn(environment);
        foreach (var (key, value) in settings)
        {
            environment[$"{Key}{count}"] = key;
            environment[$"{Value}{count}"] = value;
            count++;
        }
        environment[Count] = count.ToString(CultureInfo.InvariantCulture);
    }

    private static int CountIn(Dictionary<string, string> environment) =>
        int.TryParse(environment.GetValueOrDefault(Count), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? Math.Min(count, environment.Count) // A larger count is invalid, and git refuses it.
            : 0;
}
