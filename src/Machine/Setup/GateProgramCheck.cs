using Orchestrator.Gates.Detection;
using Orchestrator.Plans;
using Orchestrator.Runs.Gates;
using Orchestrator.Settings;

namespace Orchestrator.Machine.Setup;

/// <summary>Checks the gates that tasks would have, and the programs of found ones.</summary>
internal static class GateProgramCheck
{
    public static async Task<MachineCheckEntry> RunAsync(SettingsResult loaded, string root, CancellationToken stop)
    {
        var settings = loaded.Settings!;
        const string Name = "gates";
        var found = GateDetection.Detect(root);
        var gates = RunStart
            .GatesOf(settings, found)
            .OfProject()
            .Select(gate => gate.Exclusive is { } name ? $"{gate.Command} (exclusive: {name})" : gate.Command)
            .ToList();
        if (settings.Gates.Task is null && await MissingAsync(loaded, found, root, stop) is { } missing)
        {
            return missing;
        }
        return gates.Count > 0
            ? new(Name, MachineCheckStatus.Ok, $"{(settings.Gates.Task is null ? "Found" : "Set")}: {string.Join("; ", gates)}.")
            : new(
                Name,
                MachineCheckStatus.Warn,
                "None are set, and no manifest names any: tasks without 'verification' are not verified.",
                "Set gates.task, such as [make test], or give tasks 'verification'."
            );
    }

    /// <summary>The first found gate whose program is missing; checked outside of the repository, which is not trusted here.</summary>
    private static async Task<MachineCheckEntry?> MissingAsync(
        SettingsResult loaded,
        IReadOnlyList<Gate> found,
        string root,
        CancellationToken stop
    )
    {
        var settings = loaded.Settings!;
        var hasSetUp = WorktreeSetup.CommandsOf(settings, root).Count > 0;
        var folder = Directory.CreateTempSubdirectory("orchestrate-check-");
        try
        {
            foreach (var gate in found)
            {
                if (GateProbe.CommandOf(gate, hasSetUp) is not { } probe)
                {
                    continue;
                }
                var asked = await new ProcessRunner().RunAsync(
                    new ProcessCommand("/bin/sh", "-c", probe)
                    {
                        WorkingDirectory = folder.FullName,
                        Environment = loaded.AgentEnvironment.ToDictionary(v => v.Key, string? (v) => v.Value, StringComparer.Ordinal),
                        CleanEnvironment = true,
                        Timeout = TimeSpan.FromSeconds(30),
                        OwnSession = true,
                        StopLeftovers = true,
                    },
                    stop
                );
                if (!asked.Succeeded)
                {
                    var said = asked.StandardError.Text.Trim().Split('\n')[^1];
                    return new(
                        "gates",
                        MachineCheckStatus.Warn,
                        $"Found: {gate.Command}, but it can't run here: '{probe}' fails{(said.Length > 0 ? $" ({said})" : "")}. Runs stop "
                            + "at it.",
                        GateProbe.CureOf(gate, ofProject: true, root)
                    );
                }
            }
            return null;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
