using Orchestrator.Plans;

namespace Orchestrator.Activities.Runs;

/// <summary>Which tasks of a plan a run does: all that are not done, those named by <c>only</c>, or those from a phase on.</summary>
internal static class Selection
{
    public static IReadOnlySet<string> Of(Plan plan, IReadOnlyList<string>? only, string? phase, List<string> faults)
    {
        var open = plan.Tasks.Where(t => t.Status != PlanTaskStatus.Completed).Select(t => t.Id).ToList();
        if (only is { Count: > 0 })
        {
            foreach (var id in only.Where(id => plan.Tasks.All(t => t.Id != id)))
                faults.Add($"There is no task '{id}' in the plan{Near(id, plan)}.");
            return only.ToHashSet(StringComparer.Ordinal);
        }
        if (phase is null)
            return open.ToHashSet(StringComparer.Ordinal);
        var index = plan.Tasks.Select(t => t.Id).ToList().IndexOf(phase);
        if (index < 0)
        {
            faults.Add($"There is no phase '{phase}' in the plan{Near(phase, plan)}.");
            return new HashSet<string>();
        }
        return plan.Tasks.Skip(index).Select(t => t.Id).Where(open.Contains).ToHashSet(StringComparer.Ordinal);
    }

    private static string Near(string id, Plan plan) => NearestName.Of(id, plan.Tasks.Select(t => t.Id)) is { } near ? $"; '{near}' is near" : "";
}
