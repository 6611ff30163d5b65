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
        "maximum number of verified tasks that are merged and tested together; auto means 8, or 16 with gates of one "
            + "minute, or 32 with gates of five minutes; 1 means one task at a time",
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
        "number of gate runs at once during the search for the task that breaks a batch; auto means half the number of cores",
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
        "number of batches that are verified early on top of an undecided batch, on the assumption that the undecided " + "batch passes"
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<RepositoryPartSettings> ScopesKey = new(
        "merge.scopes",
        RepositoryPartSettings.None,
        RepositoryPartSettingConverter.Scopes,
        "files of each independent part of the repository; batches of different parts are verified at the same time; "
            + "projects means one part per project (npm, pnpm, Cargo, Go, .NET, Gradle), together with its dependents"
    );

    private static readonly Setting<IReadOnlyList<string>> BarriersKey = new(
        "merge.barriers",
        [],
        CommonSettingConverters.Texts,
        "files inside scopes that affect every part, such as [frontend/schema/**]; files outside all scopes always affect " + "every part"
    );

    private static readonly Setting<TimeSpan?> SyncKey = new(
        "merge.sync",
        null,
        CommonSettingConverters.TimeOrLanding,
        "interval at which other users' commits on the target branch are merged into the staging branch and verified; "
            + "landing means only when the run lands"
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
