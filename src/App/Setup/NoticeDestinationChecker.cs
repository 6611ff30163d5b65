using Orchestrator.Runs.Reports.Notices;

namespace Orchestrator.App.Setup;

/// <summary>
/// Checks that notices can reach users, either without sending any (<c>check</c>) or by sending a test notice (<c>notify test</c>).
/// </summary>
public static class NoticeDestinationChecker
{
    /// <summary>Checks all notice targets. Returns no entries if no targets are configured.</summary>
    /// <param name="loaded">Effective settings without errors.</param>
    /// <param name="services">Clock and environment.</param>
    public static async Task<IReadOnlyList<MachineReadinessCheckResult>> CheckTargetsAsync(
        SettingsLoadResult loaded,
        RunServiceBundle services,
        CancellationToken stop
    ) => [.. (await NoticeDestinationCheckResult.CheckAllAsync(loaded, services, stop)).Select(probe => Entry(probe, "can be reached"))];

    /// <summary>Sends a test notice to one notice target or to all of them.</summary>
    /// <param name="loaded">Effective settings without errors.</param>
    /// <param name="services">Clock and environment.</param>
    /// <param name="target">Name of the target, or null for all.</param>
    public static async Task<IReadOnlyList<MachineReadinessCheckResult>> TestAsync(
        SettingsLoadResult loaded,
        RunServiceBundle services,
        string? target,
        CancellationToken stop
    ) =>
        [
            .. (await NoticeDestinationCheckResult.TestAsync(loaded, services, target, stop)).Select(probe =>
                Entry(probe, "accepted the test")
            ),
        ];

    private static MachineReadinessCheckResult Entry(NoticeDestinationCheckResult probe, string good) =>
        probe.IsReachable
            ? new(
                "notifications",
                MachineReadinessCheckStatus.Ok,
                $"{probe.Target} {good}{(probe.Message.Length > 0 ? $": {probe.Message}" : ".")}"
            )
            : new(
                "notifications",
                MachineReadinessCheckStatus.Warn,
                $"{probe.Target}: {probe.Message}",
                "Correct this target in 'notifications'; until then, its notices will not arrive."
            );
}
