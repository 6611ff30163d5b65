namespace Orchestrator.Cli.Runs;

/// <summary>A row of text that shows a task in the dependency graph of a run.</summary>
/// <param name="Task">The task.</param>
/// <param name="Rails">Lines drawn before the task's id. They connect the task to the dependency for which it waits longest.</param>
/// <param name="Also">Ids of the other tasks for which it waits.</param>
internal sealed record TaskDependencyTreeRow(RunTaskStatus Task, string Rails, IReadOnlyList<string> Also);

/// <summary>Draws the dependency graph of a run's tasks as text. Has no side effects.</summary>
internal static class TaskDependencyTreeFormatter
{
    /// <summary>
    /// Maximum number of columns for rails, the vertical lines that connect tasks. If a row has more, only the rightmost rails are drawn.
    /// </summary>
    private const int MostRails = 12;

    /// <summary>
    /// Returns a row for each task. Each task is shown below one of its dependencies, and tasks at the same level are in plan order.
    /// </summary>
    /// <param name="tasks">The tasks in plan order.</param>
    public static IReadOnlyList<TaskDependencyTreeRow> Of(IReadOnlyList<RunTaskStatus> tasks)
    {
        var known = tasks.ToDictionary(task => task.Id, StringComparer.Ordinal);
        var depths = new Dictionary<string, int>(StringComparer.Ordinal);
        var below = tasks.ToLookup(task => ParentOf(task) ?? "", StringComparer.Ordinal);
        var (branches, drawn) = (new List<TaskDependencyTreeRow>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var root in below[""])
        {
            Draw(root, "", "");
        }
        // A record with circular dependencies is shown as it is.
        branches.AddRange(
            tasks.Where(task => !drawn.Contains(task.Id)).Select(task => new TaskDependencyTreeRow(task, "", task.DependsOn))
        );
        return branches;

        string? ParentOf(RunTaskStatus task) => task.DependsOn.Where(known.ContainsKey).Reverse().MaxBy(DepthOf);

        int DepthOf(string id)
        {
            if (!depths.TryGetValue(id, out var depth))
            {
                depths[id] = 0;
                depths[id] = depth = known[id].DependsOn.Where(known.ContainsKey).Select(DepthOf).DefaultIfEmpty(-1).Max() + 1;
            }
            return depth;
        }

        void Draw(RunTaskStatus task, string rails, string under)
        {
            if (!drawn.Add(task.Id))
            {
                return;
            }
            branches.Add(new TaskDependencyTreeRow(task, Cut(rails), [.. task.DependsOn.Where(id => id != ParentOf(task))]));
            var children = below[task.Id].ToList();
            foreach (var (i, child) in children.Index())
            {
                var isLast = i == children.Count - 1;
                Draw(child, under + (isLast ? "└ " : "├ "), under + (isLast ? "  " : "│ "));
            }
        }
    }

    private static string Cut(string rails) => rails.Length <= MostRails ? rails : "…" + rails[^(MostRails - 1)..];
}
