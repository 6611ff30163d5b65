using System.Globalization;

namespace Orchestrator.Plans;

/// <summary>Tasks that people keep over many runs. Immutable: every change gives a new backlog.</summary>
/// <param name="Tasks">In the order of the file.</param>
public sealed record Backlog(IReadOnlyList<BacklogTask> Tasks)
{
    /// <summary>All tasks and subtasks by id.</summary>
    public IEnumerable<BacklogTask> All => Tasks.SelectMany(t => t.All);

    /// <summary>The task or subtask of this id, or null.</summary>
    public BacklogTask? Find(string id) => All.FirstOrDefault(t => string.Equals(t.Id, id, StringComparison.Ordinal));

    /// <summary>The next task: of the pending tasks whose dependencies are all done the most urgent; among equals the one with the fewest
    /// dependencies, then the lowest number. Null when none is ready.</summary>
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

    /// <summary>The tasks and subtasks as a graph.</summary>
    public TaskGraph Graph() => TaskGraph.Of(All.Select(t => new TaskNode(t.Id, t.Dependencies)));

    /// <summary>True if a file that holds one of the two holds the other. The order of dependencies has no meaning.</summary>
    public bool SaysTheSame(Backlog other) => All.Select(Said).SequenceEqual(other.All.Select(Said));

    private static (string, string, string, string?, string?, string, string, string, int) Said(BacklogTask task) =>
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

    /// <summary>The backlog with a task at the end, under the next free number.</summary>
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

    /// <summary>The backlog with a task or subtask replaced by the result of <paramref name="change"/>.</summary>
    /// <exception cref="ArgumentException">There is no such task.</exception>
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

    /// <summary>The backlog with a task's new status. A task that is done has all its subtasks done.</summary>
    public Backlog SetStatus(string id, string status) =>
        Change(id, t => status == BacklogStatus.Done ? Done(t) : t with { Status = status });

    private static BacklogTask Done(BacklogTask task) =>
        task with
        {
            Status = BacklogStatus.Done,
            Subtasks = [.. task.Subtasks.Select(Done)],
        };

    /// <summary>The backlog without a task or subtask, and without dependencies on it.</summary>
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

    /// <summary>A plan of the pending tasks, ordered by their dependencies, and those of their open subtasks, alone. Done tasks count as
    /// met; a dependency on a task that is neither done nor pending excludes its task, and the second result names it.</summary>
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

    // A task is done as a whole, so it waits for the dependencies of all its parts.
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
