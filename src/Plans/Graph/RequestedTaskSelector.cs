namespace Orchestrator.Plans;

/// <summary>
/// Selects the tasks of a run: all uncompleted tasks, the tasks with certain ids, or the tasks of a certain phase and all later phases. All
/// other tasks count as done.
/// </summary>
public static class RequestedTaskSelector
{
    /// <summary>Returns the ids of the selected tasks.</summary>
    /// <param name="plan">Plan of the run.</param>
    /// <param name="only">Ids of the tasks to select, even if the plan marks them as completed. Null or empty to select all tasks that are
    /// not completed.</param>
    /// <param name="phase">Id of the first task to select, in plan order, or null to start with the first task.</param>
    /// <param name="faults">Receives a sentence for each unknown id.</param>
    public static IReadOnlySet<string> Of(Plan plan, IReadOnlyList<string>? only, string? phase, ICollection<string> faults)
    {
        if (only is { Count: > 0 })
        {
            foreach (var id in only.Where(id => plan.Tasks.All(t => t.Id != id)))
            {
                faults.Add($"The plan has no task '{id}'{Near(id, plan)}.");
            }
            return only.ToHashSet(StringComparer.Ordinal);
        }
        var first = phase is null ? 0 : plan.Tasks.Select(t => t.Id).ToList().IndexOf(phase);
        if (first < 0)
        {
            faults.Add($"The plan has no phase '{phase}'{Near(phase!, plan)}.");
            return new HashSet<string>();
        }
        return plan.Tasks.Skip(first).Where(t => t.Status != PlanTaskStatus.Completed).Select(t => t.Id).ToHashSet(StringComparer.Ordinal);
    }

    private static string Near(string id, Plan plan) =>
        NearestName.Of(id, plan.Tasks.Select(t => t.Id)) is { } near ? $" (the nearest name is '{near}')" : "";
}
