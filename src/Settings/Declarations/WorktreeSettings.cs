namespace Orchestrator.Settings;

/// <summary>Settings of worktrees (<c>worktrees.*</c>, <c>branch_prefix</c>).</summary>
/// <param name="Directory">Folder that contains the worktrees, absolute or relative to the repository.</param>
/// <param name="Setup">Shell commands that set up a new worktree, or null to derive them from the lock files.</param>
/// <param name="Environment">Environment variables with values that depend on each worktree's resources
/// (<see cref="Plans.WorktreeVariables"/>).</param>
/// <param name="Keep">Ignored paths that are kept when a worktree is reused.</param>
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
        CommonSettingConverters.Text,
        "folder in which worktrees are created",
        ["worktree_dir"]
    );

    internal static readonly Setting<IReadOnlyList<string>?> SetupKey = new(
        "worktrees.setup",
        null,
        CommonSettingConverters.OptionalTexts,
        "commands that prepare a new worktree; if not set, the commands are detected from the lock files"
    )
    {
        Effect = TrustRequiringSettingEffect.Runs,
    };

    private static readonly Setting<IReadOnlyDictionary<string, string>> EnvironmentKey = new(
        "worktrees.env",
        new Dictionary<string, string>(),
        WorktreeVariableSettingConverter.Variables,
        "environment variables for agents, gates and set-up, whose values can contain each worktree's ports, name and " + "temporary folder"
    );

    private static readonly Setting<IReadOnlyList<string>> KeepKey = new(
        "worktrees.keep",
        [],
        CommonSettingConverters.Texts,
        "git-ignored paths that are kept when a worktree is reused"
    );

    private static readonly Setting<IReadOnlyList<string>?> ReuseKey = new(
        "worktrees.reuse",
        null,
        CommonSettingConverters.OptionalFolders,
        "folders created by set-up that are copied to other worktrees if set-up's input files are unchanged; if not set, "
            + "node_modules of npm ci, and Cargo's target folder from the gates on the base commit"
    );

    private static readonly Setting<int> PoolKey = new(
        "worktrees.pool",
        3,
        CommonSettingConverters.Whole(0, 64),
        "maximum number of idle worktrees that are kept while no run is open; "
            + "the same limit applies to worktrees of gates and to set-up copies"
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<string> BranchPrefixKey = new(
        "branch_prefix",
        "orchestrator",
        CommonSettingConverters.BranchPart,
        "first part of branch names"
    )
    {
        IsHarmless = true,
    };

    /// <summary>
    /// Maximum number of unused worktrees that are kept while no run is active (<c>worktrees.pool</c>). The worktrees of gates have a
    /// separate pool with the same limit.
    /// </summary>
    public required int Pool { get; init; }

    /// <summary>
    /// Folders that set-up creates and that can be copied to new worktrees, relative to the repository's root (<c>worktrees.reuse</c>).
    /// </summary>
    /// <value>Null to derive the folders from the lock files.</value>
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
