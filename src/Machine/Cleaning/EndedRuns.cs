using Orchestrator.Messages;

namespace Orchestrator.Machine.Cleaning;

/// <summary>Which ended runs exceed the retention.</summary>
public static class EndedRuns
{
    /// <summary>Runs beyond a number of latest ones, and those that ended too long ago; the oldest first.</summary>
    /// <param name="runs">Runs that have ended.</param>
    /// <param name="keep">How many of the latest are kept; null: no limit.</param>
    /// <param name="age">How long after its end a run is kept; null: no limit.</param>
    /// <param name="now">The time, UTC.</param>
    public static IReadOnlyList<RunStatus> Beyond(IEnumerable<RunStatus> runs, int? keep, TimeSpan? age, DateTimeOffset now)
    {
        RunStatus[] latestFirst = [.. runs.OrderByDescending(run => run.UpdatedAt).ThenBy(run => run.RunId, StringComparer.Ordinal)];
        return [.. latestFirst.Where((run, place) => place >= keep || now - run.UpdatedAt > age).Reverse()];
    }
}
