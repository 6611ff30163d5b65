using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Settings;

/// <summary>Settings of an agent (<c>agents.NAME.*</c>).</summary>
/// <param name="Command">Program and arguments, or null for the <c>claude</c> on PATH.</param>
/// <param name="Provider">Account that pays for <c>claude</c>: <c>subscription</c>, <c>api</c>, <c>bedrock</c> or <c>vertex</c>.</param>
/// <param name="McpServers">MCP servers of the repository that the agent may use.</param>
/// <param name="Tools">True to give <c>claude</c> the orchestrator's own tools.</param>
/// <param name="Slots">Maximum number of agents that use the account at the same time, over all runs of this user, or null for no
/// limit.</param>
/// <param name="IsFree">True if the agent costs nothing. Budgets in US dollars then allow it although it reports no cost.</param>
public sealed record AgentSettings(
    IReadOnlyList<string>? Command,
    string Provider,
    IReadOnlyList<string> McpServers,
    bool Tools = true,
    int? Slots = null,
    bool IsFree = false
)
{
    /// <summary>
    /// Delay between the start of the first <c>claude</c> of a wave and the start of the other agents that have the same instructions. The
    /// later agents then read these instructions from the provider's cache.
    /// </summary>
    [System.Text.Json.Serialization.JsonPropertyName("headStart")]
    public TimeSpan WarmUp { get; init; }

    /// <summary>
    /// JSON description of the program's command line and output (docs/agents.md), or null if <see cref="Command"/> is a plain program.
    /// </summary>
    public string? Description { get; init; }

    /// <summary>
    /// Model of the agent. If null, the agent's program chooses the model; for <c>claude</c>, the setting <c>model</c> applies.
    /// </summary>
    public string? Model { get; init; }

    /// <summary>
    /// Names of additional environment variables that this agent receives in a sandbox, besides those that all agents receive
    /// (<see cref="PermissionSettings.Environment"/>). Default: none.
    /// </summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>Model name that lets the agent's program choose the model.</summary>
    public const string OwnModel = "default";

    /// <summary>
    /// Providers, in order of preference, that pay for <c>claude</c> while <see cref="Provider"/> is at its usage limit. Default: none,
    /// meaning that the work waits until the limit is reset.
    /// </summary>
    public IReadOnlyList<string> Fallback { get; init; } = [];

    /// <summary>Budget for each provider in <see cref="Fallback"/> per calendar month, or null for no limit.</summary>
    public BudgetAmount? FallbackBudget { get; init; }

    /// <summary>
    /// Name of the agent that continues this agent's tasks if a usage limit lasts for at least <see cref="RelayAfter"/>. If null, the tasks
    /// wait until the limit is reset.
    /// </summary>
    public string? Relay { get; init; }

    /// <summary>Minimum remaining duration of a usage limit for <see cref="Relay"/> to continue the task. Default: 1 hour.</summary>
    public TimeSpan RelayAfter { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Name of the agent that is always configured.</summary>
    internal const string Claude = "claude";

    private static readonly string[] Providers = ["subscription", "api", "bedrock", "vertex"];

    private static readonly Setting<IReadOnlyList<string>?> CommandKey = new(
        "agents.*.command",
        null,
        CommonSettingConverters.OptionalTexts,
        "program and arguments of the agent; a relative path is resolved in the repository"
    )
    {
        Effect = TrustRequiringSettingEffect.Runs,
    };

    private static readonly Setting<string?> DescriptionKey = new(
        "agents.*.description",
        null,
        AgentDescriptionSettingConverter.Description,
        "protocol that the agent's program uses; if not set, the command is treated as a plain program"
    )
    {
        Effect = TrustRequiringSettingEffect.Runs,
    };

    private static readonly Setting<string?> ModelKey = new(
        "agents.*.model",
        null,
        CommonSettingConverters.OptionalText,
        "model for tasks that name no model; if not set, the program chooses its model, but claude uses the setting 'model'"
    );

    private static readonly Setting<IReadOnlyList<string>> EnvironmentKey = new(
        "agents.*.environment",
        [],
        CommonSettingConverters.Texts,
        "names of additional environment variables that this agent gets in a sandbox, such as OPENAI_API_KEY for a plain " + "program"
    );

    internal static readonly Setting<string> ProviderKey = new(
        "agents.*.provider",
        "subscription",
        CommonSettingConverters.OneOf(Providers),
        "account that pays for claude"
    );

    private static readonly Setting<IReadOnlyList<string>> FallbackKey = new(
        "agents.*.fallback",
        [],
        CommonSettingConverters.Texts,
        "providers that pay for claude while its own account is at its usage limit: api, bedrock, vertex or subscription; "
            + "needs fallback_budget"
    );

    private static readonly Setting<BudgetAmount?> FallbackBudgetKey = new(
        "agents.*.fallback_budget",
        null,
        UsageAndBudgetSettingConverters.BudgetOrOff,
        "budget of each fallback provider per calendar month; when the budget is used up, the work waits until the usage "
            + "limit is reset"
    );

    private static readonly Setting<string?> RelayKey = new(
        "agents.*.relay",
        null,
        CommonSettingConverters.OptionalText,
        "another agent that continues this agent's tasks if a usage limit would delay them by relay_after or longer; the "
            + "conversation is lost"
    );

    private static readonly Setting<TimeSpan> RelayAfterKey = new(
        "agents.*.relay_after",
        TimeSpan.FromHours(1),
        CommonSettingConverters.Time(TimeSpan.FromMinutes(1), TimeSpan.FromDays(7)),
        "minimum time until the usage limit is reset for the relay agent to continue the task; if the reset time is "
            + "unknown, the task waits"
    );

    internal static readonly Setting<IReadOnlyList<string>> McpServersKey = new(
        "agents.*.mcp",
        [],
        CommonSettingConverters.Texts,
        "names of the repository's MCP servers that the agent may use"
    )
    {
        Effect = TrustRequiringSettingEffect.Runs,
    };

    private static readonly Setting<bool> ToolsKey = new(
        "agents.*.tools",
        true,
        CommonSettingConverters.Switch,
        "whether claude gets the tools of 'orchestrate mcp': done, blocked, plan, ownership, neighbours"
    );

    private static readonly Setting<TimeSpan> WarmUpKey = new(
        "agents.*.head_start",
        TimeSpan.FromSeconds(3),
        CommonSettingConverters.Time(TimeSpan.Zero, TimeSpan.FromSeconds(30)),
        "time by which the first claude agent of a wave starts before the others, which then read the instructions from "
            + "the provider's cache"
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<int?> SlotsKey = new(
        "agents.*.slots",
        null,
        CommonSettingConverters.WholeOrOff(1, 1000),
        "maximum number of agents that use the account at the same time, across all your runs"
    );

    private static readonly Setting<bool> FreeKey = new(
        "agents.*.free",
        false,
        CommonSettingConverters.Switch,
        "whether your program is free of charge, which allows budgets in US dollars"
    );

    /// <summary>Reads all agents that have settings, and the agent <see cref="Claude"/>.</summary>
    internal static IReadOnlyDictionary<string, AgentSettings> ReadAll(SettingReader settings) =>
        settings.Names("agents", Claude).ToDictionary(name => name, name => Read(settings, name));

    private static AgentSettings Read(SettingReader settings, string name)
    {
        var command = settings.Read(CommandKey, name);
        var description = settings.Read(DescriptionKey, name);
        // A faulty description has its own error with file and line.
        settings.Require(
            command is not { Count: 0 }
                && (
                    command is not null
                    || settings.SourceOf(DescriptionKey, name).Kind != SettingSourceKind.Default
                    || name == Claude
                    || BuiltInAgents.Names.Contains(name)
                ),
            CommandKey,
            "the agent has no program.",
            "Set the agent's command to [PROGRAM, ARGUMENT, ...], or set a description.",
            name
        );
        settings.Require(
            description is null || name != Claude,
            DescriptionKey,
            "claude can't have a description.",
            "Choose another name for the described agent.",
            name
        );
        var provider = settings.Read(ProviderKey, name);
        var fallback = settings.Read(FallbackKey, name);
        var budget = settings.Read(FallbackBudgetKey, name);
        RequireFallbackBudget(settings, name, provider, fallback, budget);
        var relay = settings.Read(RelayKey, name);
        settings.Require(relay != name, RelayKey, "an agent can't be its own relay.", "Choose another agent, or none.", name);
        settings.Require(
            relay is null || BuiltInAgents.Names.Contains(relay) || settings.Names("agents", Claude).Contains(relay),
            RelayKey,
            $"the agent '{relay}' is unknown.",
            $"Known agents: "
                + $"{string.Join(", ", settings.Names("agents", Claude).Union(BuiltInAgents.Names).Order(StringComparer.Ordinal))}.",
            name
        );
        return new AgentSettings(
            command,
            provider,
            settings.Read(McpServersKey, name),
            settings.Read(ToolsKey, name),
            settings.Read(SlotsKey, name),
            settings.Read(FreeKey, name)
        )
        {
            WarmUp = settings.Read(WarmUpKey, name),
            Description = description,
            Model = settings.Read(ModelKey, name),
            Environment = settings.Read(EnvironmentKey, name),
            Fallback = fallback,
            FallbackBudget = budget,
            Relay = relay,
            RelayAfter = settings.Read(RelayAfterKey, name),
        };
    }

    private static void RequireFallbackBudget(
        SettingReader settings,
        string name,
        string provider,
        IReadOnlyList<string> fallback,
        BudgetAmount? budget
    )
    {
        var unknown = fallback.FirstOrDefault(other => !Providers.Contains(other));
        settings.Require(
            unknown is null,
            FallbackKey,
            $"the provider '{unknown}' is unknown.",
            $"Known providers: {string.Join(", ", Providers)}.",
            name
        );
        settings.Require(
            !fallback.Contains(provider) && fallback.Distinct().Count() == fallback.Count,
            FallbackKey,
            $"a provider is listed twice, or already pays first ({provider}).",
            "List each provider only once, and leave out the one that pays first.",
            name
        );
        settings.Require(
            fallback.Count == 0 || budget is not null,
            FallbackKey,
            "its fallback has no budget.",
            $"Set agents.{name}.fallback_budget: 20 (US dollars in a calendar month, for each provider).",
            name
        );
    }
}
