namespace Orchestrator.Runs.Tasks;

/// <summary>Saves an agent's work in progress and its conversation while it works. Superseded snapshots are removed.</summary>
/// <param name="takeOver">Takes over commits of a confined agent.</param>
internal sealed class WorkSnapshots(
    TaskWorkspace workspace,
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

    /// <summary>Starts a snapshot if the last one is old enough, without delaying the agent or its follower.</summary>
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

    /// <summary>Waits for the snapshot in progress, before anything else writes to the worktree.</summary>
    public Task FinishAsync()
    {
        KeepConversationOnce();
        return _saving;
    }

    /// <summary>Keeps the conversation once as early as possible, so that even a short-lived agent has it kept.</summary>
    private void KeepConversationOnce()
    {
        try
        {
            _isKept = _isKept || KeepConversation();
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            Problem = FileNames.Show(failed.Message, 600);
        }
    }

    private bool KeepConversation()
    {
        if (conversation() is not { } file)
        {
            return false;
        }
        RetainedFile.Keep(file, ConversationStore.PathOf(workspace.Files.Folder, workspace.TaskId, Path.GetFileNameWithoutExtension(file)));
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
            // The work itself is in the worktree. A failed snapshot (a lock, a full disk) is retried in two minutes.
            Problem = FileNames.Show(failed.Message, 600);
        }
    }
}
