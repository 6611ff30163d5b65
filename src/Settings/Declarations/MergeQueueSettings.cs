namespace Orchestrator.Settings;

/// <summary>Settings of the merge queue (<c>train.*</c>).</summary>
/// <param name="Batch">Maximum number of tasks that are merged and gated together; 1 processes them one at a time.</param>
/// <param name="Parallel">Maximum number of gate runs at the same time, or null for half the number of cores.</param>
public sealed record MergeQueueSettings(int Batch, int? Parallel)
{
    private static readonly Setting<int> BatchKey = new(
        "train.batch",
        8,
        SettingTypes.Whole(1, 64),
        "highest number of verified tasks in one batch of the merge queue; 1 merges one after the other"
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<int?> ParallelKey = new(
        "train.parallel",
        null,
        SettingTypes.WholeOrAuto(1, 64),
        "gate runs at the same time while a failing batch is bisected; auto means half the cores"
    )
    {
        IsHarmless = true,
    };

    internal static MergeQueueSettings Read(SettingReader settings) => new(settings.Read(BatchKey), settings.Read(ParallelKey));
}
