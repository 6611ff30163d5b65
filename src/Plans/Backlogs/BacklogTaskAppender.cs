namespace Orchestrator.Plans;

/// <summary>Adds a planner's tasks to a backlog.</summary>
public static class BacklogTaskAppender
{
    /// <summary>Appends tasks with the next free numbers and renumbers the dependencies between them. A task whose title and description
    /// already exist is not added again, so the call is idempotent.</summary>
    /// <param name="tasks">New tasks with temporary ids; their dependencies refer to each other.</param>
    /// <returns>The new backlog, and the ids of the tasks in it.</returns>
    public static (Backlog Backlog, IReadOnlyList<string> Ids) AddTasks(this Backlog backlog, IReadOnlyList<BacklogTask> tasks)
    {
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var task in tasks)
        {
            var known = backlog.Tasks.FirstOrDefault(t => IsSame(t, task))?.Id;
            if (known is null)
            {
                (backlog, var added) = backlog.Add(task with { Id = "", Dependencies = [], Subtasks = [] });
                known = added.Id;
            }
            ids[task.Id] = known;
        }
        foreach (var task in tasks)
        {
            backlog = backlog.Change(
                ids[task.Id],
                t => t with { Dependencies = [.. t.Dependencies.Union(task.Dependencies.Where(ids.ContainsKey).Select(d => ids[d]))] }
            );
        }
        return (backlog, [.. ids.Values]);
    }

    /// <summary>Adds subtasks to a task. A subtask whose title and description already exist is not added again.</summary>
    /// <exception cref="ArgumentException">No task has this id.</exception>
    public static (Backlog Backlog, IReadOnlyList<string> Ids) AddSubtasks(
        this Backlog backlog,
        string parent,
        IReadOnlyList<BacklogTask> tasks
    )
    {
        List<BacklogTask> subtasks = [.. backlog.Find(parent)?.Subtasks ?? []];
        var number = subtasks.Select(s => int.TryParse(s.Id[(parent.Length + 1)..], out var n) ? n : 0).DefaultIfEmpty(0).Max();
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var task in tasks)
        {
            var known = subtasks.Find(s => IsSame(s, task))?.Id;
            if (known is null)
            {
                known = $"{parent}.{++number}";
                subtasks.Add(
                    task with
                    {
                        Id = known,
                        Subtasks = [],
                        Dependencies = [.. task.Dependencies.Where(ids.ContainsKey).Select(d => ids[d])],
                    }
                );
            }
            ids[task.Id] = known;
        }
        return (backlog.Change(parent, t => t with { Subtasks = subtasks }), [.. ids.Values]);
    }

    private static bool IsSame(BacklogTask one, BacklogTask other) => one.Title == other.Title && one.Description == other.Description;
}
