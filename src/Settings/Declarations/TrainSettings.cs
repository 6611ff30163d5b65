namespace Orchestrator.Settings;

/// <summary>The merge train (<c>train.*</c>).</summary>
/// <param name="Batch">Maximum of tasks that are merged and gated at once; 1: one after the other.</param>
/// <param name="Parallel">Runs of gates at once; null: half the cores.</param>
public sealed record TrainSettings(int Batch, int? Parallel)
{
    private static readonly Setting<int> BatchKey = new(
        "train.batch",
        8,
        SettingTypes.Whole(1, 64),
        "verified tasks that are merged and gated at once at most; 1: one after the other"
    )
    {
        IsHarmless = true,
    };

    private static readonly Setting<int?> ParallelKey = new(
        "train.parallel",
        null,
        SettingTypes.WholeOrAuto(1, 64),
        "runs of gates at once while it is looked for the task that breaks them; auto: half the cores"
    )
    {
        IsHarmless = true,
    };

    internal static TrainSettings Read(SettingReader settings) => new(settings.Read(BatchKey), settings.Read(ParallelKey));
}
