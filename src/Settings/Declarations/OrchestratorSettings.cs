using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Settings;

/// <summary>All settings, validated. A run keeps the value it started with.</summary>
/// <remarks>Each group declares its own in the file of its name. Contains no secret, only references to them.</remarks>
public sealed record OrchestratorSettings
{
    internal static readonly Setting<int> WorkersKey = new(
        "workers",
        3,
        SettingTypes.Whole(1, 1000),
        "agents that work at once",
        ["workers.count", "max_workers", "default_parallel", "max_parallel_workers"],
        ["MAX_AGENTS"]
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<int> MaxWorkersKey = new(
        "workers.max",
        64,
        SettingTypes.Whole(1, 1000),
        "the most that workers may be",
        ["max_parallel"]
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<TimeSpan> TaskTimeoutKey = new(
        "timeout",
        TimeSpan.FromSeconds(1800),
        SettingTypes.Time(TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)),
        "time for one attempt of an agent",
        ["worker_timeout"],
        ["TASK_TIMEOUT"]
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<int> MaxRemediationsKey = new(
        "max_remediations",
        2,
        SettingTypes.Whole(0, 100),
        "how often a task goes back to its agent with evidence",
        ["max_retries"]
    )
    {
        IsHarmless = true,
    };

    internal static readonly Setting<string> ModelKey = new(
        "model",
        "sonnet",
        SettingTypes.Model,
        "model of the agents",
        ["model.name", "models.worker", "models.worker.model", "worker_model"]
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<string?> EscalateModelKey = new(
        "model.escalate",
        null,
        SettingTypes.OptionalModel,
        "stronger model for the attempts of a task after its work was refused twice; without it the model stays"
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<string> AgentKey = new(
        "agent",
        "claude",
        SettingTypes.Text,
        "agent that works on tasks: claude, or a name under agents"
    )
    {
        Effect = TrustKind.Runs,
    };

    private static readonly Setting<bool> RadarKey = new(
        "radar",
        true,
        SettingTypes.Switch,
        "work that is under way is merged on trial, so that conflicts are seen early"
    );

    private static readonly Setting<bool> StrictComplianceKey = new(
        "compliance.strict",
        true,
        SettingTypes.Switch,
        "required agents, steps and notes are demanded",
        ["strict_compliance"]
    );

    private static readonly Setting<bool> SecretScanKey = new(
        "security.secrets",
        true,
        SettingTypes.Switch,
        "nothing lands or is pushed that adds what looks like a secret"
    );

    private static readonly Setting<string> AuditKey = new(
        "security.audit",
        "high",
        SettingTypes.OneOf("off", "low", "moderate", "high", "critical"),
        "where the run changes packages: nothing lands or is pushed that brings a known vulnerability at least that severe"
    );

    private static readonly Setting<TimeSpan> ApprovalTimeoutKey = new(
        "approvals.timeout",
        TimeSpan.FromHours(72),
        SettingTypes.Time(TimeSpan.FromSeconds(1), TimeSpan.FromDays(365)),
        "after this time an approval counts as refused"
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<TimeSpan> LockTimeoutKey = new(
        "locks.timeout",
        TimeSpan.FromSeconds(300),
        SettingTypes.Time(TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)),
        "after this time a waiting task shows for whom it waits",
        oldVariables: ["LOCK_TIMEOUT"]
    )
    {
        IsHarmless = true,
    };

    internal static readonly Setting<IReadOnlyList<string>> AlwaysRequireHumanKey = new(
        "always_require_human",
        [.. GuardedFiles.Globs, .. SettingsFiles.OldRepositoryFileNames],
        SettingTypes.Texts,
        "paths whose change always needs a person"
    );

    private static readonly Setting<long> DiskReserveKey = new(
        "disk.reserve",
        2_000_000_000,
        SettingTypes.Size,
        "space that stays free on the disk"
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<bool> ShowProgressKey = new(
        "show_progress",
        true,
        SettingTypes.Switch,
        "the live table is shown on a terminal",
        ["show_progress_bar"]
    )
    {
        IsHarmless = true,
    };

    /// <summary>The number of agents of a run that work at once (<c>workers</c>).</summary>
    public required int Workers { get; init; }

    /// <summary>The most that <see cref="Workers"/> may be (<c>workers.max</c>).</summary>
    public required int MaxWorkers { get; init; }

    /// <summary>Time limit of one attempt of an agent (<c>timeout</c>).</summary>
    public required TimeSpan TaskTimeout { get; init; }

    /// <summary>The number of times that a task goes back to its agent with evidence (<c>max_remediations</c>).</summary>
    public required int MaxRemediations { get; init; }

    /// <summary>Model or alias of the agents (<c>model</c>).</summary>
    public required string Model { get; init; }

    /// <summary>Model for attempts of a task after its work was rejected twice (<c>model.escalate</c>); null: unchanged.</summary>
    public string? EscalateModel { get; init; }

    /// <summary>Name of the agent that works on tasks (<c>agent</c>): <c>claude</c> or a key of <see cref="Agents"/>.</summary>
    public required string Agent { get; init; }

    /// <summary>The agent of a task: the plan's, or else <see cref="Agent"/>.</summary>
    public string AgentOf(PlanTask task) => task.Agent ?? Agent;

    /// <summary>The agents that go on with a task of an agent whose usage limit lasts for long, one after the other, each once.</summary>
    /// <param name="agent">The agent that begins.</param>
    /// <returns>Each with how long the limit of the one before it has to last.</returns>
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

    /// <summary>The first model of a task: the plan's, or else its agent's, or else <see cref="Model"/>;
    /// <see cref="AgentSettings.OwnModel"/> for an agent whose program chooses itself.</summary>
    public string ModelOf(PlanTask task) =>
        task.Model
        ?? Agents.GetValueOrDefault(AgentOf(task))?.Model
        ?? (DescriptionOf(AgentOf(task)) is null ? Model : AgentSettings.OwnModel);

    /// <summary>The model of a planner or reviewer: its own, but for a described agent, which has that of <c>agents.NAME.model</c> or
    /// <see cref="AgentSettings.OwnModel"/>.</summary>
    public string ModelOf(PlannerSettings who) =>
        DescriptionOf(who.Agent) is null ? who.Model : Agents.GetValueOrDefault(who.Agent)?.Model ?? AgentSettings.OwnModel;

    /// <summary>The description of an agent, as JSON; null: there is no such agent, or it is <c>claude</c> or a plain program.</summary>
    /// <param name="agent">Its name.</param>
    public string? DescriptionOf(string agent) =>
        Agents.TryGetValue(agent, out var set)
            ? set.Description ?? (set.Command is null && KnownAgents.Names.Contains(agent) ? JsonSerializer.Serialize(agent) : null)
        : KnownAgents.Names.Contains(agent) ? JsonSerializer.Serialize(agent)
        : null;

    /// <summary>The repository's instruction files that an agent's program reads by itself, as its description says; none: those of
    /// <c>claude</c> and plain programs are sent.</summary>
    /// <param name="agent">Name of the agent.</param>
    public IReadOnlyList<string> InstructionsReadBy(string agent) =>
        DescriptionOf(agent) is { } json ? DescriptionReader.Read(json).Description?.Instructions ?? [] : [];

    /// <summary>Hosts of the services that an agent's program needs; none for plain programs.</summary>
    /// <param name="agent">Name of the agent.</param>
    public IReadOnlyList<string> HostsOf(string agent) =>
        DescriptionOf(agent) is { } json ? DescriptionReader.Read(json).Description?.Hosts ?? []
        : agent == AgentSettings.Claude ? ClaudeHosts.All
        : [];

    /// <summary>True if there is an agent of that name: in the settings, or known without.</summary>
    public bool HasAgent(string name) => Agents.ContainsKey(name) || KnownAgents.Names.Contains(name);

    /// <summary>Names of all agents that tasks may name.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> AgentNames => [.. Agents.Keys.Union(KnownAgents.Names).Order(StringComparer.Ordinal)];

    /// <summary>Agents by name (<c>agents.NAME.*</c>); <c>claude</c> is always there.</summary>
    public required IReadOnlyDictionary<string, AgentSettings> Agents { get; init; }

    /// <summary>The agent that is always there.</summary>
    [JsonIgnore]
    public AgentSettings Claude => Agents[AgentSettings.Claude];

    /// <summary>The lead of the first agent of a wave over the others; zero for programs without a model's cache.</summary>
    /// <param name="agent">Name of the agent.</param>
    public TimeSpan HeadStartOf(string agent) => agent == AgentSettings.Claude ? Claude.HeadStart : TimeSpan.Zero;

    public required PlannerSettings Planner { get; init; }

    /// <summary>The review of the whole change before it lands (<c>review.*</c>).</summary>
    public required ReviewSettings Review { get; init; }

    /// <summary>Settings of answers that the planner gives to agents' questions (<c>questions.*</c>).</summary>
    public required QuestionSettings Questions { get; init; }

    /// <summary>Retries of transient failures (<c>retry.*</c>); a server's own retry time wins.</summary>
    public required RetryRule Retry { get; init; }

    public required LimitSettings Limits { get; init; }

    /// <summary>The limits of the use of accounts (<c>usage.*</c>).</summary>
    public UsageSettings Usage
    {
        get;
        init => field = value ?? UsageSettings.Default;
    } = UsageSettings.Default;

    /// <summary>Budgets (<c>budget.*</c>).</summary>
    public BudgetSettings Budget
    {
        get;
        init => field = value ?? new BudgetSettings();
    } = new();

    public required GateSettings Gates { get; init; }

    /// <summary>The depth to which verdicts of gates are looked into (<c>verification.*</c>).</summary>
    public VerificationSettings Verification
    {
        get;
        init => field = value ?? new VerificationSettings(ProveRed.Report);
    } = new(ProveRed.Report);

    /// <summary>Trial merges of work in progress (<c>radar</c>).</summary>
    public required bool Radar { get; init; }

    /// <summary>The largest change of one task (<c>changes.*</c>).</summary>
    public required ChangeSettings Changes { get; init; }

    /// <summary>The rules for merging verified work (<c>train.*</c>).</summary>
    public required TrainSettings Train { get; init; }

    public required PermissionSettings Permissions { get; init; }

    /// <summary>Required agents, steps and notes are enforced, not only reported (<c>compliance.strict</c>).</summary>
    public required bool StrictCompliance { get; init; }

    /// <summary>Refuses to land or push what looks like a secret (<c>security.secrets</c>).</summary>
    public required bool SecretScan { get; init; }

    /// <summary>Refuses to land or push packages with a known vulnerability of at least this severity (<c>security.audit</c>): <c>off</c>,
    /// <c>low</c>, <c>moderate</c>, <c>high</c> or <c>critical</c>.</summary>
    public required string Audit { get; init; }

    /// <summary>Which packages agents may use (<c>dependencies.*</c>).</summary>
    public required DependencySettings Dependencies { get; init; }

    /// <summary>The time limit of an approval; afterwards it counts as rejected (<c>approvals.timeout</c>).</summary>
    public required TimeSpan ApprovalTimeout { get; init; }

    /// <summary>After this time a task that waits for a file shows for whom it waits (<c>locks.timeout</c>).</summary>
    public required TimeSpan LockTimeout { get; init; }

    /// <summary>Globs of files whose change always needs approval (<c>always_require_human</c>).</summary>
    public required IReadOnlyList<string> AlwaysRequireHuman { get; init; }

    /// <summary>Bytes that must stay free on the disk; below, nothing new starts (<c>disk.reserve</c>).</summary>
    public required long DiskReserve { get; init; }

    public required WorktreeSettings Worktrees { get; init; }

    /// <summary>Sharing of open runs with other machines (<c>wip.*</c>).</summary>
    /// <value>Default: nothing is shared.</value>
    public WipSettings Wip
    {
        get;
        init => field = value ?? WipSettings.Off;
    } = WipSettings.Off;

    /// <summary>Tasks of one run on several hosts (<c>hosts.*</c>).</summary>
    /// <value>Default: all tasks of a run are done on its machine.</value>
    public HostSettings Hosts
    {
        get;
        init => field = value ?? HostSettings.Off;
    } = HostSettings.Off;

    /// <summary>Retention of ended runs (<c>retention.*</c>).</summary>
    public required RetentionSettings Retention { get; init; }

    public required GitSettings Git { get; init; }

    public required RiskSettings Risk { get; init; }

    /// <summary>True if the live table is shown on a terminal (<c>show_progress</c>).</summary>
    public required bool ShowProgress { get; init; }

    public required TemporalSettings Temporal { get; init; }

    /// <summary>The targets and times of notices (<c>notifications.*</c>).</summary>
    public required NotificationSettings Notifications { get; init; }

    /// <summary>Reads all settings; the order is that in which people see them.</summary>
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
            Usage = UsageSettings.Read(settings),
            Budget = BudgetSettings.Read(settings),
            Gates = GateSettings.Read(settings),
            Verification = VerificationSettings.Read(settings),
            Radar = settings.Read(RadarKey),
            Changes = ChangeSettings.Read(settings),
            Train = TrainSettings.Read(settings),
            Permissions = PermissionSettings.Load(settings),
            StrictCompliance = settings.Read(StrictComplianceKey),
            SecretScan = settings.Read(SecretScanKey),
            Audit = settings.Read(AuditKey),
            Dependencies = DependencySettings.Read(settings),
            ApprovalTimeout = settings.Read(ApprovalTimeoutKey),
            LockTimeout = settings.Read(LockTimeoutKey),
            AlwaysRequireHuman = settings.Read(AlwaysRequireHumanKey),
            DiskReserve = settings.Read(DiskReserveKey),
            Worktrees = WorktreeSettings.Read(settings),
            Wip = WipSettings.Read(settings),
            Hosts = HostSettings.Read(settings),
            Retention = RetentionSettings.Read(settings),
            Git = GitSettings.Read(settings),
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
        settings.Demand(
            Workers <= MaxWorkers,
            WorkersKey,
            $"{Workers} is more than {MaxWorkersKey.Name} ({MaxWorkers}).",
            $"Give at most {MaxWorkers}, or raise {MaxWorkersKey.Name}."
        );
        var near = HasAgent(Agent) ? null : NearestName.Of(Agent, AgentNames);
        settings.Demand(
            HasAgent(Agent),
            AgentKey,
            $"there is no agent '{Agent}'{(near is null ? "" : $"; '{near}' is near")}.",
            $"Add 'agents: {{{Agent}: {{command: [PROGRAM, ARGUMENT]}}}}' to .orchestrator/config.yaml, or choose one of "
                + $"{string.Join(", ", Agents.Keys.Order(StringComparer.Ordinal))}."
        );
    }
}
