using Orchestrator.Plans;

namespace Orchestrator.Settings;

/// <summary>Every key with its type, range, default and older names. Names and defaults are part of the product: they stay.</summary>
public static class SettingKeys
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);

    internal static readonly Setting<int> Workers = new(
        "workers",
        3,
        SettingTypes.Whole(1, 1000),
        "agents that work at once",
        ["workers.count", "max_workers", "default_parallel", "max_parallel_workers"],
        ["MAX_AGENTS"]
    );

    internal static readonly Setting<int> MaxWorkers = new(
        "workers.max",
        64,
        SettingTypes.Whole(1, 1000),
        "the most that workers may be",
        ["max_parallel"]
    );

    internal static readonly Setting<TimeSpan> TaskTimeout = new(
        "timeout",
        TimeSpan.FromSeconds(1800),
        SettingTypes.Time(Second, 30 * Day),
        "time for one attempt of an agent",
        ["worker_timeout"],
        ["TASK_TIMEOUT"]
    );

    internal static readonly Setting<TimeSpan> PlannerTimeout = new(
        "planner.timeout",
        TimeSpan.FromSeconds(300),
        SettingTypes.Time(Second, Day),
        "time for one answer of the planner",
        ["manager_timeout"]
    );

    internal static readonly Setting<int> MaxRemediations = new(
        "max_remediations",
        2,
        SettingTypes.Whole(0, 100),
        "how often a task goes back to its agent with evidence",
        ["max_retries"]
    );

    internal static readonly Setting<int> RetryAttempts = new(
        "retry.max_attempts",
        3,
        SettingTypes.Whole(1, 100),
        "attempts at a transient failure"
    );

    internal static readonly Setting<TimeSpan> RetryBaseDelay = new(
        "retry.base_delay",
        Second,
        SettingTypes.Time(TimeSpan.FromMilliseconds(1), Day),
        "first pause between attempts, with full jitter"
    );

    internal static readonly Setting<TimeSpan> RetryMaxDelay = new(
        "retry.max_delay",
        TimeSpan.FromSeconds(60),
        SettingTypes.Time(TimeSpan.FromMilliseconds(1), Day),
        "longest pause between attempts"
    );

    internal static readonly Setting<TimeSpan?> StallLimit = new(
        "limits.stall",
        TimeSpan.FromSeconds(900),
        SettingTypes.TimeOrOff(Second, Day),
        "an agent that says nothing for this long is stopped"
    );

    internal static readonly Setting<int?> TurnLimit = new(
        "limits.turns",
        null,
        SettingTypes.WholeOrOff(1, 100_000),
        "round trips of one agent with the model"
    );

    internal static readonly Setting<decimal?> CostLimit = new(
        "limits.cost",
        null,
        SettingTypes.MoneyOrOff,
        "US dollars for one agent start"
    );

    internal static readonly Setting<long?> MemoryLimit = new(
        "limits.memory",
        null,
        SettingTypes.SizeOrOff,
        "memory that one agent and all it starts may hold; one that holds more is stopped"
    );

    internal static readonly Setting<double?> CpuLimit = new(
        "limits.cpu",
        null,
        SettingTypes.CoresOrOff,
        "cores that one agent and all it starts may use on average"
    );

    internal static readonly Setting<TimeSpan> OrphanLimit = new(
        "limits.orphan",
        TimeSpan.FromMinutes(30),
        SettingTypes.Time(Second, 30 * Day),
        "an agent whose orchestrator is gone for this long is stopped"
    );

    internal static readonly Setting<IReadOnlyList<Gate>?> TaskGates = new(
        "gates.task",
        null,
        GateSettingType.Gates,
        "gates of every task; not set: found from the project's manifests",
        ["quality.verifier_checks"]
    );

    internal static readonly Setting<IReadOnlyList<Gate>?> IntegrationGates = new(
        "gates.integration",
        [],
        GateSettingType.Gates,
        "gates of every merged tree, beside those of its task",
        ["quality.post_merge_checks"]
    );

    internal static readonly Setting<bool> GateCache = new(
        "gates.cache",
        true,
        SettingTypes.Switch,
        "a gate that has passed on the same files in the same surroundings is not run again"
    );

    internal static readonly Setting<bool> GateQuarantine = new(
        "gates.quarantine",
        false,
        SettingTypes.Switch,
        "a gate that fails by chance more than a fifth of the time only advises"
    );

    internal static readonly Setting<bool> Radar = new(
        "radar",
        true,
        SettingTypes.Switch,
        "work that is under way is merged on trial, so that conflicts are seen early"
    );

    internal static readonly Setting<int> TrainBatch = new(
        "train.batch",
        8,
        SettingTypes.Whole(1, 64),
        "verified tasks that are merged and gated at once at most; 1: one after the other"
    );

    internal static readonly Setting<int?> TrainParallel = new(
        "train.parallel",
        null,
        SettingTypes.WholeOrAuto(1, 64),
        "runs of gates at once while it is looked for the task that breaks them; auto: half the cores"
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
        "bubblewrap keeps agents from changing .git: auto (where it works), on (else none starts), off"
    );

    internal static readonly Setting<bool> StrictCompliance = new(
        "compliance.strict",
        true,
        SettingTypes.Switch,
        "required agents, steps and notes are demanded",
        ["strict_compliance"]
    );

    internal static readonly Setting<bool> SecretScan = new(
        "security.secrets",
        true,
        SettingTypes.Switch,
        "nothing lands or is pushed that adds what looks like a secret"
    );

    internal static readonly Setting<string> Audit = new(
        "security.audit",
        "high",
        SettingTypes.OneOf("off", "low", "moderate", "high", "critical"),
        "where the run changes packages: nothing lands or is pushed that brings a known vulnerability at least that severe"
    );

    internal static readonly Setting<TimeSpan> ApprovalTimeout = new(
        "approvals.timeout",
        TimeSpan.FromHours(72),
        SettingTypes.Time(Second, Year),
        "after this time an approval counts as refused"
    );

    internal static readonly Setting<TimeSpan> LockTimeout = new(
        "locks.timeout",
        TimeSpan.FromSeconds(300),
        SettingTypes.Time(Second, 30 * Day),
        "after this time a waiting task shows for whom it waits",
        oldVariables: ["LOCK_TIMEOUT"]
    );

    internal static readonly Setting<IReadOnlyList<string>> AlwaysRequireHuman = new(
        "always_require_human",
        [
            ".orchestrator/**",
            ".claude/**",
            ".mcp.json",
            ".github/workflows/**",
            ".gitattributes",
            ".gitmodules",
            ".husky/**",
            ".worktreeinclude",
            .. SettingsFiles.OldRepositoryFileNames,
        ],
        SettingTypes.Texts,
        "paths whose change always needs a person"
    );

    internal static readonly Setting<long> DiskReserve = new(
        "disk.reserve",
        2_000_000_000,
        SettingTypes.Size,
        "space that stays free on the disk"
    );

    internal static readonly Setting<string> WorktreeDirectory = new(
        "worktrees.dir",
        ".worktrees",
        SettingTypes.Text,
        "folder of the worktrees",
        ["worktree_dir"]
    );

    internal static readonly Setting<IReadOnlyList<string>?> WorktreeSetup = new(
        "worktrees.setup",
        null,
        SettingTypes.OptionalTexts,
        "commands that make a fresh worktree ready; not set: found from the lock files"
    );

    internal static readonly Setting<IReadOnlyDictionary<string, string>> WorktreeEnvironment = new(
        "worktrees.env",
        new Dictionary<string, string>(),
        WorktreeVariablesType.Variables,
        "variables of agents, gates and set-up, made of what each worktree has for itself"
    );

    internal static readonly Setting<IReadOnlyList<string>> WorktreeKeep = new(
        "worktrees.keep",
        [],
        SettingTypes.Texts,
        "ignored paths that survive when a worktree is used again"
    );

    internal static readonly Setting<int> WorktreePool = new(
        "worktrees.pool",
        3,
        SettingTypes.Whole(0, 64),
        "worktrees that wait to be used again while no run is open, and as many for gates"
    );

    internal static readonly Setting<TimeSpan?> RetentionAge = new(
        "retention.runs",
        30 * Day,
        SettingTypes.TimeOrOff(TimeSpan.FromHours(1), 10 * Year),
        "how long an ended run is kept: its folder, refs and history"
    );

    internal static readonly Setting<int?> RetentionCount = new(
        "retention.count",
        100,
        SettingTypes.WholeOrOff(1, 100_000),
        "the most ended runs that are kept"
    );

    internal static readonly Setting<string> BranchPrefix = new(
        "branch_prefix",
        "orchestrator",
        SettingTypes.BranchPart,
        "first part of the names of branches"
    );

    internal static readonly Setting<string> Land = new(
        "git.land",
        "merge",
        SettingTypes.OneOf("merge", "pr", "branch"),
        "what happens with the finished staging branch"
    );

    internal static readonly Setting<string?> MessagePrefix = new(
        "git.message_prefix",
        null,
        SettingTypes.OptionalText,
        "first words of commit messages",
        ["commit_message_prefix", "git.commit_message_prefix"]
    );

    internal static readonly Setting<string?> Target = new(
        "git.target",
        null,
        SettingTypes.OptionalText,
        "branch to land on; not set: the one that is checked out"
    );

    internal static readonly Setting<IReadOnlyList<RiskPattern>?> RiskPatterns = new(
        "risk.sensitive_patterns",
        null,
        RiskSettingType.Patterns,
        "patterns of risky paths with weights; not set: the usual ones",
        ["approval.sensitive_patterns"]
    );

    internal static readonly Setting<int> AutoApproveThreshold = new(
        "risk.auto_approve_threshold",
        25,
        SettingTypes.Whole(0, 1_000_000),
        "up to this score nothing is asked",
        ["approval.auto_approve_threshold"]
    );

    internal static readonly Setting<int> ReviewThreshold = new(
        "risk.review_threshold",
        50,
        SettingTypes.Whole(0, 1_000_000),
        "up to this score, what many tasks and files add left out, --yes answers; above, a person has to"
    );

    internal static readonly Setting<bool> WordBoundaries = new(
        "risk.word_boundaries",
        false,
        SettingTypes.Switch,
        "risk patterns match whole words only"
    );

    internal static readonly Setting<bool> ShowProgress = new(
        "show_progress",
        true,
        SettingTypes.Switch,
        "the live table is shown on a terminal",
        ["show_progress_bar"]
    );

    internal static readonly Setting<string?> TemporalAddress = new(
        "temporal.address",
        null,
        SettingTypes.OptionalText,
        "Temporal server, HOST or HOST:PORT (7233); not set: the embedded engine",
        oldVariables: ["TEMPORAL_ADDRESS"]
    );

    /// <summary>The namespace of a server that nobody has made.</summary>
    public const string DefaultNamespace = "default";

    internal static readonly Setting<string> TemporalNamespace = new(
        "temporal.namespace",
        DefaultNamespace,
        SettingTypes.Text,
        "Temporal namespace",
        oldVariables: ["TEMPORAL_NAMESPACE"]
    );

    internal static readonly Setting<bool> TemporalTls = new(
        "temporal.tls",
        false,
        SettingTypes.Switch,
        "TLS to the Temporal server",
        oldVariables: ["TEMPORAL_TLS"]
    );

    internal static readonly Setting<SecretReference?> TemporalApiKey = new(
        "temporal.api_key",
        null,
        SettingTypes.Secret,
        "key for the Temporal server",
        oldVariables: ["TEMPORAL_API_KEY"]
    );
}
