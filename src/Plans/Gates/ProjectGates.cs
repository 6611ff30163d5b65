namespace Orchestrator.Plans;

/// <summary>Where a gate comes from.</summary>
public enum GateSource
{
    /// <summary>The task's own verification.</summary>
    Task,

    /// <summary>The configuration, <c>gates.task</c>.</summary>
    Configuration,

    /// <summary>The project's own manifests, for a task without gates of its own where the configuration names none.</summary>
    Found,

    /// <summary>The project's own manifests, because the plan has contracts, which are worth nothing where nobody checks types.</summary>
    Contracts,
}

/// <summary>A gate that holds, and why.</summary>
/// <param name="Source">Where it comes from.</param>
public sealed record HoldingGate(Gate Gate, GateSource Source);

/// <summary>The gates that a project brings along: the one answer to which gates hold for a task, a merge and a landing, for runs and for
/// every command.</summary>
public sealed record ProjectGates
{
    /// <summary>What the configuration names for tasks; null: nothing, so that what was found counts. An empty list switches that
    /// off.</summary>
    public IReadOnlyList<Gate>? Configured { get; init; }

    /// <summary>What was found in the project's manifests.</summary>
    public IReadOnlyList<Gate> Found { get; init; } = [];

    /// <summary>What the configuration names for every merged tree.</summary>
    public IReadOnlyList<Gate> Integration { get; init; } = [];

    /// <summary>Those of the project itself, whatever a task brings.</summary>
    public IReadOnlyList<Gate> OfProject() => Configured ?? Found;

    /// <summary>What a task has to pass, with where each comes from; measurements come last.</summary>
    public IReadOnlyList<HoldingGate> Explain(Plan plan, PlanTask task)
    {
        HoldingGate[] holding =
        [
            .. From(task.Verification, GateSource.Task),
            .. From(Configured ?? [], GateSource.Configuration),
            .. From(task.Verification.Count == 0 && Configured is null ? Found : [], GateSource.Found),
        ];
        holding =
        [
            .. holding,
            .. From(Types(plan), GateSource.Contracts).Where(type => !holding.Any(h => h.Gate.Command == type.Gate.Command)),
        ];
        return
        [
            .. Gate.WithOwnNames([.. holding.Select(h => h.Gate)]).Select((gate, i) => holding[i] with { Gate = gate }),
            .. From(task.Measurements, GateSource.Task),
        ];
    }

    /// <summary>What a task has to pass.</summary>
    public IReadOnlyList<Gate> Of(Plan plan, PlanTask task) => [.. Explain(plan, task).Select(h => h.Gate)];

    /// <summary>What a task has to pass beyond its own verification.</summary>
    public IReadOnlyList<Gate> Beyond(Plan plan, PlanTask task) =>
        [.. Explain(plan, task).Where(h => h.Source != GateSource.Task).Select(h => h.Gate)];

    /// <summary>What holds for a task's work merged to staging. Measurements are of the task's own commit: a figure of others' work, taken
    /// while others wait for their turn, would send it back by chance.</summary>
    public IReadOnlyList<Gate> OfMerge(Plan plan, PlanTask task) =>
        Gate.WithOwnNames([.. Of(plan, task).Where(gate => !gate.IsMeasurement), .. Integration]);

    /// <summary>Every gate that some task of the plan has to pass or a merged tree has to, once.</summary>
    /// <param name="without">Ids of tasks whose work is not there, so that their own gates can't hold.</param>
    public IReadOnlyList<Gate> OfLanding(Plan plan, IReadOnlyCollection<string> without) =>
        Gate.WithOwnNames([
            .. Beside(plan)
                .Concat(plan.Tasks.Where(t => !without.Contains(t.Id)).SelectMany(t => t.Verification))
                .DistinctBy(g => (g.Command, g.Negate)),
        ]);

    /// <summary>Those of the project that hold for the plan, without what its tasks bring themselves; all that were found, since tasks may
    /// be without.</summary>
    public IReadOnlyList<Gate> Beside(Plan plan) => [.. OfProject().Concat(Integration).Concat(Types(plan)).DistinctBy(g => g.Command)];

    /// <summary>Whether anything checks types in a run of the plan.</summary>
    public bool CheckTypes(Plan plan) =>
        (Configured ?? []).Concat(Types(plan)).Concat(plan.Tasks.SelectMany(t => t.Verification)).Any(g => g.ChecksTypes);

    // Where the configuration names a gate that checks types, that one is meant.
    private IEnumerable<Gate> Types(Plan plan) =>
        plan.Contracts.Count == 0 || (Configured ?? []).Any(g => g.ChecksTypes) ? [] : Found.Where(g => g.ChecksTypes);

    private static IEnumerable<HoldingGate> From(IEnumerable<Gate> gates, GateSource source) =>
        gates.Select(gate => new HoldingGate(gate, source));
}
