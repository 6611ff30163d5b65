namespace Orchestrator.Settings;

/// <summary>Worktrees (<c>worktrees.*</c>, <c>branch_prefix</c>).</summary>
/// <param name="Directory">Their folder, relative to the repository or absolute.</param>
/// <param name="Setup">Shell commands that set up a fresh worktree; null: found from the lock files.</param>
/// <param name="Environment">Variables made of each worktree's resources; see <see cref="Plans.WorktreeVariables"/>.</param>
/// <param name="Keep">Ignored paths that are kept when a worktree is reused.</param>
/// <param name="BranchPrefix">First part of the names of branches.</param>
public sealed record WorktreeSettings(
    string Directory,
    IReadOnlyList<string>? Setup,
    IReadOnlyDictionary<string, string> Environment,
    IReadOnlyList<string> Keep,
    string BranchPrefix
)
{
    /// <summary>Folder of worktrees unless <c>worktrees.dir</c> names another one.</summary>
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

    /// <summary>Size of the pool while no run is open, and as many for gates (<c>worktrees.pool</c>).</summary>
    public required int Pool { get; init; }

    /// <summary>Folders that set-up makes and that are copied, relative to the root (<c>worktrees.reuse</c>).</summary>
    /// <value>Null: as the lock files tell.</value>
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
