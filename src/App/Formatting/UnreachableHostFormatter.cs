namespace Orchestrator.App.Formatting;

/// <summary>Formats sentences about the unreachable machine that a run is waiting for.</summary>
public static class UnreachableHostFormatter
{
    /// <summary>
    /// Describes the unreachable machine, the time at which it became unavailable, its last contact, and a way to continue the run.
    /// </summary>
    /// <param name="away">The unavailable machine, which is never this machine.</param>
    /// <param name="runId">Id of the run.</param>
    public static string Of(UnreachableHost away, string runId) =>
        QueueNames.DrainingHostOfMachine(away.Machine, out var isReady) is { } giver
            ? OfGiven(giver, isReady, runId)
            : (
                away.Since is { } since
                    ? $"The run has waited for the host {away.Shown} since {LocalTimeFormatter.Of(since)}"
                    : $"The run waits for the host {away.Shown}"
            )
                + (away.LastSeen is { } seen ? $", last seen {LocalTimeFormatter.Of(seen)}" : "; its last contact is unknown")
                + $". 'orchestrate move {runId}' takes over the run.";

    private static string OfGiven(string giver, bool isReady, string runId) =>
        $"The host {giver} {(isReady ? "has released the run" : "is releasing the run and pushing its state")}. A worker with "
        + $"--take-over continues the run, or 'orchestrate move {runId}' moves it to this machine.";
}
