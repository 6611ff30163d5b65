namespace Orchestrator.Plans;

/// <summary>Tasks of a backlog as a request for a planner, and the mapping of its plan's tasks to them: a task has the same id (<c>3</c>),
/// or that id, a hyphen and more (<c>3-api</c>).</summary>
public static class BacklogRequest
{
    /// <summary>The request.</summary>
    /// <param name="pending">The pending tasks as a plan ordered by their dependencies alone (<see cref="Backlog.ToPlan"/>).</param>
    public static string Render(Plan pending)
    {
        var text = new StringBuilder(
            """
            Plan these tasks of a backlog.

            A task of the plan is called as the backlog's task that it does (`3`), or, where one is better divided, with a hyphen and a
            word behind it (`3-api`, `3-tests`). Each of them is done by at least one task of the plan, and a task of the plan does one
            of them only. Their own order must hold; say in `depends_on` what else must wait.

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

    /// <summary>The tasks of a plan by their backlog task.</summary>
    /// <param name="ids">Ids of the backlog's tasks.</param>
    /// <param name="faults">Violations, each a sentence: tasks without a backlog task, backlog tasks without a task.</param>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Links(
        Plan plan,
        IReadOnlyCollection<string> ids,
        out IReadOnlyList<string> faults
    )
    {
        var by = plan.Tasks.ToLookup(task => Owner(task.Id, ids), task => task.Id);
        faults =
        [
            .. by[null].Select(id => $"The task '{id}' does none of the backlog's tasks. Call it after the one it does: ID or ID-WORD."),
            .. ids.Where(id => !by.Contains(id)).Select(id => $"The backlog's task '{id}' is done by no task. Add one called '{id}'."),
        ];
        return ids.Where(by.Contains).ToDictionary(id => id, IReadOnlyList<string> (id) => [.. by[id]], StringComparer.Ordinal);
    }

    // The longest match: '1-2' may be a task of the backlog itself.
    private static string? Owner(string id, IEnumerable<string> ids) =>
        ids.Where(known => id == known || id.StartsWith(known + "-", StringComparison.Ordinal)).MaxBy(known => known.Length);
}
