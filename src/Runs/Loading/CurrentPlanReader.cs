namespace Orchestrator.Runs.Loading;

/// <summary>Reads the plan that a run currently uses, for users who make decisions about that plan.</summary>
public static class CurrentPlanReader
{
    /// <summary>Reads the current plan of a run.</summary>
    /// <param name="repository">Absolute path of the repository's main work tree.</param>
    /// <param name="run">Status of the run, as reported by its workflow.</param>
    /// <returns>The plan, or null if the run has no plan yet.</returns>
    /// <exception cref="UserRequestRefusedException">Another program changed the run's files, so they would not show the plan that the
    /// decision is about.</exception>
    public static Plan? TryRead(string repository, RunStatus run)
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
    public static RunPlanAndSettings? TryFiles(string repository, RunStatus run)
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
}
