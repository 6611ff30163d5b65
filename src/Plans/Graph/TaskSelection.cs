namespace Orchestrator.Plans;

/// <summary>Selects a run's tasks: all that are not done, those that were named, or those from a phase on. The others count as
/// done.</summary>
public static class TaskSelection
{
    /// <summary>The ids of the tasks that count as done.</summary>
    /// <param name="only">The named tasks, even if the plan says that they are completed; null or empty: all.</param>
    /// <param name="phase">The task to start from, in plan order; null: from the first.</param>
    /// <param name="faults">Receives a sentence for each unknown id.</param>
    public static IReadOnlySet<string> Of(Plan plan, IReadOnlyList<string>? only, string? phase, ICollection<string> faults)
    {
        if (only is { Count: > 0 })
        {
            foreach (var id in only.Where(id => plan.Tasks.All(t => t.Id != id)))
            {
                faults.Add($"There is no task '{id}' in the plan{Near(id, plan)}.");
            }
            return only.ToHashSet(StringComparer.Ordinal);
        }
        var first = phase is null ? 0 : plan.Tasks.Select(t => t.Id).ToList().IndexOf(phase);
        if (first < 0)
        {
            faults.Add($"There is no phase '{phase}' in the plan{Near(phase!, plan)}.");
            return new HashSet<string>();
        }
        return plan.Tasks.Skip(first).Where(t => t.Status != PlanTaskStatus.Completed).Select(t => t.Id).ToHashSet(StringComparer.Ordinal);
    }

    private static string Near(string id, Plan plan) =>
        NearestName.Of(id, plan.Tasks.Select(t => t.Id)) is { } near ? $"; '{near}' is near" : "";
}
