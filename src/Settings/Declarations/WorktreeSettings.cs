namespace Orchestrator.Settings;

/// <summary>Settings of worktrees (<c>worktrees.*</c>, <c>branch_prefix</c>).</summary>
/// <param name="Directory">Folder of the worktrees, absolute or relative to the repository.</param>
/// <param name="Setup">Shell commands that set up a new worktree, or null to derive them from the lock files.</param>
/// <param name="Environment">Environment variables derived from each worktree's resources; see
/// <see cref="Plans.WorktreeVariables"/>.</param>
/// <param name="Keep">Ignored paths to keep when a worktree is reused.</param>
/// <param name="BranchPrefix">First part of branch names.</param>
public sealed record WorktreeSettings(
    string Directory,
    IReadOnlyList<string>? Setup,
    IReadOnlyDictionary<string, string> Environment,
    IReadOnlyList<string> Keep,
    string BranchPrefix
)
{
    /// <summary>Default value of <c>worktrees.dir</c>.</summary>
    public const string DefaultDirectory = ".worktrees";

    private static readonly Setting<string> DirectoryKey = new(
        "worktrees.dir",
        DefaultDirectory,
        SettingTypes.Text,
        "folder of the worktrees",
        ["worktree_dir"]
    );

    internal static readonly Setting<IReadOnlyList<string>?> SetupKey = new(
        "worktrees.setup",
        null,
        SettingTypes.OptionalTexts,
        "commands that make a fresh worktree ready; not set: found from the lock files"
    )
    {
        Effect = TrustKind.Runs,
    };

    private static readonly Setting<IReadOnlyDictionary<string, string>> EnvironmentKey = new(
        "worktrees.env",
        new Dictionary<string, string>(),
        WorktreeVariablesType.Variables,
        "variables of agents, gates and set-up, made of what each worktree has for itself"
    );

    private static readonly Setting<IReadOnlyList<string>> KeepKey = new(
        "worktrees.keep",
        [],
        SettingTypes.Texts,
        "ignored paths that survive when a worktree is used again"
    );

    private static readonly Setting<IReadOnlyList<string>?> ReuseKey = new(
        "worktrees.reuse",
        null,
        SettingTypes.OptionalFolders,
        "folders that set-up makes and that are copied where nothing it reads has changed; not set: node_modules of npm ci, and target of "
            + "cargo as gates made it at the base"
    );

    private static readonly Setting<int> PoolKey = new(
        "worktrees.pool",
        3,
        SettingTypes.Whole(0, 64),
        "worktrees that wait to be used again while no run is open, as many for gates, and as many copies of what set-up made"
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<string> BranchPrefixKey = new(
        "branch_prefix",
        "orchestrator",
        SettingTypes.BranchPart,
        "first part of the names of branches"
    )
    {
        IsHarmless = true,
    };

    /// <summary>Size of the worktree pool while no run is active. Gates have a separate pool of the same size
    /// (<c>worktrees.pool</c>).</summary>
    public required int Pool { get; init; }

    /// <summary>Folders created by set-up that are copied to new worktrees, relative to the root (<c>worktrees.reuse</c>).</summary>
    /// <value>Null to derive them from the lock files.</value>
    public required IReadOnlyList<string>? Reuse { get; init; }

    internal static WorktreeSettings Read(SettingReader settings) =>
        new(
            settings.Read(DirectoryKey),
            settings.Read(SetupKey),
            settings.Read(EnvironmentKey),
            settings.Read(KeepKey),
            settings.Read(BranchPrefixKey)
        )
        {
            Pool = settings.Read(PoolKey),
            Reuse = settings.Read(ReuseKey),
        };
}
