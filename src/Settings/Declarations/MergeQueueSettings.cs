namespace Orchestrator.Settings;

/// <summary>Division of a repository into independent parts (<c>merge.scopes</c>).</summary>
public sealed record RepositoryPartSettings
{
    /// <summary>Settings of a repository that is not divided into parts.</summary>
    public static RepositoryPartSettings None { get; } = new();

    /// <summary>Division into the projects that the repository's manifests declare.</summary>
    public static RepositoryPartSettings Projects { get; } = new() { AreProjects = true };

    /// <summary>Globs of the files of each part, by the part's name. Default: none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Files { get; init; } =
        new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);

    /// <summary>True if each project, together with its dependents, is a part. Default: false.</summary>
    public bool AreProjects { get; init; }

    /// <summary>True if batches of different parts may be verified at the same time.</summary>
    public bool HaveLanes => AreProjects || Files.Count > 1;
}

/// <summary>Settings of the merge queue (<c>merge.*</c>).</summary>
/// <param name="Batch">Maximum number of tasks that are merged and gated together. Null for 8, or more while gates take minutes. 1 to merge
/// tasks one at a time.</param>
/// <param name="Parallel">Maximum number of gate runs at the same time while the entry that fails is searched. Null for half the number of
/// cores.</param>
public sealed record MergeQueueSettings(int? Batch, int? Parallel)
{
    private static readonly Setting<int?> BatchKey = new(
        "merge.batch",
        null,
        CommonSettingConverters.WholeOrAuto(1, 64),
        "maximum number of verified tasks that are merged and tested together; auto: 8, 16 if gates take a minute, 32 if they take "
            + "five; 1: one after the other",
        ["train.batch"],
        ["ORCHESTRATOR_TRAIN__BATCH"]
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<int?> ParallelKey = new(
        "merge.parallel",
        null,
        CommonSettingConverters.WholeOrAuto(1, 64),
        "number of gate runs at once in the search for the task that breaks a batch; auto: half the cores",
        ["train.parallel"],
        ["ORCHESTRATOR_TRAIN__PARALLEL"]
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<int> SpeculationKey = new(
        "merge.speculation",
        0,
        CommonSettingConverters.Whole(0, 3),
        "batches that are verified on top of an undecided one, in the expectation that it passes"
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<RepositoryPartSettings> ScopesKey = new(
        "merge.scopes",
        RepositoryPartSettings.None,
        RepositoryPartSettingConverter.Scopes,
        "files of the independent parts of the repository; batches of different parts are verified at the same time; 'projects': the "
            + "projects of npm, pnpm, Cargo, Go, .NET and Gradle, with those that depend on them"
    );

    private static readonly Setting<IReadOnlyList<string>> BarriersKey = new(
        "merge.barriers",
        [],
        CommonSettingConverters.Texts,
        "files inside of scopes that influence every part, such as [frontend/schema/**]; files outside of all scopes always do"
    );

    private static readonly Setting<TimeSpan?> SyncKey = new(
        "merge.sync",
        null,
        CommonSettingConverters.TimeOrLanding,
        "how often commits of others on the target are merged into staging and verified there; 'landing': only when the run lands"
    )
    {
        IsHarmless = true,
    };

    /// <summary>
    /// Interval at which new commits on the target are merged into staging and verified. Null to do this only before landing. Default:
    /// null.
    /// </summary>
    public TimeSpan? SyncEvery { get; init; }

    /// <summary>
    /// Maximum number of batches that are verified speculatively, on top of a batch that is still being verified. Default: 0. Range: 0 to
    /// 3.
    /// </summary>
    public int Speculation { get; init; }

    /// <summary>Independent parts of the repository. Default: none, so that batches are verified one after the other.</summary>
    public RepositoryPartSettings Scopes { get; init; } = RepositoryPartSettings.None;

    /// <summary>
    /// Globs of files that affect every part of the repository. Default: none. Files that belong to no part always affect every part.
    /// </summary>
    public IReadOnlyList<string> Barriers { get; init; } = [];

    internal static MergeQueueSettings Read(SettingReader settings) =>
        new(settings.Read(BatchKey), settings.Read(ParallelKey))
        {
            SyncEvery = settings.Read(SyncKey),
            Speculation = settings.Read(SpeculationKey),
            Scopes = settings.Read(ScopesKey),
            Barriers = settings.Read(BarriersKey),
        };
}
