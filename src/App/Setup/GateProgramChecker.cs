using Orchestrator.Gates.Detection;
using Orchestrator.Gates.Running;
using Orchestrator.Runs.Gates;

namespace Orchestrator.App.Setup;

/// <summary>Checks the gates configured for tasks, and the programs of detected gates.</summary>
internal static class GateProgramChecker
{
    public static async Task<MachineReadinessCheckResult> RunAsync(SettingsLoadResult loaded, string root, CancellationToken stop)
    {
        var settings = loaded.Settings!;
        const string Name = "gates";
        var found = ManifestGateDetector.Detect(root);
        var gates = RunStartSettings
            .GatesOf(settings, found)
            .OfProject()
            .Select(gate => gate.Exclusive is { } name ? $"{gate.Command} (exclusive: {name})" : gate.Command)
            .ToList();
        if (settings.Gates.Task is null && await MissingAsync(loaded, found, root, stop) is { } missing)
        {
            return missing;
        }
        if (settings.Gates.Task is { } set && Watching(set) is { } watching)
        {
            return watching;
        }
        return gates.Count > 0
            ? new(Name, MachineReadinessCheckStatus.Ok, $"{(settings.Gates.Task is null ? "Found" : "Set")}: {string.Join("; ", gates)}.")
            : new(
                Name,
                MachineReadinessCheckStatus.Warn,
                "No gates are set, and no manifest defines any, so tasks without 'verification' are not verified.",
                "Set gates.task, such as [make test], or give tasks 'verification'."
            );
    }

    /// <summary>
    /// Reports configured gates that never end because they watch for changes, and gates that repair files instead of only checking them.
    /// </summary>
    private static MachineReadinessCheckResult? Watching(IReadOnlyList<Gate> gates)
    {
        var watching = gates
            .Where(gate => WatchAndFixModeRemover.Of(gate.Command) is not null || WatchAndFixModeRemover.NeverEnds(gate.Command))
            .ToList();
        return watching.Count == 0
            ? null
            : new(
                "gates",
                MachineReadinessCheckStatus.Warn,
                string.Concat(watching.Select(gate => $"Set: {gate.Command}, which watches for changes or repairs files. ")).TrimEnd(),
                string.Join(
                    ' ',
                    watching.Select(gate =>
                        WatchAndFixModeRemover.Of(gate.Command) is { } once
                            ? $"Use '{once}', which checks once."
                            : "Use the command itself, without the program that repeats it."
                    )
                )
            );
    }

    /// <summary>
    /// Reports detected gates whose programs are missing. The programs are tested outside the repository, because its files are not trusted
    /// here.
    /// </summary>
    private static async Task<MachineReadinessCheckResult?> MissingAsync(
        SettingsLoadResult loaded,
        IReadOnlyList<Gate> found,
        string root,
        CancellationToken stop
    )
    {
        var hasSetUp = WorktreeSetUpRunner.CommandsOf(loaded.Settings!, root, found).Count > 0;
        var folder = Directory.CreateTempSubdirectory("orchestrate-check-");
        try
        {
            List<(Gate Gate, string Probe, string Failure)> missing = [];
            foreach (var probed in found.GroupBy(gate => GateProgramProbe.CommandOf(gate, hasSetUp)))
            {
                if (probed.Key is { } probe && await FailureAsync(probe, folder.FullName, loaded, stop) is { } failure)
                {
                    missing.AddRange(probed.Select(gate => (gate, probe, failure)));
                }
            }
            return missing.Count == 0
                ? null
                : new(
                    "gates",
                    MachineReadinessCheckStatus.Warn,
                    string.Concat(
                        missing.Select(gate => $"Found: {gate.Gate.Command}, but it can't run here: '{gate.Probe}' fails{gate.Failure}. ")
                    ) + "Each run would stop at this gate.",
                    string.Join(
                        ' ',
                        missing.Select(gate => GateProgramProbe.SuggestFix(gate.Gate, ofProject: true, root, found)).Distinct()
                    )
                );
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string?> FailureAsync(string probe, string folder, SettingsLoadResult loaded, CancellationToken stop)
    {
        var asked = await new ProcessRunner().RunAsync(
            new ChildProcessOptions("/bin/sh", "-c", probe)
            {
                WorkingDirectory = folder,
                Environment = GateVariables
                    .Make(loaded.AgentEnvironment)
                    .ToDictionary(v => v.Key, string? (v) => v.Value, StringComparer.Ordinal),
                CleanEnvironment = true,
                Timeout = TimeSpan.FromSeconds(30),
                OwnSession = true,
                StopLeftovers = true,
            },
            stop
        );
        var said = asked.StandardError.Text.Trim().Split('\n')[^1];
        return asked.Succeeded ? null
            : said.Length > 0 ? $" ({said})"
            : "";
    }
}
