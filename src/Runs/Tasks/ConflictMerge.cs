using Orchestrator.Git.Merging;

namespace Orchestrator.Runs.Tasks;

/// <summary>A merge with other tasks' work that the agent was given to resolve: is that work still in the files? Git forgets a merge as
/// soon as somebody says 'git reset', with everything still in the files, so that the files are asked and not git.</summary>
internal sealed class ConflictMerge(TaskWorkspace workspace, Worktree worktree, TaskNotes notes, IReadOnlyCollection<string> appendedFiles)
{
    private readonly CommitStore _commits = new(workspace.Repository);

    /// <summary>What of the merge is missing. One that was undone as a whole is begun again, with what was in the files kept.</summary>
    /// <param name="ours">The task's own last commit.</param>
    public async Task<MergeLoss> FindLossAsync(string ours, CancellationToken stop)
    {
        var theirs = notes.MergedStaging;
        var status = await WorktreeStatus.ReadAsync(worktree, stop);
        var tip = await workspace.Refs.ReadAsync(workspace.Branch, stop) ?? notes.Base;
        if (
            status.Operation == UnfinishedOperation.Merge
            || await _commits.IsAncestorAsync(theirs, tip, stop)
            || (status.Head is not null && await _commits.IsAncestorAsync(theirs, status.Head, stop))
        )
        {
            return MergeLoss.None;
        }
        var merge = await new Merges(workspace.Repository).MergeAsync(ours, theirs, appendedFiles, stop);
        var diffs = new Diffs(workspace.Repository);
        var brought = (await diffs.BetweenAsync(ours, merge.Tree, stop)).Select(file => file.Path).ToList();
        var changed = (await new WorktreeDiff(worktree).AgainstAsync(ours, stop))
            .Select(file => file.Path)
            .ToHashSet(StringComparer.Ordinal);
        if (brought.Count > 0 && !brought.Any(changed.Contains))
        {
            return await BeginAgainAsync(tip, stop);
        }

        // What is in conflict may have been resolved to what it was.
        var missing = brought.Except(changed).Except(merge.ConflictedFiles).ToList();
        return missing.Count == 0
            ? MergeLoss.None
            : new MergeLoss(
                $"What other tasks did is missing in {FileNames.Some(missing, 20)}: there the merge that you were given was "
                    + $"undone. Take their version (git checkout {theirs[..12]} -- FILE) and bring yours into it.",
                BegunAgain: false
            );
    }

    /// <summary>Files in conflict that are as the merge left them, and of which nobody has told git that they are resolved. Where one side
    /// removed a file, or it is binary, git marks nothing in it and leaves one side alone.</summary>
    /// <param name="ours">The task's own last commit.</param>
    public async Task<MergeLoss> FindUndecidedAsync(string ours, CancellationToken stop)
    {
        var head = new WorktreeHead(worktree);
        if (head.Operation != UnfinishedOperation.Merge)
        {
            return MergeLoss.None;
        }
        var open = (await head.UnmergedAsync(stop)).Where(notes.Conflicted.Contains).ToList();
        if (open.Count == 0)
        {
            return MergeLoss.None;
        }
        var left = await new Merges(workspace.Repository).MergeAsync(ours, notes.MergedStaging, appendedFiles, stop);
        var found = new WorktreeFiles(worktree.Path);
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
            ? MergeLoss.None
            : new MergeLoss(
                $"Not resolved: {FileNames.Some(undecided, 20)}. No markers are there, since one side removed the file or it is binary, "
                    + "and it holds what one side made of it. Make both intentions hold, then say so: git add FILE, or git rm FILE.",
                BegunAgain: false
            );
    }

    private async Task<MergeLoss> BeginAgainAsync(string tip, CancellationToken stop)
    {
        var begun = await new ConflictWorktree(worktree).BeginAsync(
            tip,
            notes.MergedStaging,
            workspace.Keep("before the merge was begun again"),
            appendedFiles,
            stop
        );
        KeptWork.Note(workspace.Files.Folder, workspace.TaskId, begun.Kept, "what was in the worktree before the merge was begun again");
        var kept = begun.Kept is null ? "" : $" What you had not committed is kept: git show {begun.Kept}:FILE";
        return new MergeLoss(
            "The merge with what other tasks did was undone, so their work was missing. It was begun again: resolve the "
                + $"conflicts in the files, and do not abort it.{kept}",
            BegunAgain: true
        );
    }
}

/// <summary>What became of a merge that an agent was given.</summary>
/// <param name="Problem">A sentence for the agent; empty where all of it is there and resolved.</param>
/// <param name="BegunAgain">It was undone and is begun again, so that nothing else can be said of the files.</param>
internal sealed record MergeLoss(string Problem, bool BegunAgain)
{
    public static MergeLoss None { get; } = new("", BegunAgain: false);
}
