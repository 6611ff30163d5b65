using System.Globalization;
using Orchestrator.Runs.Gates;

namespace Orchestrator.App.Queries;

/// <summary>The result of a gate on one commit of a run.</summary>
/// <param name="Id">Id of the result, unique within the run.</param>
/// <param name="Stage">The work that the gate checked.</param>
/// <param name="Task">Id of the task, or empty for the base and for staging.</param>
/// <param name="Attempt">Number of the task's attempt, starting at 1, or 0 for the base and for staging.</param>
/// <param name="Verdict">The verdict with its evidence.</param>
public sealed record GateRun(string Id, GateStage Stage, string Task, int Attempt, GateVerdict Verdict)
{
    /// <summary>
    /// Returns all stored gate results of a run. The results on the base commit come first, then those of the tasks, and finally those on
    /// the staging branch.
    /// </summary>
    /// <param name="folder">Folder of the run.</param>
    internal static IReadOnlyList<GateRun> ReadAll(RunFolder folder) =>
        [
            .. GateEvidence.ReadBase(folder).Select((verdict, i) => OfRun("base", i, GateStage.Base, verdict)),
            .. GateEvidence
                .ReadOfTasks(folder)
                .Select(stored => new GateRun(
                    $"{stored.Task}.{stored.Place.Replace('/', '.')}",
                    stored.OfMerge ? GateStage.Merge : GateStage.Task,
                    stored.Task,
                    stored.Attempt,
                    stored.Verdict
                )),
            .. GateEvidence.ReadLanding(folder).Select((verdict, i) => OfRun("landing", i, GateStage.Landing, verdict)),
        ];

    /// <summary>
    /// Returns the gate results in plan order. Results on the base commit come first, then those of each task's attempts and merges, and
    /// finally those on the staging branch.
    /// </summary>
    /// <param name="gates">The results to sort.</param>
    /// <param name="run">The run with its tasks.</param>
    internal static IReadOnlyList<GateRun> InPlanOrder(IReadOnlyList<GateRun> gates, RunStatus run)
    {
        var order = run.Tasks.Index().ToDictionary(task => task.Item.Id, task => task.Index, StringComparer.Ordinal);
        return
        [
            .. gates.Where(gate => gate.Stage == GateStage.Base),
            .. gates
                .Where(gate => gate.Task.Length > 0)
                .OrderBy(gate => order.GetValueOrDefault(gate.Task, int.MaxValue))
                .ThenBy(gate => gate.Attempt)
                .ThenBy(gate => gate.Stage),
            .. gates.Where(gate => gate.Stage == GateStage.Landing),
        ];
    }

    private static GateRun OfRun(string name, int index, GateStage stage, GateVerdict verdict) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{name}.{index}"), stage, "", 0, verdict);
}
