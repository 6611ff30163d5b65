namespace Orchestrator.App.Cleaning;

/// <summary>Selects ended runs that no longer need to be kept according to the retention limits.</summary>
public static class ExpiredRunSelector
{
    /// <summary>Returns the ended runs that exceed the number of runs to keep or the maximum age, oldest first.</summary>
    /// <param name="runs">Runs that have ended.</param>
    /// <param name="keep">Number of latest runs to keep, or null for no limit.</param>
    /// <param name="age">Time after its end for which a run is kept, or null for no limit.</param>
    /// <param name="now">Current time in UTC.</param>
    public static IReadOnlyList<RunStatus> Beyond(IEnumerable<RunStatus> runs, int? keep, TimeSpan? age, DateTimeOffset now)
    {
        RunStatus[] latestFirst = [.. runs.OrderByDescending(run => run.UpdatedAt).ThenBy(run => run.RunId, StringComparer.Ordinal)];
        return [.. latestFirst.Where((run, place) => place >= keep || now - run.UpdatedAt > age).Reverse()];
    }
}
