namespace Orchestrator.Settings;

/// <summary>Setting keys of agents, their models and permissions.</summary>
internal static class AgentKeys
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    internal static readonly Setting<TimeSpan> PlannerTimeout = new(
        "planner.timeout",
        TimeSpan.FromSeconds(300),
        SettingTypes.Time(Second, Day),
        "time for one answer of the planner",
        ["manager_timeout"]
    );

    internal static readonly Setting<string> Model = new(
        "model",
        "sonnet",
        SettingTypes.Model,
        "model of the agents",
        ["model.name", "models.worker", "models.worker.model", "worker_model"]
    );

    internal static readonly Setting<string?> EscalateModel = new(
        "model.escalate",
        null,
        SettingTypes.OptionalModel,
        "stronger model for the attempts of a task after its work was refused twice; without it the model stays"
    );

    internal static readonly Setting<string> PlannerModel = new(
        "planner.model",
        "opus",
        SettingTypes.Model,
        "model of the planner",
        ["models.manager", "models.manager.model", "planner_model"]
    );

    internal static readonly Setting<string> PlannerAgent = new(
        "planner.agent",
        "claude",
        SettingTypes.Text,
        "who plans: claude (the CLI), api, bedrock, or a name under agents"
    );

    internal static readonly Setting<string?> PlannerUrl = new(
        "planner.url",
        null,
        SettingTypes.OptionalText,
        "address of the service that api and bedrock call; not set: its usual one"
    );

    internal static readonly Setting<string?> PlannerRegion = new(
        "planner.region",
        null,
        SettingTypes.Region,
        "AWS region of bedrock; not set: AWS_REGION"
    );

    internal static readonly Setting<string> Agent = new(
        "agent",
        "claude",
        SettingTypes.Text,
        "agent that works on tasks: claude, or a name under agents"
    );

    internal static readonly Setting<IReadOnlyList<string>?> AgentCommand = new(
        "agents.*.command",
        null,
        SettingTypes.OptionalTexts,
        "program and arguments of the agent; a relative program is looked for in the repository"
    );

    internal static readonly Setting<string> AgentProvider = new(
        "agents.*.provider",
        "subscription",
        SettingTypes.OneOf("subscription", "api", "bedrock", "vertex"),
        "which account pays"
    );

    internal static readonly Setting<IReadOnlyList<string>> AgentMcp = new(
        "agents.*.mcp",
        [],
        SettingTypes.Texts,
        "MCP servers of the repository that the agent keeps"
    );

    internal static readonly Setting<bool> AgentTools = new(
        "agents.*.tools",
        true,
        SettingTypes.Switch,
        "claude gets tools of ours (orchestrate mcp): done, blocked, plan, ownership, neighbours"
    );

    internal static readonly Setting<string> PermissionMode = new(
        "permissions.mode",
        "default",
        SettingTypes.OneOf("default", "bypass"),
        "default: agents edit and run inside their worktree"
    );

    internal static readonly Setting<IReadOnlyList<string>> PermissionAllow = new(
        "permissions.allow",
        [],
        SettingTypes.Texts,
        "further permission rules, such as Bash(npm *)",
        ["bypass_permissions"]
    );

    internal static readonly Setting<string> PermissionSandbox = new(
        "permissions.sandbox",
        "auto",
        SettingTypes.OneOf("auto", "on", "off"),
        "bubblewrap confines agents and what runs their work (gates, set-up, package managers): auto (where it works), on (else no agent "
            + "starts), off"
    );

    internal static readonly Setting<IReadOnlyList<string>> PermissionPaths = new(
        "permissions.paths",
        [],
        SettingTypes.Texts,
        "what confined programs may change beside their own tree, such as ~/.m2 or /var/run/docker.sock"
    );
}
