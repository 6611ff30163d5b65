namespace Orchestrator.Git.Losses;

/// <summary>State of a hunk of a task's merge.</summary>
public enum HunkFate
{
    /// <summary>The hunk is in the result.</summary>
    Present,

    /// <summary>A task or person that may write the file changed the same lines later.</summary>
    Overwritten,

    /// <summary>The hunk is not in the result, and no permitted change has taken it away.</summary>
    Lost,
}

/// <summary>A task's right to a file.</summary>
public enum WriteRight
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Add to it and change lines, but not remove more than it adds.</summary>
    Append,

    /// <summary>Everything.</summary>
    Write,
}

/// <summary>Author of one step of a staging branch.</summary>
/// <param name="Name">The task's id, or another name for people.</param>
/// <param name="IsTask">Its hunks are tracked from then on.</param>
/// <param name="RightTo">What may be done with a path.</param>
/// <param name="AcceptsLosses">It accepts earlier losses.</param>
public sealed record StepAuthor(string Name, bool IsTask, Func<string, WriteRight> RightTo, bool AcceptsLosses = false);

/// <summary>A hunk of a merged task, and its state.</summary>
/// <param name="Task">The task; empty for what was there before the run, or came with the target or by hand.</param>
/// <param name="Merge">The merge that brought it; empty where <paramref name="Task"/> is.</param>
/// <param name="Path">The file.</param>
/// <param name="Line">Its first line in the task's version of the file, from 1.</param>
/// <param name="Text">One of its lines; a missing one if there is any. With a minus: it was removed.</param>
/// <param name="Fate">What became of it.</param>
/// <param name="By">Who changed or lost it; empty where it is present.</param>
/// <param name="ByMerge">The commit that did so.</param>
public sealed record MergedHunk(
    string Task,
    string Merge,
    string Path,
    int Line,
    string Text,
    HunkFate Fate,
    string By = "",
    string ByMerge = ""
);

/// <summary>The hunks that one merge would lose.</summary>
/// <param name="Lost">Lines of either side that are missing in the result.</param>
/// <param name="TakesAway">It removes lines without the right to: their origin shows only in the whole staging branch.</param>
public sealed record MergeLosses(IReadOnlyList<MergedHunk> Lost, bool TakesAway)
{
    /// <summary>Nothing.</summary>
    public static MergeLosses None { get; } = new([], TakesAway: false);
}

/// <summary>State of everything that tasks brought.</summary>
/// <param name="Hunks">All hunks of tasks in the order of their merges, then what else was lost.</param>
public sealed record LossReport(IReadOnlyList<MergedHunk> Hunks)
{
    /// <summary>The hunks that are lost.</summary>
    public IReadOnlyList<MergedHunk> Lost => [.. Hunks.Where(hunk => hunk.Fate == HunkFate.Lost)];

    /// <summary>All of it in one line.</summary>
    public string Summary
    {
        get
        {
            var ofTasks = Hunks.Where(hunk => hunk.Task.Length > 0).ToList();
            var tasks = ofTasks.Select(hunk => hunk.Task).Distinct(StringComparer.Ordinal).Count();
            var others = Hunks.Count - ofTasks.Count;
            return $"{Plural.Of(ofTasks.Count, "hunk")} of {Plural.Of(tasks, "task")}: {Count(HunkFate.Present)} present, "
                + $"{Count(HunkFate.Overwritten)} overwritten by name, {Count(HunkFate.Lost)} lost"
                + (others == 0 ? "" : $"; {Plural.Of(others, "line")} of others lost");

            int Count(HunkFate fate) => ofTasks.Count(hunk => hunk.Fate == fate);
        }
    }
}
