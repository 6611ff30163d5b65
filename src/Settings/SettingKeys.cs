namespace Orchestrator.Settings;

/// <summary>Every key with its type, range, default and older names. Names and defaults are part of the product and do not
/// change.</summary>
internal static class SettingKeys
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

    internal static readonly Setting<IReadOnlyList<Gate>?> TaskGates = new(
        "gates.task",
        null,
        GateSettingType.Gates,
        "gates of every task; not set: found from the project's manifests",
        ["quality.verifier_checks"]
    );

    internal static readonly Setting<IReadOnlyList<Gate>?> IntegrationGates = new(
        "gates.integration",
        null,
        GateSettingType.Gates,
        "gates of every merged tree, beside those of its task; not set: gates.task, or found from the project's manifests",
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

    internal static readonly Setting<string> Land = new(
        "git.land",
        LandingWay.Merge,
        SettingTypes.OneOf([.. LandingWay.All]),
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
        "branch to land on; not set: the one that is checked out where the command is given"
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
}
