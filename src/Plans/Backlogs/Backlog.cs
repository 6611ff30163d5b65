using System.Globalization;

namespace Orchestrator.Plans;

/// <summary>Tasks that users maintain across many runs. Immutable; every change returns a new backlog.</summary>
/// <param name="Tasks">Tasks in file order.</param>
public sealed record Backlog(IReadOnlyList<BacklogTask> Tasks)
{
    /// <summary>All tasks and their subtasks.</summary>
    public IEnumerable<BacklogTask> All => Tasks.SelectMany(t => t.All);

    /// <summary>Returns the task or subtask with this id, or null if none exists.</summary>
    public BacklogTask? Find(string id) => All.FirstOrDefault(t => string.Equals(t.Id, id, StringComparison.Ordinal));

    /// <summary>
    /// Returns the most urgent pending task whose dependencies are all done, or null if none is ready. Among equally urgent tasks, the one
    /// with the fewest dependencies comes first, then the one with the lowest number.
    /// </summary>
    public BacklogTask? Next()
    {
        HashSet<string> done = [.. All.Where(t => t.Status == BacklogStatus.Done).Select(t => t.Id)];
        return Tasks
            .Where(t => t.Status == BacklogStatus.Pending && t.Dependencies.All(done.Contains))
            .OrderBy(t => BacklogPriority.Rank(t.Priority))
            .ThenBy(t => t.Dependencies.Count)
            .ThenBy(t => t.Id, BacklogIdOrder.Instance)
            .FirstOrDefault();
    }

    /// <summary>Dependency graph of the tasks and subtasks.</summary>
    public TaskGraph Graph() => TaskGraph.Of(All.Select(t => new TaskNode(t.Id, t.Dependencies)));

    /// <summary>True if both backlogs contain the same data. The order of dependencies is ignored.</summary>
    public bool HasSameContent(Backlog other) => All.Select(ContentOf).SequenceEqual(other.All.Select(ContentOf));

    private static (string, string, string, string?, string?, string, string, string, int) ContentOf(BacklogTask task) =>
        (
            task.Id,
            task.Title,
            task.Description,
            task.Details ?? "",
            task.TestStrategy ?? "",
            task.Status,
            task.Priority.Trim().ToLowerInvariant(),
            string.Join(' ', task.Dependencies.Order(StringComparer.Ordinal)),
            task.Subtasks.Count
        );

    /// <summary>Appends a task with the next free number.</summary>
    public (Backlog Backlog, BacklogTask Added) Add(BacklogTask task)
    {
        var number =
            Tasks
                .Select(t => long.TryParse(t.Id, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0)
                .DefaultIfEmpty(0)
                .Max() + 1;
        var added = Renumbered(task, number.ToString(CultureInfo.InvariantCulture));
        return (new Backlog([.. Tasks, added]), added);
    }

    /// <summary>Replaces a task or subtask with the one that <paramref name="change"/> returns for it.</summary>
    /// <exception cref="ArgumentException">No task has this id.</exception>
    public Backlog Change(string id, Func<BacklogTask, BacklogTask> change)
    {
        if (Find(id) is null)
        {
            throw new ArgumentException($"The backlog has no task '{id}'.", nameof(id));
        }
        return new Backlog(Within(Tasks));

        IReadOnlyList<BacklogTask> Within(IReadOnlyList<BacklogTask> tasks) =>
            [.. tasks.Select(t => t.Id == id ? change(t) : t with { Subtasks = Within(t.Subtasks) })];
    }

    /// <summary>Sets a task's status. Marking a task as done marks all its subtasks as done.</summary>
    public Backlog SetStatus(string id, string status) =>
        Change(id, t => status == BacklogStatus.Done ? MarkDone(t) : t with { Status = status });

    private static BacklogTask MarkDone(BacklogTask task) =>
        task with
        {
            Status = BacklogStatus.Done,
            Subtasks = [.. task.Subtasks.Select(MarkDone)],
        };

    /// <summary>Deletes a task or subtask, its own subtasks, and all dependencies on them.</summary>
    public Backlog Delete(string id)
    {
        HashSet<string> gone = [id, .. Find(id)?.All.Select(t => t.Id) ?? []];
        IReadOnlyList<BacklogTask> Without(IEnumerable<BacklogTask> tasks) =>
            [
                .. tasks
                    .Where(t => t.Id != id)
                    .Select(t =>
                        t with
                        {
                            Dependencies = [.. t.Dependencies.Where(d => !gone.Contains(d))],
                            Subtasks = Without(t.Subtasks),
                        }
                    ),
            ];

        return new Backlog(Without(Tasks));
    }

    /// <summary>
    /// Creates a plan from the pending tasks, ordered only by their dependencies and those of their open subtasks. Dependencies on done
    /// tasks count as met. The second result lists tasks that are left out because they depend on a task that is neither done nor pending.
    /// </summary>
    public (Plan Plan, IReadOnlyList<BacklogTask> LeftOut) ToPlan()
    {
        HashSet<string> done = [.. All.Where(t => t.Status == BacklogStatus.Done).Select(t => t.Id)];
        var owners = Tasks.SelectMany(t => t.All.Select(part => (part.Id, Owner: t.Id))).ToDictionary(t => t.Id, t => t.Owner);
        string OwnerOf(string id) => owners.GetValueOrDefault(id, id);
        var wanted = Tasks.Where(t => t.Status == BacklogStatus.Pending).ToDictionary(t => t.Id, StringComparer.Ordinal);
        var leftOut = new List<BacklogTask>();
        for (var again = true; again; )
        {
            BacklogTask[] stuck = [.. wanted.Values.Where(t => Waits(t, done).Any(d => !wanted.ContainsKey(OwnerOf(d))))];
            leftOut.AddRange(stuck);
            again = stuck.Length > 0;
            foreach (var task in stuck)
            {
                wanted.Remove(task.Id);
            }
        }
        var plan = new Plan
        {
            Request = "The pending tasks of the backlog",
            Tasks = [.. Tasks.Where(t => wanted.ContainsKey(t.Id)).Select(t => PlanTaskOf(t, done, OwnerOf))],
        };
        return (plan, leftOut);
    }

    // A task runs as a whole, so it waits for the dependencies of all its open subtasks.
    private static IEnumerable<string> Waits(BacklogTask task, HashSet<string> done) =>
        task
            .All.Where(part => part == task || part.Status != BacklogStatus.Done)
            .SelectMany(part => part.Dependencies)
            .Where(d => !done.Contains(d));

    private static PlanTask PlanTaskOf(BacklogTask task, HashSet<string> done, Func<string, string> ownerOf)
    {
        string?[] texts = [task.Description, task.Details, task.TestStrategy is null ? null : $"How it is tested: {task.TestStrategy}"];
        var prompt = string.Join("\n\n", texts.Where(t => !string.IsNullOrWhiteSpace(t)));
        return new PlanTask
        {
            Id = task.Id,
            Description = task.Title.Length > 0 ? task.Title : task.Description,
            Prompt = prompt.Length == 0 ? null : prompt,
            DependsOn = [.. Waits(task, done).Select(ownerOf).Where(d => d != task.Id).Distinct(StringComparer.Ordinal)],
            Checklist =
            [
                .. task
                    .All.Skip(1)
                    .Select(s => new ChecklistItem(s.Id, s.Title.Length > 0 ? s.Title : s.Description, s.Status == BacklogStatus.Done)),
            ],
        };
    }

    private static BacklogTask Renumbered(BacklogTask task, string id) =>
        task with
        {
            Id = id,
            Subtasks = [.. task.Subtasks.Select((s, i) => s with { Id = string.Create(CultureInfo.InvariantCulture, $"{id}.{i + 1}") })],
        };
}
