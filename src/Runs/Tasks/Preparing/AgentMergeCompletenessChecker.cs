using Orchestrator.Git.Merging;

namespace Orchestrator.Runs.Tasks;

/// <summary>
/// Checks that an agent's merge still contains the work of the other tasks. The files themselves are compared, because git has no record of
/// the merge after a <c>git reset</c> that keeps the files.
/// </summary>
internal sealed class AgentMergeCompletenessChecker(
    TaskBranchAndWorktree workspace,
    Worktree worktree,
    TaskWorktreeRecord notes,
    IReadOnlyCollection<string> appendedFiles
)
{
    private readonly GitCommitReaderAndWriter _commits = new(workspace.Repository);

    /// <summary>
    /// Finds other tasks' work that is missing from the merge. If the agent undid the whole merge, the agent's files are kept under a ref
    /// and the merge is started again.
    /// </summary>
    /// <param name="ours">The task's own last commit.</param>
    public async Task<ConflictResolutionResult> FindLossAsync(string ours, CancellationToken stop)
    {
        var theirs = notes.MergedStaging;
        var status = await WorktreeStatus.ReadAsync(worktree, stop);
        var tip = await workspace.Refs.ReadAsync(workspace.Branch, stop) ?? notes.Base;
        if (
            status.Operation == UnfinishedGitOperation.Merge
            || await _commits.IsAncestorAsync(theirs, tip, stop)
            || (status.Head is not null && await _commits.IsAncestorAsync(theirs, status.Head, stop))
        )
        {
            return ConflictResolutionResult.None;
        }
        var merge = await new TreeMerger(workspace.Repository).MergeAsync(ours, theirs, appendedFiles, stop);
        var diffs = new GitDiffReader(workspace.Repository);
        var brought = (await diffs.BetweenAsync(ours, merge.Tree, stop)).Select(file => file.Path).ToList();
        var changed = (await new WorktreeDiffReader(worktree).AgainstAsync(ours, stop))
            .Select(file => file.Path)
            .ToHashSet(StringComparer.Ordinal);
        if (brought.Count > 0 && !brought.Any(changed.Contains))
        {
            return await BeginAgainAsync(tip, stop);
        }

        // A conflicting file may be resolved to its old content, so it need not differ.
        var missing = brought.Except(changed).Except(merge.ConflictedFiles).ToList();
        return missing.Count == 0
            ? ConflictResolutionResult.None
            : new ConflictResolutionResult(
                $"Other tasks' changes are missing in {FileNameEncoding.List(missing, 20)}, because the merge that you were given was "
                    + $"undone there. Take their version (git checkout {CommitIdFormatter.Shorten(theirs)} -- FILE) and add your "
                    + "changes to it.",
                BegunAgain: false
            );
    }

    /// <summary>
    /// Finds conflicting files that the agent neither changed nor marked as resolved. Conflict markers are not sufficient, because git
    /// writes no markers into binary files or files that one side removed.
    /// </summary>
    /// <param name="ours">The task's own last commit.</param>
    public async Task<ConflictResolutionResult> FindUndecidedAsync(string ours, CancellationToken stop)
    {
        var head = new WorktreeHead(worktree);
        if (head.Operation != UnfinishedGitOperation.Merge)
        {
            return ConflictResolutionResult.None;
        }
        var open = (await head.UnmergedAsync(stop)).Where(notes.Conflicted.Contains).ToList();
        if (open.Count == 0)
        {
            return ConflictResolutionResult.None;
        }
        var left = await new TreeMerger(workspace.Repository).MergeAsync(ours, notes.MergedStaging, appendedFiles, stop);
        var found = new WorktreeFileReaderAndWriter(worktree.Path);
        var undecided = new List<string>();
        foreach (var path in open)
        {
            if (
                await _commits.ReadFileAsync(left.Tree, path, stop) is { } content
                && found.TryRead(path) is { } now
                && now.AsSpan().SequenceEqual(content)
            )
            {
                undecided.Add(path);
            }
        }
        return undecided.Count == 0
            ? ConflictResolutionResult.None
            : new ConflictResolutionResult(
                $"Not resolved: {FileNameEncoding.List(undecided, 20)}. These files have no markers, because one side removed the file or "
                    + "it is binary, "
                    + "so they contain one side's version. Make both intentions hold, then mark them as resolved: git add FILE, or "
                    + "git rm FILE.",
                BegunAgain: false
            );
    }

    private async Task<ConflictResolutionResult> BeginAgainAsync(string tip, CancellationToken stop)
    {
        var saved = await new ConflictWorktree(worktree).BeginAsync(
            tip,
            notes.MergedStaging,
            workspace.Keep("before the merge was started again"),
            appendedFiles,
            stop
        );
        RetainedWorkLocationRecorder.Note(
            workspace.Files.Folder,
            workspace.TaskId,
            saved,
            "the worktree before the merge was started again"
        );
        var kept = saved is null ? "" : $" Your uncommitted changes are kept: git show {saved}:FILE";
        return new ConflictResolutionResult(
            "The merge with other tasks' work was undone, so their work was missing. The merge was started again: resolve the "
                + $"conflicts in the files, and do not abort it.{kept}",
            BegunAgain: true
        );
    }
}

/// <summary>Result of checking a merge that the agent had to resolve.</summary>
/// <param name="Problem">Sentence for the agent, or empty if the merge is complete and resolved.</param>
/// <param name="BegunAgain">True if the agent undid the merge and the merge was started again. Other checks of the files are then
/// skipped.</param>
internal sealed record ConflictResolutionResult(string Problem, bool BegunAgain)
{
    /// <summary>The result of a merge that is complete and resolved.</summary>
    public static ConflictResolutionResult None { get; } = new("", BegunAgain: false);
}
