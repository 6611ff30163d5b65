namespace Orchestrator.Runs.Tasks;

/// <summary>Files that a task owns but git's ignore rules hide, so that they are not part of its work. Files that the plan names by full
/// path are committed anyway. Others are mentioned in failures, because the cause is hard to see.</summary>
internal sealed class IgnoredWork(TaskWorkspace workspace, PlanTask task, Worktree worktree)
{
    private readonly Ownership _ownership = Ownership.Of(task);

    /// <summary>Finds existing files that the plan names and git would not add.</summary>
    /// <param name="seen">Files that git reports as changed.</param>
    /// <param name="tracked">The base commit, whose files git tracks.</param>
    public async Task<IReadOnlyList<IgnoredFile>> NamedAsync(IReadOnlySet<string> seen, string tracked, CancellationToken stop)
    {
        var files = new WorktreeFiles(worktree.Path);
        var there = (task.FilesWrite ?? [])
            .Concat(task.FilesAppend)
            .Concat(task.NotesOutput)
            .Select(PathPattern.Parse)
            .Where(pattern => pattern.IsLiteral)
            .Select(pattern => pattern.Text)
            .Distinct(StringComparer.Ordinal)
            .Where(path => !seen.Contains(path) && files.HasFileOrLink(path) && !IsLocal(path))
            .ToList();
        if (there.Count == 0)
        {
            return [];
        }
        var known = (await new CommitStore(workspace.Repository).ListFilesAsync(tracked, stop))
            .Select(file => file.Path)
            .ToHashSet(StringComparer.Ordinal);
        return await IgnoreRules.ExplainAsync(worktree, [.. there.Where(path => !known.Contains(path))], stop);
    }

    /// <summary>Returns a note on hidden files for a failure; empty if there are none.</summary>
    public async Task<string> DescribeAsync(CancellationToken stop)
    {
        var hidden = (await IgnoreRules.ListAsync(worktree, _ownership.OwnsEverything, stop))
            .Where(path =>
                _ownership.Owns(path.TrimEnd('/')) && !GeneratedFiles.IsGenerated(path.TrimEnd('/')) && !IsLocal(path.TrimEnd('/'))
            )
            .ToList();
        var first = await IgnoreRules.ExplainAsync(worktree, [.. hidden.Take(5)], stop);
        return first.Count == 0
            ? ""
            : "Of what this task owns, git ignores "
                + string.Join(", ", first.Select(file => $"'{FileNames.Show(file.Path)}' by {file.Rule}"))
                + $"{(hidden.Count > 5 ? $" and {hidden.Count - 5} more" : "")}: "
                + "that was not committed and the gates did not see it. "
                + "If it is part of the work, write it to a place that is not ignored, or change the rule where this task owns "
                + "that; a file that the plan names by its whole path in files_write is committed all the same.";
    }

    /// <summary>True for files that <c>.worktreeinclude</c> copied. They are the user's own, such as passwords, and must never be
    /// committed.</summary>
    private bool IsLocal(string path) =>
        File.Exists(Path.Combine(workspace.Files.WorkTree, WorktreeIncludes.FileName))
        && Path.Exists(Path.Combine(workspace.Files.WorkTree, path));
}
