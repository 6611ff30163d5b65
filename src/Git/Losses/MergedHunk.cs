namespace Orchestrator.Git.Losses;

/// <summary>State of a merged task's hunk on the staging branch.</summary>
public enum MergedHunkSurvivalStatus
{
    /// <summary>The staging branch contains the hunk.</summary>
    Present,

    /// <summary>A task with write access to the file, or the user, changed the same lines later.</summary>
    Overwritten,

    /// <summary>The hunk is missing from the staging branch, and no permitted change removed it.</summary>
    Lost,
}

/// <summary>Permission of a task for a file.</summary>
public enum TaskWriteAccess
{
    /// <summary>The task must not change the file.</summary>
    None,

    /// <summary>The task may add lines, and may make changes that do not remove more lines than they add.</summary>
    Append,

    /// <summary>The task may make any changes to the file.</summary>
    Write,
}

/// <summary>Author of a step on a staging branch, with the author's write access to files.</summary>
/// <param name="Name">Id of the task, or another name for display.</param>
/// <param name="IsTask">True if the author is a task. The hunks of a task are tracked from this step on.</param>
/// <param name="RightTo">Returns the author's permission for a path.</param>
/// <param name="AcceptsLosses">True if the step accepts all earlier losses.</param>
public sealed record StagingBranchCommitAuthor(string Name, bool IsTask, Func<string, TaskWriteAccess> RightTo, bool AcceptsLosses = false);

/// <summary>A hunk of a merged task, and its state.</summary>
/// <param name="Task">Id of the task. Empty for content that existed before the run, came with the target or was added manually.</param>
/// <param name="Merge">Merge that brought the hunk, or empty if <paramref name="Task"/> is empty.</param>
/// <param name="Path">Path of the file.</param>
/// <param name="Line">First line in the task's version of the file, counted from 1.</param>
/// <param name="Text">One line of the hunk, preferably a missing one. A leading minus marks a removed line.</param>
/// <param name="Fate">State of the hunk.</param>
/// <param name="By">Author that changed or lost the hunk, or empty if the hunk is present.</param>
/// <param name="ByMerge">Commit that changed or lost the hunk.</param>
public sealed record MergedHunk(
    string Task,
    string Merge,
    string Path,
    int Line,
    string Text,
    MergedHunkSurvivalStatus Fate,
    string By = "",
    string ByMerge = ""
);

/// <summary>Result of checking a merge for lost changes.</summary>
/// <param name="Lost">Hunks of either side that are missing in the merge.</param>
/// <param name="TakesAway">True if the merge removes lines without permission. Only the whole staging branch shows the origin of these
/// lines.</param>
public sealed record MergeLosses(IReadOnlyList<MergedHunk> Lost, bool TakesAway)
{
    /// <summary>A result without lost changes.</summary>
    public static MergeLosses None { get; } = new([], TakesAway: false);
}

/// <summary>State of all hunks that tasks introduced on a staging branch.</summary>
/// <param name="Hunks">All hunks of tasks in merge order, followed by lost changes that no task brought.</param>
public sealed record MergedHunkReport(IReadOnlyList<MergedHunk> Hunks)
{
    /// <summary>Hunks whose changes are lost.</summary>
    public IReadOnlyList<MergedHunk> Lost => [.. Hunks.Where(hunk => hunk.Fate == MergedHunkSurvivalStatus.Lost)];

    /// <summary>One-line summary of the report.</summary>
    public string Summary
    {
        get
        {
            var ofTasks = Hunks.Where(hunk => hunk.Task.Length > 0).ToList();
            var tasks = ofTasks.Select(hunk => hunk.Task).Distinct(StringComparer.Ordinal).Count();
            var others = Hunks.Count - ofTasks.Count;
            return $"{Plural.Of(ofTasks.Count, "hunk")} of {Plural.Of(tasks, "task")}: {Count(MergedHunkSurvivalStatus.Present)} present, "
                + $"{Count(MergedHunkSurvivalStatus.Overwritten)} overwritten later, {Count(MergedHunkSurvivalStatus.Lost)} lost"
                + (others == 0 ? "" : $"; {Plural.Of(others, "line")} from other commits lost");

            int Count(MergedHunkSurvivalStatus fate) => ofTasks.Count(hunk => hunk.Fate == fate);
        }
    }
}
