namespace Orchestrator.Plans;

/// <summary>A backlog task or subtask.</summary>
public sealed record BacklogTask
{
    /// <summary>The task's number as users write it: <c>3</c>, or <c>3.1</c> for the first subtask of task 3.</summary>
    public required string Id { get; init; }

    /// <summary>One-line title of the task.</summary>
    public string Title { get; init; } = "";

    /// <summary>Description of the work to do.</summary>
    public string Description { get; init; } = "";

    /// <summary>Implementation details, or null if there are none.</summary>
    public string? Details { get; init; }

    /// <summary>Description of how to test the result, or null if not specified.</summary>
    public string? TestStrategy { get; init; }

    /// <summary>The task's status; see <see cref="BacklogStatus"/>.</summary>
    /// <value>Default: <see cref="BacklogStatus.Pending"/>.</value>
    public string Status { get; init; } = BacklogStatus.Pending;

    /// <summary>The task's priority; see <see cref="BacklogPriority"/>.</summary>
    /// <value>Default: <see cref="BacklogPriority.Medium"/>.</value>
    public string Priority { get; init; } = BacklogPriority.Medium;

    /// <summary>Ids of the tasks and subtasks that must be done before this one.</summary>
    public IReadOnlyList<string> Dependencies { get; init; } = [];

    /// <summary>Subtasks of the task, in order.</summary>
    public IReadOnlyList<BacklogTask> Subtasks { get; init; } = [];

    /// <summary>The task and all its subtasks, recursively.</summary>
    public IEnumerable<BacklogTask> All => Subtasks.SelectMany(subtask => subtask.All).Prepend(this);
}

/// <summary>Statuses of a backlog task.</summary>
public static class BacklogStatus
{
    public const string Pending = "pending";
    public const string InProgress = "in-progress";
    public const string Done = "done";

    /// <summary>All statuses, as written in the backlog file.</summary>
    public static IReadOnlyList<string> All { get; } = [Pending, InProgress, Done, "review", "blocked", "deferred", "cancelled"];

    /// <summary>
    /// Maps a word to a status, or returns null if the word is unknown. For example, <c>completed</c> becomes <c>done</c> and
    /// <c>in_progress</c> becomes <c>in-progress</c>.
    /// </summary>
    public static string? Find(string word)
    {
        var plain = word.Trim().ToLowerInvariant().Replace('_', '-').Replace(' ', '-');
        if (All.Contains(plain, StringComparer.Ordinal))
        {
            return plain;
        }
        return !TaskStatusParser.TryParse(word, out var status)
            ? null
            : status switch
            {
                PlanTaskStatus.Pending => Pending,
                PlanTaskStatus.InProgress => InProgress,
                PlanTaskStatus.Completed => Done,
                PlanTaskStatus.Blocked => "blocked",
                PlanTaskStatus.Skipped => "cancelled",
                _ => null,
            };
    }
}

/// <summary>Priorities of a backlog task.</summary>
public static class BacklogPriority
{
    public const string Medium = "medium";

    /// <summary>All priorities, from the most to the least urgent.</summary>
    public static IReadOnlyList<string> All { get; } = ["critical", "high", Medium, "low"];

    /// <summary>Returns the index of a priority in <see cref="All"/>. Unknown priorities count as medium.</summary>
    public static int Rank(string priority)
    {
        var rank = All.ToList().FindIndex(p => string.Equals(p, priority.Trim(), StringComparison.OrdinalIgnoreCase));
        return rank < 0 ? All.ToList().IndexOf(Medium) : rank;
    }
}

/// <summary>Compares backlog ids numerically, so that <c>2</c> comes before <c>10</c>, and <c>3.2</c> before <c>3.10</c>.</summary>
public sealed class BacklogIdOrder : IComparer<string>
{
    /// <summary>Shared instance of the comparer.</summary>
    public static BacklogIdOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        var left = (x ?? "").Split('.');
        var right = (y ?? "").Split('.');
        for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            var areNumbers = long.TryParse(left[i], out var a) & long.TryParse(right[i], out var b);
            var order = areNumbers ? a.CompareTo(b) : string.CompareOrdinal(left[i], right[i]);
            if (order != 0)
            {
                return order;
            }
        }
        return left.Length.CompareTo(right.Length);
    }
}
