using System.Collections.Concurrent;

namespace Orchestrator.Runs;

/// <summary>Reads what runs decide by: their plans and the settings of their start. Kept by hash: every step of every task needs them, and
/// the plan of a large run is large.</summary>
public sealed class StoredPlans
{
    private const int MostKept = 8;
    private readonly ConcurrentDictionary<string, RunFiles> _known = new(StringComparer.Ordinal);

    /// <summary>Reads them.</summary>
    /// <param name="repository">The run's repository.</param>
    /// <param name="planHash">Hash of what the run decides by (<see cref="RunDecisions"/>), as its history has it.</param>
    /// <exception cref="StepException">A file is gone or was changed.</exception>
    public RunFiles Load(RepositoryReference repository, string runId, string planHash)
    {
        var folder = new RunFolder(repository.Path, runId);
        if (!_known.TryGetValue(planHash, out var known))
        {
            known = Read(folder, planHash);
            if (_known.Count >= MostKept)
            {
                _known.Clear();
            }
            _known[planHash] = known;
            return known;
        }
        // The same hash is the same content. Files that somebody changed meanwhile are named before anything else is done.
        BoundFile.Check(folder, RunDecisions.PathOf(folder, planHash), planHash);
        known.Decisions!.Check(folder, known.Decisions.Plan);
        known.Decisions.Check(folder, RunFiles.Named(folder, folder.StartFile));
        return known with { Folder = folder };
    }

    private static RunFiles Read(RunFolder folder, string hash)
    {
        var decisions = RunDecisions.Read(folder, hash);
        var plan = PlanJson.Read(decisions.TryRead(folder, decisions.Plan)!);
        var first = RunFiles.Named(folder, folder.Plan);
        var before = decisions.Plan == first ? plan : PlanJson.Read(decisions.TryRead(folder, first)!);
        return new RunFiles(folder, plan, RunStart.Read(decisions.TryRead(folder, RunFiles.Named(folder, folder.StartFile))!))
        {
            Decisions = decisions,
            Added = plan.Tasks.Select(task => task.Id).Except(before.Tasks.Select(task => task.Id), StringComparer.Ordinal).ToHashSet(),
        };
    }
}
