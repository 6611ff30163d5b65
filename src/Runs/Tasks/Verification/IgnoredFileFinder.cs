namespace Orchestrator.Runs.Tasks;

/// <summary>
/// Finds files that a task owns but git ignores, and that are therefore not part of the task's work. A file that the plan names by its full
/// path is committed anyway. A rejection of the work mentions the other ignored files, because users and agents easily overlook this cause.
/// </summary>
internal sealed class IgnoredFileFinder(TaskBranchAndWorktree workspace, PlanTask task, Worktree worktree)
{
    private readonly TaskFileOwnership _ownership = TaskFileOwnership.Of(task);

    /// <summary>Finds existing files that the plan names by full path and that git ignores.</summary>
    /// <param name="seen">Paths of the files that git reports as changed.</param>
    /// <param name="tracked">The base commit, whose files git tracks in any case.</param>
    public async Task<IReadOnlyList<IgnoredFile>> NamedAsync(IReadOnlySet<string> seen, string tracked, CancellationToken stop)
    {
        var files = new WorktreeFileReaderAndWriter(worktree.Path);
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
        var known = (await new GitCommitReaderAndWriter(workspace.Repository).ListFilesAsync(tracked, stop))
            .Select(file => file.Path)
            .ToHashSet(StringComparer.Ordinal);
        return await GitIgnoreRuleMatcher.ExplainAsync(worktree, [.. there.Where(path => !known.Contains(path))], stop);
    }

    /// <summary>Returns a note about ignored files, to be added to a rejection of the work. Empty if there are none.</summary>
    public async Task<string> DescribeAsync(CancellationToken stop)
    {
        var hidden = (await GitIgnoreRuleMatcher.ListAsync(worktree, _ownership.OwnsEverything, stop))
            .Where(path =>
                _ownership.Owns(path.TrimEnd('/')) && !GeneratedFiles.IsGenerated(path.TrimEnd('/')) && !IsLocal(path.TrimEnd('/'))
            )
            .ToList();
        var first = await GitIgnoreRuleMatcher.ExplainAsync(worktree, [.. hidden.Take(5)], stop);
        return first.Count == 0
            ? ""
            : "This task owns files that git ignores: "
                + string.Join(", ", first.Select(file => $"'{FileNameEncoding.Show(file.Path)}' by {file.Rule}"))
                + $"{(hidden.Count > 5 ? $" and {hidden.Count - 5} more" : "")}: "
                + "they were not committed, and the gates did not see them. "
                + "If they are part of the work, write them to a place that is not ignored, or change the ignore rule if this task owns "
                + "it. A file that files_write names by its full path is committed even if it is ignored.";
    }

    /// <summary>
    /// True if a file in the worktree may be a copy that was made because of <c>.worktreeinclude</c>. Such files belong to the user, may
    /// contain passwords, and must never be committed.
    /// </summary>
    private bool IsLocal(string path) =>
        File.Exists(Path.Combine(workspace.Files.WorkTree, UntrackedFileCopier.FileName))
        && Path.Exists(Path.Combine(workspace.Files.WorkTree, path));
}
