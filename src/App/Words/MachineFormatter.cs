namespace Orchestrator.App.Words;

/// <summary>Formats sentences about the machine that a run waits for.</summary>
public static class MachineFormatter
{
    /// <summary>Describes the machine, the start of its absence, its last contact, and a way to continue the run.</summary>
    /// <param name="away">The unavailable machine, which is never this one.</param>
    /// <param name="runId">Id of the run.</param>
    public static string Of(MachineAway away, string runId) =>
        QueueNames.GiverOf(away.Machine, out var isReady) is { } giver
            ? OfGiven(giver, isReady, runId)
            : $"It waits for the machine {away.Shown}{(away.Since is { } since ? $" since {LocalTimes.Of(since)}" : "")}"
                + (away.LastSeen is { } seen ? $", last seen {LocalTimes.Of(seen)}" : "; when that was last seen is unknown")
                + $". 'orchestrate move {runId}' takes it to this one.";

    private static string OfGiven(string giver, bool isReady, string runId) =>
        $"The machine {giver} {(isReady ? "has given it away" : "gives it away, and pushes what it has")}: a worker with --take-over goes "
        + $"on with it, or 'orchestrate move {runId}' takes it to this machine.";
}
