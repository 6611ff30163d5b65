using Orchestrator.Messages;

namespace Orchestrator.App.Words;

/// <summary>Sentences about the machine that a run waits for.</summary>
public static class MachineWords
{
    /// <summary>Which machine, since when, when it was last seen, and how the run goes on.</summary>
    /// <param name="away">The machine, which is not this one.</param>
    /// <param name="runId">The run.</param>
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
