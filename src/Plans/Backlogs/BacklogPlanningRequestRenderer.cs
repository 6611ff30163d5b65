namespace Orchestrator.Plans;

/// <summary>
/// Renders backlog tasks as a request to a planner, and maps the planned tasks back to them. A planned task has the id of its backlog task
/// (<c>3</c>), or that id followed by a hyphen and a suffix (<c>3-api</c>).
/// </summary>
public static class BacklogPlanningRequestRenderer
{
    /// <summary>Renders the request to the planner.</summary>
    /// <param name="pending">The pending tasks as a plan from <see cref="Backlog.ToPlan"/>, ordered only by their dependencies.</param>
    public static string Render(Plan pending)
    {
        var text = new StringBuilder(
            """
            Plan these tasks of a backlog.

            Give each task of the plan the id of the backlog task that it implements (`3`). If you divide a backlog task, append a hyphen
            and a word (`3-api`, `3-tests`). At least one task of the plan implements each backlog task, and each task of the plan
            implements only one of them. Keep the order of the backlog tasks, and add further dependencies in `depends_on`.

            """
        );
        foreach (var task in pending.Tasks)
        {
            text.Append("\n## ").Append(task.Id).Append(": ").Append(task.Description.Trim()).Append('\n');
            if (task.DependsOn.Count > 0)
            {
                text.Append("\nAfter ").AppendJoin(", ", task.DependsOn).Append(".\n");
            }
            if (!string.IsNullOrWhiteSpace(task.Prompt))
            {
                text.Append('\n').Append(task.Prompt.Trim()).Append('\n');
            }
            foreach (var item in task.Checklist)
            {
                text.Append(item.Completed ? "\n- [x] " : "\n- [ ] ").Append(item.Id).Append(": ").Append(item.Description.Trim());
            }
            text.Append(task.Checklist.Count > 0 ? "\n" : "");
        }
        return text.ToString();
    }

    /// <summary>Groups the ids of a plan's tasks by the id of the backlog task that each of them implements.</summary>
    /// <param name="ids">Ids of the backlog tasks.</param>
    /// <param name="faults">Receives a sentence for each planned task without a backlog task, and for each backlog task without a planned
    /// one.</param>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Links(
        Plan plan,
        IReadOnlyCollection<string> ids,
        out IReadOnlyList<string> faults
    )
    {
        var by = plan.Tasks.ToLookup(task => Owner(task.Id, ids), task => task.Id);
        faults =
        [
            .. by[null]
                .Select(id =>
                    $"The task '{id}' implements none of the backlog's tasks. Name it after the backlog task that "
                    + "it implements: ID or ID-WORD."
                ),
            .. ids.Where(id => !by.Contains(id))
                .Select(id => $"No task of the plan implements the backlog task '{id}'. Add a task " + $"with the id '{id}'."),
        ];
        return ids.Where(by.Contains).ToDictionary(id => id, IReadOnlyList<string> (id) => [.. by[id]], StringComparer.Ordinal);
    }

    // The longest match wins because '1-2' may itself be a backlog task.
    private static string? Owner(string id, IEnumerable<string> ids) =>
        ids.Where(known => id == known || id.StartsWith(known + "-", StringComparison.Ordinal)).MaxBy(known => known.Length);
}
