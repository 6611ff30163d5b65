using Orchestrator.Runs.Tasks;

namespace Orchestrator.Runs.Merging.Preflight;

/// <summary>Reads the contract versions that a plan's tasks got in earlier runs. A run's plan is fixed, so a contract is renegotiated by
/// starting a changed plan. Its consumers then work again, because the contract is part of their content key. All other results are reused
/// and verified against the new contract.</summary>
internal static class ContractHistory
{
    private const int MostRuns = 50;

    /// <summary>Warns about consumers whose contract differs from the last one they got. Returns contracts that changed too often and
    /// therefore need approval.</summary>
    public static IReadOnlyList<string> Renegotiated(RunFiles files, List<string> warnings)
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
            ContractPin
                .Stale(runs[0].Pins, current)
                .GroupBy(pin => (pin.Contract, pin.Version))
                .Select(stale =>
                    $"The contract '{stale.Key.Contract}' is no longer the version {stale.Key.Version} that "
                    + $"{string.Join(", ", stale.Select(p => p.TaskId))} had in {runs[0].Name}: they are told the new one and work "
                    + "again; other results are verified against it."
                )
        );
        return
        [
            .. current
                .Select(contract => (contract.Name, Changes: Changes(contract, runs.SelectMany(r => r.Pins))))
                .Where(contract => contract.Changes > ContractStub.MaxRenegotiations)
                .Select(contract =>
                    $"The contract '{contract.Name}' has changed {Plural.Times(contract.Changes)} while tasks relied on it, more than "
                    + $"{ContractStub.MaxRenegotiations}. Settle what it has to be, or say yes (--yes)."
                ),
        ];
    }

    /// <summary>Counts the version changes, from the newest back.</summary>
    private static int Changes(ContractStub contract, IEnumerable<ContractPin> newestFirst)
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

    /// <summary>Lists earlier runs, the newest first, back to the last one that landed, because landed contracts are settled.</summary>
    private static IEnumerable<RunFolder> EarlierRuns(RunFolder present) =>
        new DirectoryInfo(Path.GetDirectoryName(present.Path)!)
            .EnumerateDirectories()
            .Select(run => new FileInfo(Path.Combine(run.FullName, "plan", "contracts.json")))
            .Where(file => file.Exists && file.Directory!.Parent!.FullName != present.Path)
            .OrderByDescending(file => file.LastWriteTimeUtc)
            .Take(MostRuns)
            .Select(file => present.Sibling(file.Directory!.Parent!.Name))
            .TakeWhile(run => StatusFile.Read(run.Status)?.State != RunStates.Completed);

    private static List<ContractPin> PinsOf(RunFolder run) =>
        Directory.Exists(run.Task(""))
            ?
            [
                .. Directory
                    .EnumerateDirectories(run.Task(""))
                    .Select(Path.GetFileName)
                    .OfType<string>()
                    .SelectMany(task => TaskNotes.Read(run, task).Contracts.Select(pin => new ContractPin(pin.Key, task, pin.Value))),
            ]
            : [];
}
