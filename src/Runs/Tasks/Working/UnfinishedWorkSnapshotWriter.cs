namespace Orchestrator.Runs.Tasks;

/// <summary>
/// Saves an agent's unfinished work and its conversation while the agent is running. A new snapshot replaces the previous one.
/// </summary>
/// <param name="takeOver">Copies the commits of a sandboxed agent to the repository.</param>
internal sealed class UnfinishedWorkSnapshotWriter(
    TaskBranchAndWorktree workspace,
    Worktree? worktree,
    Func<string?> conversation,
    Func<Task> takeOver,
    TimeProvider time
)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(2);
    private long _last = time.GetTimestamp();
    private Task _saving = Task.CompletedTask;
    private bool _isKept;

    /// <summary>The reason why the last snapshot failed, or empty if it succeeded.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Starts a snapshot if the last one is old enough. Does not delay the agent or the process that monitors it.</summary>
    public async Task SaveIfDueAsync()
    {
        KeepConversationOnce();
        if (worktree is null || !_saving.IsCompleted || time.GetElapsedTime(_last) < Interval)
        {
            return;
        }
        await _saving;
        _last = time.GetTimestamp();
        _saving = SaveAsync(worktree);
    }

    /// <summary>Waits until a snapshot in progress is finished. Call this before anything else writes to the worktree.</summary>
    public Task FinishAsync()
    {
        KeepConversationOnce();
        return _saving;
    }

    /// <summary>
    /// Stores the conversation once, as early as possible, so that even the conversation of a short-lived agent is stored.
    /// </summary>
    private void KeepConversationOnce()
    {
        try
        {
            _isKept = _isKept || KeepConversation();
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            Problem = FileNameEncoding.Show(failed.Message, 600);
        }
    }

    private bool KeepConversation()
    {
        if (conversation() is not { } file)
        {
            return false;
        }
        HardLinkFileRetainer.Keep(
            file,
            ConversationStore.PathOf(workspace.Files.Folder, workspace.TaskId, Path.GetFileNameWithoutExtension(file))
        );
        return true;
    }

    private async Task SaveAsync(Worktree worktree)
    {
        try
        {
            KeepConversation();
            await takeOver();
            await workspace.Unfinished.SaveAsync(
                worktree,
                $"{workspace.TaskId}: at work",
                new CommitTrailers(workspace.RunId, workspace.TaskId)
            );
            Problem = "";
        }
        catch (Exception failed) when (failed is GitException or IOException or UnauthorizedAccessException)
        {
            // The work is still in the worktree. If a snapshot fails because of a lock or a full disk, it is retried after two minutes.
            Problem = FileNameEncoding.Show(failed.Message, 600);
        }
    }
}
