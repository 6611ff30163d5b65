using Orchestrator.Plans;

namespace Orchestrator.Runs.Gates;

/// <summary>
/// Which gates a task has to pass: its own and those of the configuration. Gates that were only found in the project's manifests stand in where a task
/// brings none of its own.
/// </summary>
internal static class TaskGates
{
    public static IReadOnlyList<GateSpec> Of(RunFiles files, PlanTask task) => GateSpec.WithOwnNames([.. task.Verification, .. Further(files, task)]);

    /// <summary>Those beyond the task's own. Contracts are worth nothing where nobody checks types, so a plan with contracts keeps the found gates that do.</summary>
    public static IReadOnlyList<GateSpec> Further(RunFiles files, PlanTask task)
    {
        IReadOnlyList<GateSpec> further = [.. files.Policy.TaskGates, .. task.Verification.Count == 0 ? files.Policy.FoundGates : []];
        return [.. further, .. Types(files).Where(type => !further.Concat(task.Verification).Any(g => g.Command == type.Command))];
    }

    /// <summary>A gate as far as it decides about work: whether it runs beside others does not.</summary>
    public static GateSpec WithoutTurns(GateSpec gate) => gate with { Exclusive = null };

    /// <summary>The gates that a plan's contracts bring along.</summary>
    public static IReadOnlyList<GateSpec> Types(RunFiles files) => files.Plan.Contracts.Count == 0 ? [] : files.Policy.TypeGates;
}
