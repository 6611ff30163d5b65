namespace Orchestrator.Plans;

/// <summary>A task of the backlog, or a subtask of one.</summary>
public sealed record BacklogTask
{
    /// <summary>The task's number as people write it: <c>3</c>, or <c>3.1</c> for the first subtask of task 3.</summary>
    public required string Id { get; init; }

    /// <summary>One line for people.</summary>
    public string Title { get; init; } = "";

    /// <summary>The work that is to be done.</summary>
    public string Description { get; init; } = "";

    /// <summary>The way in which it is to be done.</summary>
    public string? Details { get; init; }

    /// <summary>The way to verify it.</summary>
    public string? TestStrategy { get; init; }

    /// <summary>The task's status; see <see cref="BacklogStatus"/>.</summary>
    /// <value>The default is <see cref="BacklogStatus.Pending"/>.</value>
    public string Status { get; init; } = BacklogStatus.Pending;

    /// <summary>The task's priority; see <see cref="BacklogPriority"/>.</summary>
    /// <value>The default is <see cref="BacklogPriority.Medium"/>.</value>
    public string Priority { get; init; } = BacklogPriority.Medium;

    /// <summary>Ids of the tasks and subtasks that must be done before.</summary>
    public IReadOnlyList<string> Dependencies { get; init; } = [];

    /// <summary>The task's parts, in order.</summary>
    public IReadOnlyList<BacklogTask> Subtasks { get; init; } = [];

    /// <summary>The task and all its parts, with their parts.</summary>
    public IEnumerable<BacklogTask> All => Subtasks.SelectMany(subtask => subtask.All).Prepend(this);
}

/// <summary>The states of a task in the backlog.</summary>
public static class BacklogStatus
{
    public const string Pending = "pending";
    public const string InProgress = "in-progress";
    public const string Done = "done";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Pending, InProgress, Done, "review", "blocked", "deferred", "cancelled"];

    /// <summary>The status for a word, or null: <c>completed</c> is <c>done</c>, <c>in_progress</c> is <c>in-progress</c>.</summary>
    public static string? Find(string word)
    {
        var plain = word.Trim().ToLowerInvariant().Replace('_', '-').Replace(' ', '-');
        if (All.Contains(plain, StringComparer.Ordinal))
        {
            return plain;
        }
        return !StatusWord.TryParse(word, out var status)
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

/// <summary>Priority of a backlog task.</summary>
public static class BacklogPriority
{
    public const string Medium = "medium";

    /// <summary>From the most to the least urgent.</summary>
    public static IReadOnlyList<string> All { get; } = ["critical", "high", Medium, "low"];

    /// <summary>Index in <see cref="All"/>; unknown words count as medium.</summary>
    public static int Rank(string priority)
    {
        var rank = All.ToList().FindIndex(p => string.Equals(p, priority.Trim(), StringComparison.OrdinalIgnoreCase));
        return rank < 0 ? All.ToList().IndexOf(Medium) : rank;
    }
}

/// <summary>Ids of the backlog in the order people count: 2 before 10, 3.2 before 3.10.</summary>
public sealed class BacklogIdOrder : IComparer<string>
{
    /// <summary>The one instance.</summary>
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
