namespace Orchestrator.Runs.Tasks;

/// <summary>Distinguishes the commits that orchestrate made on a task's branch, one per attempt, from the agent's own commits.</summary>
/// <param name="workspace">Workspace of the task.</param>
internal sealed class AttemptCommits(TaskBranchAndWorktree workspace, PlanTask task, RunPlanAndSettings files)
{
    /// <summary>True if orchestrate made the commit for the given attempt.</summary>
    public bool IsOfAttempt(CommitInfo commit, int attempt) =>
        commit.Trailers is { } trailers && trailers.Run == workspace.RunId && trailers.Task == task.Id && trailers.Attempt == attempt;

    /// <summary>
    /// Returns the hash of the last commit that orchestrate made on the task's branch, or of the base commit if there is none.
    /// </summary>
    public async Task<string> LastOfOursAsync(
        GitCommitReaderAndWriter commits,
        CommitInfo tip,
        VerifyTaskInput input,
        CancellationToken stop
    )
    {
        var from = TaskWorktreeRecord.Read(files.Folder, task.Id);
        if (tip.Trailers is { } own && own.Run == workspace.RunId && own.Task == task.Id)
        {
            return tip.Id;
        }
        var earlier = await commits.ListFirstParentsAsync(tip.Id, from.Base.Length > 0 ? from.Base : input.Prepared.BaseCommit, stop);
        return earlier.FirstOrDefault(c => c.Trailers is { } t && t.Run == workspace.RunId && t.Task == task.Id)?.Id
            ?? input.Prepared.BaseCommit;
    }

    /// <summary>
    /// Reads the commit at the tip of the branch. Throws if git can't read the commit. A power failure can lose an agent's last commits,
    /// because the agent's git does not sync files to the disk.
    /// </summary>
    public async Task<CommitInfo> ReadTipAsync(GitCommitReaderAndWriter commits, string tip, CancellationToken stop)
    {
        CommitInfo? read = null;
        GitException? torn = null;
        try
        {
            read = await commits.ReadAsync(tip, stop);
        }
        catch (GitException unreadable) when (unreadable.IsRefusal)
        {
            torn = unreadable;
        }
        var known = TaskWorktreeRecord.Read(files.Folder, task.Id).Base;
        return read
            ?? throw new RunStepFailedException(
                $"The branch {RunRefNameBuilder.Label(workspace.Branch)} points to the commit {tip}, which git can't read. After a power "
                    + $"failure an agent's last commits may be lost. Its files are in {workspace.RelativePath}. "
                    + $"Restore the branch and retry the task, which commits the files again: git update-ref {workspace.Branch} "
                    + $"{(known.Length > 0 ? known : "COMMIT")}",
                torn,
                "CommitGone"
            );
    }

    /// <inheritdoc cref="LastOfOursAsync(GitCommitReaderAndWriter, CommitInfo, VerifyTaskInput, CancellationToken)"/>
    public async Task<string> LastOfOursAsync(VerifyTaskInput input, CancellationToken stop)
    {
        var commits = new GitCommitReaderAndWriter(workspace.Repository);
        return await workspace.Refs.ReadAsync(workspace.Branch, stop) is { } tip
            ? await LastOfOursAsync(commits, await ReadTipAsync(commits, tip, stop), input, stop)
            : input.Prepared.BaseCommit;
    }
}
