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

    /// <summary>Reads the current plan of a run, for users who make decisions about that plan.</summary>
    /// <param name="repository">Absolute path of the repository's main work tree.</param>
    /// <param name="run">Status of the run, as reported by its workflow.</param>
    /// <returns>The plan, or null if the run has no plan yet.</returns>
    /// <exception cref="UserRequestRefusedException">Another program changed the run's files, so they would not show the plan that the
    /// decision is about.</exception>
    public static Plan? TryReadPlan(string repository, RunStatus run)
    {
        try
        {
            return Load(repository, run)?.Plan;
        }
        catch (RunStepFailedException changed)
        {
            throw new UserRequestRefusedException(changed.Message, $"orchestrate cancel {run.RunId}");
        }
    }

    /// <summary>
    /// Reads the stored plan and settings of a run. Returns null if the run has no plan yet or if another program changed the files.
    /// </summary>
    public static RunPlanAndSettings? TryRead(string repository, RunStatus run)
    {
        try
        {
            return Load(repository, run);
        }
        catch (RunStepFailedException)
        {
            return null;
        }
    }

    private static RunPlanAndSettings? Load(string repository, RunStatus run) =>
        run.PlanHash.Length == 0 ? null : new RunPlanCache().Load(new RepositoryReference(repository, "", ""), run.RunId, run.PlanHash);

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
