using System.Collections.Concurrent;

namespace Orchestrator.Runs;

/// <summary>
/// Loads the plans and start settings of runs, and caches them by hash. The cache is needed because every step reads the plan, and parsing
/// a large plan is slow.
/// </summary>
public sealed class RunPlanCache
{
    private const int MostKept = 8;
    private readonly ConcurrentDictionary<string, RunPlanAndSettings> _known = new(StringComparer.Ordinal);

    /// <summary>Loads the plan and start settings of a run.</summary>
    /// <param name="repository">The run's repository.</param>
    /// <param name="planHash">Hash of the list of files that affect the run's decisions (<see cref="RunDecisionInputFileHashList"/>), from
    /// the run's history.</param>
    /// <exception cref="RunStepFailedException">A file is missing or was changed.</exception>
    public RunPlanAndSettings Load(RepositoryReference repository, string runId, string planHash)
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
        // An equal hash means equal content. The files are still verified, so that a changed file is reported before any other work.
        HashVerifiedFile.Check(folder, RunDecisionInputFileHashList.PathOf(folder, planHash), planHash);
        known.Decisions!.Check(folder, known.Decisions.Plan);
        known.Decisions.Check(folder, RunPlanAndSettings.Named(folder, folder.StartFile));
        return known with { Folder = folder };
    }

    private static RunPlanAndSettings Read(RunFolder folder, string hash)
    {
        var decisions = RunDecisionInputFileHashList.Read(folder, hash);
        var plan = PlanJson.Read(decisions.TryRead(folder, decisions.Plan)!);
        var first = RunPlanAndSettings.Named(folder, folder.Plan);
        var before = decisions.Plan == first ? plan : PlanJson.Read(decisions.TryRead(folder, first)!);
        return new RunPlanAndSettings(
            folder,
            plan,
            RunStartSettings.Read(decisions.TryRead(folder, RunPlanAndSettings.Named(folder, folder.StartFile))!)
        )
        {
            Decisions = decisions,
            Added = plan.Tasks.Select(task => task.Id).Except(before.Tasks.Select(task => task.Id), StringComparer.Ordinal).ToHashSet(),
        };
    }
}
