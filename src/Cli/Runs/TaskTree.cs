using Orchestrator.Messages;

namespace Orchestrator.Cli.Runs;

/// <summary>A task's place in the graph of a run, as a row of text.</summary>
/// <param name="Task">The task.</param>
/// <param name="Rails">What is drawn before its id: it stands below the task that it waits for longest.</param>
/// <param name="Also">The other tasks that it waits for.</param>
internal sealed record TaskBranch(RunTask Task, string Rails, IReadOnlyList<string> Also);

/// <summary>The graph of a run's tasks as text. Pure: no terminal, no clock.</summary>
internal static class TaskTree
{
    /// <summary>Columns for rails; of a deeper place only the end is drawn.</summary>
    private const int MostRails = 12;

    /// <summary>All tasks, each below one that it depends on, in the order of the plan.</summary>
    /// <param name="tasks">The tasks, in the order of the plan.</param>
    public static IReadOnlyList<TaskBranch> Of(IReadOnlyList<RunTask> tasks)
    {
        var known = tasks.ToDictionary(task => task.Id, StringComparer.Ordinal);
        var depths = new Dictionary<string, int>(StringComparer.Ordinal);
        var below = tasks.ToLookup(task => ParentOf(task) ?? "", StringComparer.Ordinal);
        var (branches, drawn) = (new List<TaskBranch>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var root in below[""])
        {
            Draw(root, "", "");
        }
        // A record whose tasks wait for each other in a circle is shown as it is.
        branches.AddRange(tasks.Where(task => !drawn.Contains(task.Id)).Select(task => new TaskBranch(task, "", task.DependsOn)));
        return branches;

        string? ParentOf(RunTask task) => task.DependsOn.Where(known.ContainsKey).Reverse().MaxBy(DepthOf);

        int DepthOf(string id)
        {
            if (!depths.TryGetValue(id, out var depth))
            {
                depths[id] = 0;
                depths[id] = depth = known[id].DependsOn.Where(known.ContainsKey).Select(DepthOf).DefaultIfEmpty(-1).Max() + 1;
            }
            return depth;
        }

        void Draw(RunTask task, string rails, string under)
        {
            if (!drawn.Add(task.Id))
            {
                return;
            }
            branches.Add(new TaskBranch(task, Cut(rails), [.. task.DependsOn.Where(id => id != ParentOf(task))]));
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
