namespace Orchestrator.Messages;

/// <summary>Time since a run began.</summary>
/// <param name="AtWork">Time in which the run did not wait for a user's answer.</param>
/// <param name="Waits">Time since which it waits for a user's answer; zero if it does not.</param>
public sealed record RunElapsed(TimeSpan AtWork, TimeSpan Waits)
{
    /// <summary>Computes the time of a run.</summary>
    /// <param name="run">The run, with <see cref="RunStatus.Standing"/> if known.</param>
    /// <param name="now">The current time, which is the end of an open run.</param>
    public static RunElapsed Of(RunStatus run, DateTimeOffset now)
    {
        var end = RunStates.IsFinal(run.State) ? run.UpdatedAt : now;
        var waits = (run.Standing ?? RunLiveness.Of(run)) == RunLiveness.NeedsPerson && now > run.UpdatedAt ? now - run.UpdatedAt : default;
        return new RunElapsed(end - run.StartedAt - waits, waits);
    }
}
