namespace Orchestrator.Plans;

/// <summary>Place where a gate is defined.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GateDefinitionSourceKind>))]
public enum GateDefinitionSourceKind
{
    /// <summary>The task's own verification in the plan.</summary>
    [JsonStringEnumMemberName("task")]
    Task,

    /// <summary>The setting <c>gates.task</c>.</summary>
    [JsonStringEnumMemberName("configuration")]
    Configuration,

    /// <summary>The project's manifests, for tasks without gates of their own if the configuration defines none either.</summary>
    [JsonStringEnumMemberName("found")]
    Found,

    /// <summary>The project's manifests, for type checks that contracts in the plan require.</summary>
    [JsonStringEnumMemberName("contracts")]
    Contracts,

    /// <summary>The setting <c>gates.integration</c>.</summary>
    [JsonStringEnumMemberName("integration")]
    Integration,
}

/// <summary>A gate that applies to some work, with the place where the gate is defined.</summary>
/// <param name="Gate">Gate that applies.</param>
/// <param name="Source">Where the gate comes from.</param>
public sealed record EffectiveGate(Gate Gate, GateDefinitionSourceKind Source);

/// <summary>Gates of a project. Determines which gates apply to a task, a merge and a landing, for runs and for all commands.</summary>
public sealed record ProjectGates
{
    /// <summary>
    /// Gates that the configuration defines for tasks, or null to use detected gates. An empty list disables the detected gates.
    /// </summary>
    public IReadOnlyList<Gate>? Configured { get; init; }

    /// <summary>Gates that were detected in the project's manifests.</summary>
    public IReadOnlyList<Gate> Found { get; init; } = [];

    /// <summary>
    /// Gates that the configuration defines for every merged tree. If both this list and <see cref="Configured"/> are null, the detected
    /// gates apply. An empty list disables the detected gates.
    /// </summary>
    public IReadOnlyList<Gate>? Integration { get; init; }

    /// <summary>Returns the project's gates, independent of any task.</summary>
    public IReadOnlyList<Gate> OfProject() => Configured ?? Found;

    /// <summary>
    /// Returns the gates that every tree on the staging branch must pass, with their sources. The gates are the same for all tasks, so a
    /// task with a weaker test can't weaken the project's checks.
    /// </summary>
    public IReadOnlyList<EffectiveGate> ExplainStaging(Plan plan) =>
        [
            .. RemoveDuplicates(
                From(Configured ?? [], GateDefinitionSourceKind.Configuration)
                    .Concat(From(Integration ?? [], GateDefinitionSourceKind.Integration))
                    .Concat(From(Integration is null && Configured is null ? Found : [], GateDefinitionSourceKind.Found))
                    .Concat(From(Types(plan), GateDefinitionSourceKind.Contracts))
            ),
        ];

    /// <summary>Returns the gates that every tree on the staging branch must pass.</summary>
    public IReadOnlyList<Gate> OfStaging(Plan plan) => [.. ExplainStaging(plan).Select(holding => holding.Gate)];

    /// <summary>Returns a task's gates with their sources. Measurements come last.</summary>
    public IReadOnlyList<EffectiveGate> Explain(Plan plan, PlanTask task)
    {
        var holding = RemoveDuplicates([
            .. From(task.Verification, GateDefinitionSourceKind.Task),
            .. From(Configured ?? [], GateDefinitionSourceKind.Configuration),
            .. From(task.Verification.Count == 0 && Configured is null ? Found : [], GateDefinitionSourceKind.Found),
            .. From(Types(plan), GateDefinitionSourceKind.Contracts),
        ]);
        return
        [
            .. Gate.WithOwnNames([.. holding.Select(h => h.Gate)]).Select((gate, i) => holding[i] with { Gate = gate }),
            .. From(task.Measurements, GateDefinitionSourceKind.Task),
        ];
    }

    /// <summary>Returns a task's gates.</summary>
    public IReadOnlyList<Gate> Of(Plan plan, PlanTask task) => [.. Explain(plan, task).Select(h => h.Gate)];

    /// <summary>
    /// Returns the gates, beyond a task's own verification, that its work must pass either in the task's tree or on the staging branch.
    /// </summary>
    public IReadOnlyList<Gate> Beyond(Plan plan, PlanTask task) =>
        [.. OfMerge(plan, task).Where(gate => !task.Verification.Any(own => own.IsSameAs(gate)))];

    /// <summary>
    /// Returns the gates for the merge of a task's work to the staging branch. Excludes measurements, because they apply to the task's own
    /// commit. A repeated measurement, on a busy host and with other tasks' work, might wrongly reject the task.
    /// </summary>
    public IReadOnlyList<Gate> OfMerge(Plan plan, PlanTask task) =>
        Gate.WithOwnNames(RemoveDuplicates(Of(plan, task).Where(gate => !gate.IsMeasurement).Concat(OfStaging(plan))));

    /// <summary>
    /// Returns all gates for a landing, without duplicates: the project's gates, those that every tree on staging must pass, and those of
    /// the plan's tasks.
    /// </summary>
    /// <param name="plan">Plan of the run.</param>
    /// <param name="without">Ids of tasks whose work is missing, so that their own gates can't pass.</param>
    public IReadOnlyList<Gate> OfLanding(Plan plan, IReadOnlyCollection<string> without) =>
        Gate.WithOwnNames(
            RemoveDuplicates(GatesFor(plan).Concat(plan.Tasks.Where(t => !without.Contains(t.Id)).SelectMany(t => t.Verification)))
        );

    /// <summary>
    /// Returns the plan's project-level gates, without the gates that belong to single tasks. Includes the detected gates if the
    /// configuration defines no gates for tasks.
    /// </summary>
    public IReadOnlyList<Gate> GatesFor(Plan plan) => RemoveDuplicates(OfProject().Concat(OfStaging(plan)));

    /// <summary>True if at least one gate of the plan's run checks types.</summary>
    public bool CheckTypes(Plan plan) =>
        (Configured ?? []).Concat(Types(plan)).Concat(plan.Tasks.SelectMany(t => t.Verification)).Any(g => g.ChecksTypes);

    // A configured gate that checks types takes precedence over detected ones.
    private IEnumerable<Gate> Types(Plan plan) =>
        plan.Contracts.Count == 0 || (Configured ?? []).Any(g => g.ChecksTypes) ? [] : Found.Where(g => g.ChecksTypes);

    // Of equivalent gates, the strictest one applies, so that a task can't make a required project gate advisory.
    private static IReadOnlyList<Gate> RemoveDuplicates(IEnumerable<Gate> gates) =>
        GateOrder.Sort([.. gates.GroupBy(gate => gate.Identity).Select(same => Strictest([.. same]))]);

    private static IReadOnlyList<EffectiveGate> RemoveDuplicates(IEnumerable<EffectiveGate> all) =>
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

    // Equivalent gates share their needs. Otherwise a task that only repeats the project's test command would run it without the build.
    private static Gate Strictest(IReadOnlyList<Gate> same) =>
        same.OrderByDescending(gate => gate.Required).First() with
        {
            Clean = same.Any(gate => gate.Clean),
            Needs = DistinctTextList.Of(same.SelectMany(gate => gate.Needs ?? Enumerable.Empty<string>())),
            Covers = same.All(gate => gate.Covers is not null) ? DistinctTextList.Of(same.SelectMany(gate => gate.Covers!)) : null,
        };

    private static IEnumerable<EffectiveGate> From(IEnumerable<Gate> gates, GateDefinitionSourceKind source) =>
        gates.Select(gate => new EffectiveGate(gate, source));
}
