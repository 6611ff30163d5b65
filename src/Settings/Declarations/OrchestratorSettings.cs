using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Settings;

/// <summary>All validated settings. A run keeps the values that applied at its start.</summary>
/// <remarks>Each group of settings is declared in the file with its name. Contains references to secrets, but no secrets.</remarks>
public sealed record OrchestratorSettings
{
    internal static readonly Setting<int> WorkersKey = new(
        "workers",
        3,
        CommonSettingConverters.Whole(1, 1000),
        "maximum number of agents that work at the same time",
        ["workers.count", "max_workers", "default_parallel", "max_parallel_workers"],
        ["MAX_AGENTS"]
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<int> MaxWorkersKey = new(
        "workers.max",
        64,
        CommonSettingConverters.Whole(1, 1000),
        "highest allowed value of the setting workers",
        ["max_parallel"]
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<TimeSpan> TaskTimeoutKey = new(
        "timeout",
        TimeSpan.FromSeconds(1800),
        CommonSettingConverters.Time(TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)),
        "time limit for one attempt at a task",
        ["worker_timeout"],
        ["TASK_TIMEOUT"]
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<int> MaxRemediationsKey = new(
        "max_remediations",
        2,
        CommonSettingConverters.Whole(0, 100),
        "maximum number of times that a rejected task is returned to its agent with the evidence",
        ["max_retries"]
    )
    {
        IsHarmless = true,
    };

    internal static readonly Setting<string> ModelKey = new(
        "model",
        "sonnet",
        CommonSettingConverters.Model,
        "model that the agents use",
        ["model.name", "models.worker", "models.worker.model", "worker_model"]
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<string?> EscalateModelKey = new(
        "model.escalate",
        null,
        CommonSettingConverters.OptionalModel,
        "stronger model for a task whose work was rejected twice; if not set, the task keeps its model"
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<string> AgentKey = new(
        "agent",
        "claude",
        CommonSettingConverters.Text,
        "agent that works on tasks: claude, or the name of an agent in the section agents"
    )
    {
        Effect = TrustRequiringSettingEffect.Runs,
    };

    private static readonly Setting<bool> RadarKey = new(
        "radar",
        true,
        CommonSettingConverters.Switch,
        "whether conflicts are predicted by trial merges of unmerged work"
    );

    private static readonly Setting<bool> StrictComplianceKey = new(
        "compliance.strict",
        true,
        CommonSettingConverters.Switch,
        "whether work is rejected if a required subagent call or note is missing; if false, the missing item is only reported",
        ["strict_compliance"]
    );

    private static readonly Setting<bool> SecretScanKey = new(
        "security.secrets",
        true,
        CommonSettingConverters.Switch,
        "whether changes that add a suspected secret are prevented from landing and from being pushed"
    );

    private static readonly Setting<string> AuditKey = new(
        "security.audit",
        "high",
        CommonSettingConverters.OneOf("off", "low", "moderate", "high", "critical"),
        "lowest severity of a known vulnerability in changed packages that prevents landing and pushing"
    );

    private static readonly Setting<TimeSpan> ApprovalTimeoutKey = new(
        "approvals.timeout",
        TimeSpan.FromHours(72),
        CommonSettingConverters.Time(TimeSpan.FromSeconds(1), TimeSpan.FromDays(365)),
        "time after which an unanswered approval counts as rejected"
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<TimeSpan> LockTimeoutKey = new(
        "locks.timeout",
        TimeSpan.FromSeconds(300),
        CommonSettingConverters.Time(TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)),
        "time after which a task that is waiting for a file reports which task holds the file",
        oldVariables: ["LOCK_TIMEOUT"]
    )
    {
        IsHarmless = true,
    };

    internal static readonly Setting<IReadOnlyList<string>> AlwaysRequireHumanKey = new(
        "always_require_human",
        [.. ApprovalRequiredGlobTable.Globs, .. SettingsFiles.OldRepositoryFileNames],
        CommonSettingConverters.Texts,
        "paths whose changes always need a user's approval"
    );

    private static readonly Setting<long> DiskReserveKey = new(
        "disk.reserve",
        2_000_000_000,
        CommonSettingConverters.Size,
        "minimum free disk space; with less free space, no step starts"
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<bool> ShowProgressKey = new(
        "show_progress",
        true,
        CommonSettingConverters.Switch,
        "whether terminals show the live table of tasks",
        ["show_progress_bar"]
    )
    {
        IsHarmless = true,
    };

    /// <summary>Maximum number of agents of a run that work at the same time (<c>workers</c>). Default: 3. Range: 1 to 1000.</summary>
    public required int Workers { get; init; }

    /// <summary>Upper limit for <see cref="Workers"/> (<c>workers.max</c>). Default: 64. Range: 1 to 1000.</summary>
    public required int MaxWorkers { get; init; }

    /// <summary>Time limit of each attempt by an agent (<c>timeout</c>). Default: 30 minutes. Range: 1 second to 30 days.</summary>
    public required TimeSpan TaskTimeout { get; init; }

    /// <summary>
    /// Maximum number of times that rejected work is returned to the agent with the evidence (<c>max_remediations</c>). Default: 2. Range:
    /// 0 to 100.
    /// </summary>
    public required int MaxRemediations { get; init; }

    /// <summary>Model or alias that agents use (<c>model</c>). Default: sonnet.</summary>
    public required string Model { get; init; }

    /// <summary>
    /// Model for further attempts after a task's work was rejected twice (<c>model.escalate</c>), or null to keep the model.
    /// </summary>
    public string? EscalateModel { get; init; }

    /// <summary>Name of the agent that works on tasks (<c>agent</c>): <c>claude</c> or a key of <see cref="Agents"/>. Default:
    /// claude.</summary>
    public required string Agent { get; init; }

    /// <summary>
    /// Returns the name of the agent that works on a task: the agent that the plan sets for the task, or otherwise <see cref="Agent"/>.
    /// </summary>
    public string AgentOf(PlanTask task) => task.Agent ?? Agent;

    /// <summary>
    /// Returns the chain of agents that continue a task one after another while usage limits persist. Each agent occurs only once.
    /// </summary>
    /// <param name="agent">Name of the first agent, which is not part of the result.</param>
    /// <returns>Name of each agent, with the minimum duration of its predecessor's usage limit.</returns>
    public IReadOnlyList<(string Agent, TimeSpan After)> RelaysOf(string agent)
    {
        var relays = new List<(string Agent, TimeSpan After)>();
        for (
            var at = agent;
            Agents.GetValueOrDefault(at) is { Relay: { } next, RelayAfter: var after }
                && next != agent
                && relays.All(one => one.Agent != next);
            at = next
        )
        {
            relays.Add((next, after));
        }
        return relays;
    }

    /// <summary>
    /// Returns the initial model for a task: the plan's model, otherwise the model of the task's agent, otherwise <see cref="Model"/>.
    /// Returns <see cref="AgentSettings.OwnModel"/> if the agent's program is to choose the model.
    /// </summary>
    public string ModelOf(PlanTask task) =>
        task.Model
        ?? Agents.GetValueOrDefault(AgentOf(task))?.Model
        ?? (DescriptionOf(AgentOf(task)) is null ? Model : AgentSettings.OwnModel);

    /// <summary>
    /// Returns the model of a planner or reviewer. For an agent whose program has a description, this is <c>agents.NAME.model</c> or, if
    /// that is not set, <see cref="AgentSettings.OwnModel"/>.
    /// </summary>
    public string ModelOf(PlannerSettings who) =>
        DescriptionOf(who.Agent) is null ? who.Model : Agents.GetValueOrDefault(who.Agent)?.Model ?? AgentSettings.OwnModel;

    /// <summary>
    /// Returns the JSON description of an agent, or null if the agent is unknown, is <c>claude</c> or is a plain program.
    /// </summary>
    /// <param name="agent">Name of the agent.</param>
    public string? DescriptionOf(string agent) =>
        Agents.TryGetValue(agent, out var set)
            ? set.Description ?? (set.Command is null && BuiltInAgents.Names.Contains(agent) ? JsonSerializer.Serialize(agent) : null)
        : BuiltInAgents.Names.Contains(agent) ? JsonSerializer.Serialize(agent)
        : null;

    /// <summary>
    /// Returns the paths or patterns of the instruction files that an agent's program reads on its own, as its description states. Empty
    /// for <c>claude</c> and plain programs, which receive the instructions in the prompt.
    /// </summary>
    /// <param name="agent">Name of the agent.</param>
    public IReadOnlyList<string> InstructionsReadBy(string agent) =>
        DescriptionOf(agent) is { } json ? AgentDescriptionReader.Read(json).Description?.Instructions ?? [] : [];

    /// <summary>Returns the hosts that an agent's program needs to reach its services. Empty for plain programs.</summary>
    /// <param name="agent">Name of the agent.</param>
    public IReadOnlyList<string> HostsOf(string agent) =>
        DescriptionOf(agent) is { } json ? AgentDescriptionReader.Read(json).Description?.Hosts ?? []
        : agent == AgentSettings.Claude ? AnthropicHostNames.All
        : [];

    /// <summary>
    /// Returns the names of the additional environment variables that an agent receives in a sandbox (<c>permissions.environment</c>,
    /// <c>agents.NAME.environment</c>). Excludes the variables that the agent's own service needs.
    /// </summary>
    /// <param name="agent">Name of the agent.</param>
    public IReadOnlyList<string> VariablesOf(string agent) =>
        [.. Permissions.Environment.Union(Agents.GetValueOrDefault(agent)?.Environment ?? [])];

    /// <summary>True if an agent's program reports its cost, according to its description.</summary>
    /// <param name="agent">Name of the agent.</param>
    public bool ReportsCost(string agent) =>
        DescriptionOf(agent) is { } json
        && AgentDescriptionReader.Read(json).Description?.Stream?.Events.Any(rule => rule.Usage?.Cost is not null) is true;

    /// <summary>True if an agent with this name is configured or built in.</summary>
    public bool HasAgent(string name) => Agents.ContainsKey(name) || BuiltInAgents.Names.Contains(name);

    /// <summary>Names of all agents that tasks may use.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> AgentNames => [.. Agents.Keys.Union(BuiltInAgents.Names).Order(StringComparer.Ordinal)];

    /// <summary>Agents by name (<c>agents.NAME.*</c>). Always contains <c>claude</c>.</summary>
    public required IReadOnlyDictionary<string, AgentSettings> Agents { get; init; }

    /// <summary>Settings of the agent <c>claude</c>, which always exists.</summary>
    [JsonIgnore]
    public AgentSettings Claude => Agents[AgentSettings.Claude];

    /// <summary>Returns the warm-up time for the first agent of a wave, or zero for programs without a prompt cache.</summary>
    /// <param name="agent">Name of the agent.</param>
    public TimeSpan WarmUpOf(string agent) => agent == AgentSettings.Claude ? Claude.WarmUp : TimeSpan.Zero;

    public required PlannerSettings Planner { get; init; }

    /// <summary>Settings for the review of the whole change (<c>review.*</c>).</summary>
    public required ReviewSettings Review { get; init; }

    /// <summary>Settings for questions that the planner answers on behalf of the user (<c>questions.*</c>).</summary>
    public required QuestionSettings Questions { get; init; }

    /// <summary>
    /// Rules for retrying transient failures (<c>retry.*</c>). If a server specifies a retry time, that time takes precedence.
    /// </summary>
    public required RetryRule Retry { get; init; }

    public required LimitSettings Limits { get; init; }

    /// <summary>Settings for the usage of accounts, such as the percentage at which new work pauses (<c>usage.*</c>).</summary>
    public AccountUsageSettings Usage
    {
        get;
        init => field = value ?? AccountUsageSettings.Default;
    } = AccountUsageSettings.Default;

    /// <summary>Budgets (<c>budget.*</c>).</summary>
    public BudgetSettings Budget
    {
        get;
        init => field = value ?? new BudgetSettings();
    } = new();

    public required GateSettings Gates { get; init; }

    /// <summary>Settings for verifying that tests detect a task's change (<c>verification.*</c>).</summary>
    public VerificationSettings Verification
    {
        get;
        init => field = value ?? new VerificationSettings(NewTestsOnBaseProductPolicy.Report);
    } = new(NewTestsOnBaseProductPolicy.Report);

    /// <summary>True to predict conflicts by trial merges of the tasks' unmerged work (<c>radar</c>). Default: true.</summary>
    public required bool Radar { get; init; }

    /// <summary>Limits on the changes that each task makes (<c>changes.*</c>).</summary>
    public required TaskChangeLimitSettings Changes { get; init; }

    /// <summary>Settings of the merge queue (<c>merge.*</c>).</summary>
    public required MergeQueueSettings Train { get; init; }

    public required PermissionSettings Permissions { get; init; }

    /// <summary>
    /// True to reject work if a required subagent call or note is missing; false only to report it (<c>compliance.strict</c>). Default:
    /// true.
    /// </summary>
    public required bool StrictCompliance { get; init; }

    /// <summary>True to refuse to land or push changes that appear to contain a secret (<c>security.secrets</c>). Default: true.</summary>
    public required bool SecretScan { get; init; }

    /// <summary>
    /// Lowest severity at which a known vulnerability in a changed package blocks landing and pushing (<c>security.audit</c>). Either
    /// <c>low</c>, <c>moderate</c>, <c>high</c> or <c>critical</c>, or <c>off</c> for no check. Default: <c>high</c>.
    /// </summary>
    public required string Audit { get; init; }

    /// <summary>Settings that determine which packages agents may add (<c>dependencies.*</c>).</summary>
    public required PackagePermissionSettings Dependencies { get; init; }

    /// <summary>Time after which a pending approval counts as rejected (<c>approvals.timeout</c>). Default: 72 hours. Range: 1 second to
    /// 365 days.</summary>
    public required TimeSpan ApprovalTimeout { get; init; }

    /// <summary>Settings for signed approvals (<c>approvers</c>, <c>require_proof</c>).</summary>
    /// <value>Default: runs accept unsigned decisions from anybody.</value>
    public SignedApprovalSettings Proof
    {
        get;
        init => field = value ?? SignedApprovalSettings.Off;
    } = SignedApprovalSettings.Off;

    /// <summary>
    /// Time after which a task that is waiting for a file reports which task holds that file (<c>locks.timeout</c>). Default: 5 minutes.
    /// Range: 1 second to 30 days.
    /// </summary>
    public required TimeSpan LockTimeout { get; init; }

    /// <summary>Globs of files whose changes always need a user's approval (<c>always_require_human</c>).</summary>
    public required IReadOnlyList<string> AlwaysRequireHuman { get; init; }

    /// <summary>Free disk space, in bytes, below which no new step starts (<c>disk.reserve</c>). Default: 2 GB.</summary>
    public required long DiskReserve { get; init; }

    public required WorktreeSettings Worktrees { get; init; }

    /// <summary>Settings for sharing active runs with other hosts (<c>wip.*</c>).</summary>
    /// <value>Default: no run is shared.</value>
    public SharedRunRemoteSettings Wip
    {
        get;
        init => field = value ?? SharedRunRemoteSettings.Off;
    } = SharedRunRemoteSettings.Off;

    /// <summary>Settings of distributed runs (<c>hosts.*</c>).</summary>
    /// <value>Default: the owner host executes all tasks of a run.</value>
    public DistributedRunSettings Hosts
    {
        get;
        init => field = value ?? DistributedRunSettings.Off;
    } = DistributedRunSettings.Off;

    /// <summary>Settings that decide how long ended runs are retained (<c>retention.*</c>).</summary>
    public required RetentionSettings Retention { get; init; }

    public required LandingSettings Git { get; init; }

    public required RiskSettings Risk { get; init; }

    /// <summary>True to show the live table on a terminal (<c>show_progress</c>). Default: true.</summary>
    public required bool ShowProgress { get; init; }

    public required TemporalSettings Temporal { get; init; }

    /// <summary>Settings that decide where and when notices are sent (<c>notifications.*</c>).</summary>
    public required NotificationSettings Notifications { get; init; }

    /// <summary>Reads all settings, in the order in which they are displayed.</summary>
    internal static OrchestratorSettings Read(SettingReader settings)
    {
        var read = new OrchestratorSettings
        {
            Workers = settings.Read(WorkersKey),
            MaxWorkers = settings.Read(MaxWorkersKey),
            TaskTimeout = settings.Read(TaskTimeoutKey),
            MaxRemediations = settings.Read(MaxRemediationsKey),
            Model = settings.ReadModel(ModelKey),
            EscalateModel = settings.ReadModelOrNone(EscalateModelKey),
            Agent = settings.Read(AgentKey),
            Agents = AgentSettings.ReadAll(settings),
            Planner = PlannerSettings.Read(settings),
            Review = ReviewSettings.Read(settings),
            Questions = QuestionSettings.Read(settings),
            Retry = RetrySettings.Read(settings),
            Limits = LimitSettings.Read(settings),
            Usage = AccountUsageSettings.Read(settings),
            Budget = BudgetSettings.Read(settings),
            Gates = GateSettings.Read(settings),
            Verification = VerificationSettings.Read(settings),
            Radar = settings.Read(RadarKey),
            Changes = TaskChangeLimitSettings.Read(settings),
            Train = MergeQueueSettings.Read(settings),
            Permissions = PermissionSettings.Load(settings),
            StrictCompliance = settings.Read(StrictComplianceKey),
            SecretScan = settings.Read(SecretScanKey),
            Audit = settings.Read(AuditKey),
            Dependencies = PackagePermissionSettings.Read(settings),
            ApprovalTimeout = settings.Read(ApprovalTimeoutKey),
            Proof = SignedApprovalSettings.Read(settings),
            LockTimeout = settings.Read(LockTimeoutKey),
            AlwaysRequireHuman = settings.Read(AlwaysRequireHumanKey),
            DiskReserve = settings.Read(DiskReserveKey),
            Worktrees = WorktreeSettings.Read(settings),
            Wip = SharedRunRemoteSettings.Read(settings),
            Hosts = DistributedRunSettings.Read(settings),
            Retention = RetentionSettings.Read(settings),
            Git = LandingSettings.Read(settings),
            Risk = RiskSettings.Read(settings),
            ShowProgress = settings.Read(ShowProgressKey),
            Temporal = TemporalSettings.Read(settings),
            Notifications = NotificationSettings.Read(settings),
        };
        read.Check(settings);
        return read;
    }

    private void Check(SettingReader settings)
    {
        Git.Check(settings, Review.Enabled);
        settings.Require(
            Workers <= MaxWorkers,
            WorkersKey,
            $"{Workers} is more than {MaxWorkersKey.Name} ({MaxWorkers}).",
            $"Set at most {MaxWorkers}, or raise {MaxWorkersKey.Name}."
        );
        var near = HasAgent(Agent) ? null : NearestName.Of(Agent, AgentNames);
        settings.Require(
            HasAgent(Agent),
            AgentKey,
            $"the agent '{Agent}' is unknown{(near is null ? "" : $"; the nearest name is '{near}'")}.",
            $"Add 'agents: {{{Agent}: {{command: [PROGRAM, ARGUMENT]}}}}' to .orchestrator/config.yaml, or choose one of "
                + $"{string.Join(", ", Agents.Keys.Order(StringComparer.Ordinal))}."
        );
    }
}
