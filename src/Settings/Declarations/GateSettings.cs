namespace Orchestrator.Settings;

/// <summary>
/// Gates that apply to every task and to every merged tree (<c>gates.*</c>). If a list is null, gates are detected from the project's
/// manifests.
/// </summary>
/// <param name="Task">Gates of every task, or null.</param>
/// <param name="Integration">Gates of every merged tree, or null.</param>
/// <param name="Cache">True to skip a gate that has already passed on the same tree.</param>
/// <param name="Quarantine">True if failures of gates that are known to be flaky are only advisory.</param>
public sealed record GateSettings(IReadOnlyList<Gate>? Task, IReadOnlyList<Gate>? Integration, bool Cache = true, bool Quarantine = false)
{
    internal static readonly Setting<IReadOnlyList<Gate>?> TaskKey = new(
        "gates.task",
        null,
        GateListSettingConverter.Gates,
        "gates that check every task; if not set, tasks without gates of their own use the gates detected from the "
            + "project's manifests",
        ["quality.verifier_checks"]
    )
    {
        Effect = TrustRequiringSettingEffect.Runs,
    };

    private static readonly Setting<IReadOnlyList<Gate>?> IntegrationKey = new(
        "gates.integration",
        null,
        GateListSettingConverter.Gates,
        "gates that run on the staging branch after each merge, in addition to gates.task and the tasks' own gates; if "
            + "neither setting is set, the detected gates also run",
        ["quality.post_merge_checks"]
    )
    {
        Effect = TrustRequiringSettingEffect.Runs,
    };

    private static readonly Setting<bool> CacheKey = new(
        "gates.cache",
        true,
        CommonSettingConverters.Switch,
        "whether a gate is skipped if it has passed on the same files in the same environment"
    );

    private static readonly Setting<bool> QuarantineKey = new(
        "gates.quarantine",
        false,
        CommonSettingConverters.Switch,
        "whether a gate that is flaky in more than a fifth of its verdicts becomes advisory"
    );

    internal static GateSettings Read(SettingReader settings) =>
        new(settings.Read(TaskKey), settings.Read(IntegrationKey), settings.Read(CacheKey), settings.Read(QuarantineKey));
}
