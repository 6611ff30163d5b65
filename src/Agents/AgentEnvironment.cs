using System.Collections;
using System.Globalization;

namespace Orchestrator.Agents;

/// <summary>The environment of an agent: the user's own, without variables that are ours or misleading, with the facts of its
/// task.</summary>
public static class AgentEnvironment
{
    /// <summary>Variables that are never passed on: they belong to another agent's session or another repository.</summary>
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

    /// <summary>Beginnings of variables by which agent programs choose a model service and log in there.</summary>
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
        "GIT_CONFIG_",
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

    /// <summary>Endings of variables that hold keys or tokens.</summary>
    private static readonly string[] s_credentials =
    [
        "_API_KEY",
        "_TOKEN",
        "_ACCESS_KEY",
        "_ACCESS_KEY_ID",
        "_TOKEN_BEDROCK",
        "_SECRET",
        "_PASSWORD",
        "_CREDENTIALS",
    ];

    /// <summary>The variable with the repository's main checkout; inherited by everything that an agent starts.</summary>
    public const string RepositoryVariable = "ORCHESTRATOR_REPOSITORY";

    /// <summary>Variables of this process.</summary>
    public static IReadOnlyDictionary<string, string> OfThisProcess() =>
        Environment
            .GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "");

    /// <summary>Builds the environment of one agent run. <c>ORCHESTRATOR_START</c> is not in it: the supervisor sets it for the agent
    /// alone, because every process with it is killed at the end.</summary>
    /// <param name="inherited">The user's environment.</param>
    /// <param name="start">The agent run, whose facts are added as <c>ORCHESTRATOR_*</c>.</param>
    /// <param name="own">The runner's own variables.</param>
    /// <param name="credentials">See <see cref="IAgentRunner.Credentials"/>.</param>
    internal static IReadOnlyDictionary<string, string> Make(
        IReadOnlyDictionary<string, string> inherited,
        AgentStart start,
        IEnumerable<KeyValuePair<string, string>> own,
        IReadOnlyList<string>? credentials = null
    )
    {
        var environment = inherited
            .Where(pair => !pair.Key.StartsWith("ORCHESTRATOR_", StringComparison.Ordinal) && !Unwanted.Contains(pair.Key))
            .Where(pair => start.Sandbox is null || IsPassedOn(pair.Key, credentials) || start.Variables.Contains(pair.Key))
            .ToDictionary(pair => pair.Key, pair => pair.Value);
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
        LeaveOutGitMaintenance(environment);
        return environment;
    }

    /// <summary>True if a confined agent gets the variable without any setting: those of tools and of model services, and no token of
    /// anything else.</summary>
    /// <param name="name">The variable's name.</param>
    public static bool IsPassedOn(string name) =>
        ProgramVariables.Contain(name) || s_modelServices.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>As <see cref="IsPassedOn(string)"/>, without keys of services that the agent's program does not use.</summary>
    /// <param name="name">The variable's name.</param>
    /// <param name="credentials">See <see cref="IAgentRunner.Credentials"/>.</param>
    public static bool IsPassedOn(string name, IReadOnlyList<string>? credentials) =>
        IsPassedOn(name)
        && (
            credentials is null
            || !IsCredential(name)
            || credentials.Any(own => own.EndsWith('_') ? name.StartsWith(own, StringComparison.Ordinal) : name == own)
        );

    /// <summary>True for the name of a variable that holds a key or token.</summary>
    public static bool IsCredential(string name) => s_credentials.Any(ending => name.EndsWith(ending, StringComparison.Ordinal));

    /// <summary>Disables git's automatic maintenance, which runs in the background after a commit: it would work in the folder that all
    /// worktrees share after the agent has ended, and be killed with the agent's leftovers. Added as further configuration (git-config(1),
    /// <c>GIT_CONFIG_COUNT</c>).</summary>
    private static void LeaveOutGitMaintenance(Dictionary<string, string> environment)
    {
        var count = int.TryParse(
            environment.GetValueOrDefault("GIT_CONFIG_COUNT"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var given
        )
            ? given
            : 0;
        foreach ((var name, var value) in (ReadOnlySpan<(string, string)>)[("gc.auto", "0"), ("maintenance.auto", "false")])
        {
            environment[$"GIT_CONFIG_KEY_{count}"] = name;
            environment[$"GIT_CONFIG_VALUE_{count}"] = value;
            count++;
        }
        environment["GIT_CONFIG_COUNT"] = count.ToString(CultureInfo.InvariantCulture);
    }
}
