namespace Orchestrator.Settings;

/// <summary>Gates for every task and for the merged tree (<c>gates.*</c>); null: found from the project's manifests.</summary>
/// <param name="Task">Those of every task.</param>
/// <param name="Integration">Those of every merged tree.</param>
/// <param name="Cache">Gates that passed on a tree are not run on it again.</param>
/// <param name="Quarantine">A gate that is known as flaky only advises.</param>
public sealed record GateSettings(IReadOnlyList<Gate>? Task, IReadOnlyList<Gate>? Integration, bool Cache = true, bool Quarantine = false)
{
    internal static readonly Setting<IReadOnlyList<Gate>?> TaskKey = new(
        "gates.task",
        null,
        GateSettingType.Gates,
        "gates of every task; not set: found from the project's manifests",
        ["quality.verifier_checks"]
    )
    {
        Effect = TrustKind.Runs,
    };

    private static readonly Setting<IReadOnlyList<Gate>?> IntegrationKey = new(
        "gates.integration",
        null,
        GateSettingType.Gates,
        "gates of every merged tree, beside those of its task; not set: gates.task, or found from the project's manifests",
        ["quality.post_merge_checks"]
    )
    {
        Effect = TrustKind.Runs,
    };

    private static readonly Setting<bool> CacheKey = new(
        "gates.cache",
        true,
        SettingTypes.Switch,
        "a gate that has passed on the same files in the same surroundings is not run again"
    );

    private static readonly Setting<bool> QuarantineKey = new(
        "gates.quarantine",
        false,
        SettingTypes.Switch,
        "a gate that fails by chance more than a fifth of the time only advises"
    );

    internal static GateSettings Read(SettingReader settings) =>
        new(settings.Read(TaskKey), settings.Read(IntegrationKey), settings.Read(CacheKey), settings.Read(QuarantineKey));
}
