using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs;
using Orchestrator.Runs.Gates;

namespace Orchestrator.App.Queries;

/// <summary>Result of a gate on one commit of a run.</summary>
/// <param name="Stage">Commit on which the gate ran.</param>
/// <param name="Task">Id of the task; empty for the base and for staging.</param>
/// <param name="Attempt">Number of the task's attempt, from 1; 0 for the base and for staging.</param>
/// <param name="Verdict">Verdict with its evidence.</param>
public sealed record GateRun(GateStage Stage, string Task, int Attempt, GateVerdict Verdict)
{
    /// <summary>Returns all stored results of a run: of its base, then of its tasks in plan order, then of staging.</summary>
    internal static IReadOnlyList<GateRun> ReadAll(RunFolder folder, RunStatus run)
    {
        var order = run.Tasks.Index().ToDictionary(task => task.Item.Id, task => task.Index, StringComparer.Ordinal);
        return
        [
            .. GateEvidence.ReadBase(folder).Select(verdict => new GateRun(GateStage.Base, "", 0, verdict)),
            .. GateEvidence
                .ReadOfTasks(folder)
                .Select(stored => new GateRun(
                    stored.OfMerge ? GateStage.Merge : GateStage.Task,
                    stored.Task,
                    stored.Attempt,
                    stored.Verdict
                ))
                .OrderBy(gate => order.GetValueOrDefault(gate.Task, int.MaxValue))
                .ThenBy(gate => gate.Attempt)
                .ThenBy(gate => gate.Stage),
            .. GateEvidence.ReadLanding(folder).Select(verdict => new GateRun(GateStage.Landing, "", 0, verdict)),
        ];
    }
}
