namespace Orchestrator.Plans;

/// <summary>Source of a gate.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GateSource>))]
public enum GateSource
{
    /// <summary>The task's own verification.</summary>
    [JsonStringEnumMemberName("task")]
    Task,

    /// <summary>The configuration, <c>gates.task</c>.</summary>
    [JsonStringEnumMemberName("configuration")]
    Configuration,

    /// <summary>The project's own manifests, for a task without gates of its own where the configuration names none.</summary>
    [JsonStringEnumMemberName("found")]
    Found,

    /// <summary>The project's own manifests, because the plan has contracts, which need type checks.</summary>
    [JsonStringEnumMemberName("contracts")]
    Contracts,

    /// <summary>The configuration, <c>gates.integration</c>.</summary>
    [JsonStringEnumMemberName("integration")]
    Integration,
}

/// <summary>An effective gate, and its source.</summary>
/// <param name="Source">Where it comes from.</param>
public sealed record HoldingGate(Gate Gate, GateSource Source);

/// <summary>The gates of a project: decides which gates apply to a task, a merge and a landing, for runs and for every command.</summary>
public sealed record ProjectGates
{
    /// <summary>The configuration's gates for tasks; null: none, so that found ones count. An empty list switches those off.</summary>
    public IReadOnlyList<Gate>? Configured { get; init; }

    /// <summary>Gates found in the project's manifests.</summary>
    public IReadOnlyList<Gate> Found { get; init; } = [];

    /// <summary>The configuration's gates for every merged tree; null: none, so that found ones count where none are configured for tasks
    /// either. An empty list switches those off.</summary>
    public IReadOnlyList<Gate>? Integration { get; init; }

    /// <summary>The project's gates, whatever a task has.</summary>
    public IReadOnlyList<Gate> OfProject() => Configured ?? Found;

    /// <summary>The gates of every tree on staging, whatever a task has, with their sources. A task that is checked by a weaker test of
    /// its own must not weaken what the project is checked by.</summary>
    public IReadOnlyList<HoldingGate> ExplainStaging(Plan plan) =>
        [
            .. Once(
                From(Configured ?? [], GateSource.Configuration)
                    .Concat(From(Integration ?? [], GateSource.Integration))
                    .Concat(From(Integration is null && Configured is null ? Found : [], GateSource.Found))
                    .Concat(From(Types(plan), GateSource.Contracts))
            ),
        ];

    /// <summary>The gates of every tree on staging.</summary>
    public IReadOnlyList<Gate> OfStaging(Plan plan) => [.. ExplainStaging(plan).Select(holding => holding.Gate)];

    /// <summary>A task's gates with their sources; measurements come last.</summary>
    public IReadOnlyList<HoldingGate> Explain(Plan plan, PlanTask task)
    {
        var holding = Once([
            .. From(task.Verification, GateSource.Task),
            .. From(Configured ?? [], GateSource.Configuration),
            .. From(task.Verification.Count == 0 && Configured is null ? Found : [], GateSource.Found),
            .. From(Types(plan), GateSource.Contracts),
        ]);
        return
        [
            .. Gate.WithOwnNames([.. holding.Select(h => h.Gate)]).Select((gate, i) => holding[i] with { Gate = gate }),
            .. From(task.Measurements, GateSource.Task),
        ];
    }

    /// <summary>A task's gates.</summary>
    public IReadOnlyList<Gate> Of(Plan plan, PlanTask task) => [.. Explain(plan, task).Select(h => h.Gate)];

    /// <summary>The gates that a task's work has to pass beyond its own verification, in its own tree or on staging.</summary>
    public IReadOnlyList<Gate> Beyond(Plan plan, PlanTask task) =>
        [.. OfMerge(plan, task).Where(gate => !task.Verification.Any(own => own.IsSameAs(gate)))];

    /// <summary>Gates for a task's work merged to staging. Measurements are left out: they are of the task's own commit, and repeating them
    /// with others' work, at a busy time, would reject it by chance.</summary>
    public IReadOnlyList<Gate> OfMerge(Plan plan, PlanTask task) =>
        Gate.WithOwnNames(Once(Of(plan, task).Where(gate => !gate.IsMeasurement).Concat(OfStaging(plan))));

    /// <summary>All gates of the plan's tasks and of merged trees, each once.</summary>
    /// <param name="without">Ids of tasks whose work is missing, so that their own gates can't pass.</param>
    public IReadOnlyList<Gate> OfLanding(Plan plan, IReadOnlyCollection<string> without) =>
        Gate.WithOwnNames(Once(Beside(plan).Concat(plan.Tasks.Where(t => !without.Contains(t.Id)).SelectMany(t => t.Verification))));

    /// <summary>The project's gates for the plan, without those of its tasks; including all found ones, because tasks may have
    /// none.</summary>
    public IReadOnlyList<Gate> Beside(Plan plan) => Once(OfProject().Concat(OfStaging(plan)));

    /// <summary>True if a gate checks types in a run of the plan.</summary>
    public bool CheckTypes(Plan plan) =>
        (Configured ?? []).Concat(Types(plan)).Concat(plan.Tasks.SelectMany(t => t.Verification)).Any(g => g.ChecksTypes);

    // If the configuration has a gate that checks types, that one is used.
    private IEnumerable<Gate> Types(Plan plan) =>
        plan.Contracts.Count == 0 || (Configured ?? []).Any(g => g.ChecksTypes) ? [] : Found.Where(g => g.ChecksTypes);

    // Where one command is named twice, the strict one decides: a task can't make the project's gate a mere advice.
    private static IReadOnlyList<Gate> Once(IEnumerable<Gate> gates) =>
        GateOrder.Sort([.. gates.GroupBy(gate => gate.Identity).Select(same => Strictest([.. same]))]);

    private static IReadOnlyList<HoldingGate> Once(IEnumerable<HoldingGate> all) =>
        GateOrder.Sort(
            [
                .. all.GroupBy(held => held.Gate.Identity)
                    .Select(same =>
                        same.OrderByDescending(held => held.Gate.Required).First() with
                        {
                            Gate = Strictest([.. same.Select(held => held.Gate)]),
                        }
                    ),
            ],
            held => held.Gate
        );

    // What one of them needs, all need: a task that names the project's test alone must not run it without the build.
    private static Gate Strictest(IReadOnlyList<Gate> same) =>
        same.OrderByDescending(gate => gate.Required).First() with
        {
            Clean = same.Any(gate => gate.Clean),
            Needs = GateNeeds.Of(same.SelectMany(gate => gate.Needs ?? Enumerable.Empty<string>())),
        };

    private static IEnumerable<HoldingGate> From(IEnumerable<Gate> gates, GateSource source) =>
        gates.Select(gate => new HoldingGate(gate, source));
}
