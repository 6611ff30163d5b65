namespace Orchestrator.Settings;

/// <summary>Setting keys of worktrees and retention.</summary>
internal static class WorktreeKeys
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);

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

    internal static readonly Setting<IReadOnlyList<string>?> WorktreeReuse = new(
        "worktrees.reuse",
        null,
        SettingTypes.OptionalFolders,
        "folders that set-up makes and that are copied where nothing it reads has changed; not set: node_modules of npm ci"
    );

    internal static readonly Setting<int> WorktreePool = new(
        "worktrees.pool",
        3,
        SettingTypes.Whole(0, 64),
        "worktrees that wait to be used again while no run is open, as many for gates, and as many copies of what set-up made"
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
}
