using Orchestrator.Runs.Tasks;

namespace Orchestrator.Runs.Merging.Preflight;

/// <summary>
/// Detects contracts that have changed since earlier runs. Users change a contract by starting a run with a changed plan. Tasks that use
/// the contract are then redone, whereas all other results are reused and verified with the new contract.
/// </summary>
internal static class PlanContractChangeDetector
{
    private const int MostRuns = 50;

    /// <summary>
    /// Adds warnings that name the tasks of the previous run whose contract has changed since then. Returns the contracts that changed so
    /// often that a user must approve the run.
    /// </summary>
    public static IReadOnlyList<string> Renegotiated(RunPlanAndSettings files, List<string> warnings)
    {
        if (files.Contracts is not { Count: > 0 } current)
        {
            return [];
        }
        var runs = EarlierRuns(files.Folder).Select(run => (run.Name, Pins: PinsOf(run))).Where(run => run.Pins.Count > 0).ToList();
        if (runs.Count == 0)
        {
            return [];
        }
        warnings.AddRange(
            TaskContractVersion
                .Stale(runs[0].Pins, current)
                .GroupBy(pin => (pin.Contract, pin.Version))
                .Select(stale =>
                    $"The contract '{stale.Key.Contract}' is no longer at version {stale.Key.Version}, which "
                    + $"{string.Join(", ", stale.Select(p => p.TaskId))} used in {runs[0].Name}. These tasks get the new version and run "
                    + "again; results of other tasks are verified against it."
                )
        );
        return
        [
            .. current
                .Select(contract => (contract.Name, Changes: Changes(contract, runs.SelectMany(r => r.Pins))))
                .Where(contract => contract.Changes > InterfaceContractStub.MaxRenegotiations)
                .Select(contract =>
                    $"The contract '{contract.Name}' has changed {Plural.Times(contract.Changes)} while tasks relied on it, but at most "
                    + $"{InterfaceContractStub.MaxRenegotiations} changes are allowed. Finalize the contract, or accept this with --yes."
                ),
        ];
    }

    /// <summary>Counts the changes to a contract's version, from the newest run backward.</summary>
    private static int Changes(InterfaceContractStub contract, IEnumerable<TaskContractVersion> newestFirst)
    {
        var version = contract.Version;
        var changes = 0;
        foreach (var pin in newestFirst.Where(p => p.Contract == contract.Name))
        {
            if (pin.Version == version)
            {
                continue;
            }
            version = pin.Version;
            changes++;
        }
        return changes;
    }

    /// <summary>Lists the runs since the last landed one, from newest to oldest. The contracts of a landed run count as settled.</summary>
    private static IEnumerable<RunFolder> EarlierRuns(RunFolder present) =>
        new DirectoryInfo(Path.GetDirectoryName(present.Path)!)
            .EnumerateDirectories()
            .Select(run => new FileInfo(Path.Combine(run.FullName, "plan", "contracts.json")))
            .Where(file => file.Exists && file.Directory!.Parent!.FullName != present.Path)
            .OrderByDescending(file => file.LastWriteTimeUtc)
            .Take(MostRuns)
            .Select(file => present.Sibling(file.Directory!.Parent!.Name))
            .TakeWhile(run => RunStatusFile.Read(run.Status)?.State != RunStateNames.Completed);

    private static List<TaskContractVersion> PinsOf(RunFolder run) =>
        Directory.Exists(run.Task(""))
            ?
            [
                .. Directory
                    .EnumerateDirectories(run.Task(""))
                    .Select(Path.GetFileName)
                    .OfType<string>()
                    .SelectMany(task =>
                        TaskWorktreeRecord.Read(run, task).Contracts.Select(pin => new TaskContractVersion(pin.Key, task, pin.Value))
                    ),
            ]
            : [];
}
