using Orchestrator.Runs.Reports.Notices;
using Orchestrator.Settings;

namespace Orchestrator.Machine.Setup;

/// <summary>Checks whether notices reach people: looked at without sending any (<c>check</c>), or tried (<c>notify test</c>).</summary>
public static class NoticeCheck
{
    /// <summary>Looks at all targets; none: no entry.</summary>
    /// <param name="loaded">The settings in force, without errors.</param>
    /// <param name="services">Clock and environment.</param>
    public static async Task<IReadOnlyList<MachineCheckEntry>> LookAsync(
        SettingsResult loaded,
        RunServices services,
        CancellationToken stop
    ) => [.. (await NoticeProbe.LookAsync(loaded, services, stop)).Select(probe => Entry(probe, "can be reached"))];

    /// <summary>Sends a test.</summary>
    /// <param name="loaded">The settings in force, without errors.</param>
    /// <param name="services">Clock and environment.</param>
    /// <param name="target">Name of the target; null: all.</param>
    public static async Task<IReadOnlyList<MachineCheckEntry>> TestAsync(
        SettingsResult loaded,
        RunServices services,
        string? target,
        CancellationToken stop
    ) => [.. (await NoticeProbe.TestAsync(loaded, services, target, stop)).Select(probe => Entry(probe, "has taken the test"))];

    private static MachineCheckEntry Entry(NoticeProbe probe, string good) =>
        probe.IsReachable
            ? new("notifications", MachineCheckStatus.Ok, $"{probe.Target} {good}{(probe.Message.Length > 0 ? $": {probe.Message}" : ".")}")
            : new("notifications", MachineCheckStatus.Warn, $"{probe.Target}: {probe.Message}", "No notice would arrive there.");
}
