namespace Orchestrator.Messages;

/// <summary>Elapsed time of a run, excluding the current wait for a user, and the length of that wait.</summary>
/// <param name="AtWork">Time since the start, without the current wait for a user.</param>
/// <param name="Waits">Length of the current wait for a user, or zero if the run does not wait.</param>
public sealed record RunElapsed(TimeSpan AtWork, TimeSpan Waits)
{
    /// <summary>Computes the elapsed time of a run, excluding the current wait for a user, and the length of that wait.</summary>
    /// <param name="run">Status of the run. Reads <see cref="RunStatus.Standing"/> if it is set.</param>
    /// <param name="now">Current time. For an ended run, the time of its end is used.</param>
    public static RunElapsed Of(RunStatus run, DateTimeOffset now)
    {
        var end = RunStateNames.IsFinal(run.State) ? run.UpdatedAt : now;
        var waits =
            (run.Standing ?? RunLivenessClassifier.Of(run)) == RunLivenessClassifier.NeedsPerson && now > run.UpdatedAt
                ? now - run.UpdatedAt
                : default;
        return new RunElapsed(end - run.StartedAt - waits, waits);
    }
}
