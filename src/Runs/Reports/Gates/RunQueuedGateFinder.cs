using Orchestrator.Gates.Turns;

namespace Orchestrator.Runs.Reports.Gates;

/// <summary>Lists the gates of a run that are waiting for other gates on this host to end.</summary>
public static class RunQueuedGateFinder
{
    /// <summary>Returns the waiting gates as data for <c>status --json</c> and as text. Changes nothing.</summary>
    /// <param name="run">Status of the run. A run that has ended has no waiting gates.</param>
    /// <param name="runFolder">Absolute path of the run's folder.</param>
    /// <param name="environment">Environment variables of the process.</param>
    public static IReadOnlyList<(WaitingGateStatus Wait, string Words)> Of(
        RunStatus run,
        string runFolder,
        IReadOnlyDictionary<string, string> environment
    ) =>
        RunStateNames.IsFinal(run.State)
            ? []
            :
            [
                .. QueuedGateRecord
                    .All(environment)
                    .Where(gate => gate.Origin.Run == Path.GetFileName(runFolder))
                    .Select(gate => (Describe(gate), gate.ToString())),
            ];

    private static WaitingGateStatus Describe(QueuedGateRecord gate) =>
        new(
            gate.Origin.Task,
            gate.Gate,
            gate.Exclusive,
            gate.HolderGate,
            gate.Holder.Task,
            gate.Holder.Run,
            gate.Holder.Repository,
            gate.Since
        );
}
