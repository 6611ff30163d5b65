using Orchestrator.Runs.Reports.Notices;

namespace Orchestrator.App.Setup;

/// <summary>
/// Checks that notices can reach users, either without sending any (<c>check</c>) or by sending a test notice (<c>notify test</c>).
/// </summary>
public static class NoticeCheck
{
    /// <summary>Checks all notice targets. Returns no entries if no targets are configured.</summary>
    /// <param name="loaded">Effective settings without errors.</param>
    /// <param name="services">Clock and environment.</param>
    public static async Task<IReadOnlyList<MachineCheckEntry>> CheckTargetsAsync(
        SettingsResult loaded,
        RunServices services,
        CancellationToken stop
    ) => [.. (await NoticeTargetCheck.CheckAllAsync(loaded, services, stop)).Select(probe => Entry(probe, "can be reached"))];

    /// <summary>Sends a test notice to one notice target or to all of them.</summary>
    /// <param name="loaded">Effective settings without errors.</param>
    /// <param name="services">Clock and environment.</param>
    /// <param name="target">Name of the target, or null for all.</param>
    public static async Task<IReadOnlyList<MachineCheckEntry>> TestAsync(
        SettingsResult loaded,
        RunServices services,
        string? target,
        CancellationToken stop
    ) => [.. (await NoticeTargetCheck.TestAsync(loaded, services, target, stop)).Select(probe => Entry(probe, "accepted the test"))];

    private static MachineCheckEntry Entry(NoticeTargetCheck probe, string good) =>
        probe.IsReachable
            ? new("notifications", MachineCheckStatus.Ok, $"{probe.Target} {good}{(probe.Message.Length > 0 ? $": {probe.Message}" : ".")}")
            : new(
                "notifications",
                MachineCheckStatus.Warn,
                $"{probe.Target}: {probe.Message}",
                "Correct this target in 'notifications'; until then, its notices will not arrive."
            );
}
