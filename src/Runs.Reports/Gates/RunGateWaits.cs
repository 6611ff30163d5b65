using Orchestrator.Gates.Turns;

namespace Orchestrator.Runs.Reports.Gates;

/// <summary>Gates of a run that wait for others on this machine.</summary>
public static class RunGateWaits
{
    /// <summary>The waiting gates, for <c>status --json</c> and as text. Reads only.</summary>
    /// <param name="run">The run; one that has ended has none.</param>
    /// <param name="runFolder">Absolute path of its folder.</param>
    /// <param name="environment">Variables of the process.</param>
    public static IReadOnlyList<(GateWait Wait, string Words)> Of(
        RunStatus run,
        string runFolder,
        IReadOnlyDictionary<string, string> environment
    ) =>
        RunStates.IsFinal(run.State)
            ? []
            :
            [
                .. WaitingGate
                    .All(environment)
                    .Where(gate => gate.Origin.Run == Path.GetFileName(runFolder))
                    .Select(gate => (Describe(gate), gate.ToString())),
            ];

    private static GateWait Describe(WaitingGate gate) =>
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
