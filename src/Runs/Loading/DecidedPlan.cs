namespace Orchestrator.Runs.Loading;

/// <summary>The plan that a run works by, for people who are asked about it.</summary>
public static class DecidedPlan
{
    /// <summary>Reads it.</summary>
    /// <param name="repository">Absolute path of the repository's main work tree.</param>
    /// <param name="run">The run, as it says itself that it is.</param>
    /// <returns>Null: it has none yet.</returns>
    /// <exception cref="RefusedException">Somebody changed the run's files: what they show is not what the answer would be
    /// about.</exception>
    public static Plan? TryRead(string repository, RunStatus run)
    {
        try
        {
            return Load(repository, run)?.Plan;
        }
        catch (StepException changed)
        {
            throw new RefusedException(changed.Message, $"orchestrate cancel {run.RunId}");
        }
    }

    /// <summary>The run's files; null: it has none yet, or somebody changed them.</summary>
    public static RunFiles? TryFiles(string repository, RunStatus run)
    {
        try
        {
            return Load(repository, run);
        }
        catch (StepException)
        {
            return null;
        }
    }

    private static RunFiles? Load(string repository, RunStatus run) =>
        run.PlanHash.Length == 0 ? null : new StoredPlans().Load(new RepositoryReference(repository, "", ""), run.RunId, run.PlanHash);
}
