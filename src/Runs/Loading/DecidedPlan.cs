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
        if (run.PlanHash.Length == 0)
        {
            return null;
        }
        try
        {
            return new StoredPlans().Load(new RepositoryReference(repository, "", ""), run.RunId, run.PlanHash).Plan;
        }
        catch (StepException changed)
        {
            throw new RefusedException(changed.Message, $"orchestrate cancel {run.RunId}");
        }
    }
}
