namespace Orchestrator.Runs.Tasks;

/// <summary>Keeps what an agent has done so far, and its conversation in the task's folder, while it works. What a newer snapshot
/// supersedes does not stay.</summary>
internal sealed class WorkSnapshots(TaskWorkspace workspace, Worktree? worktree, Func<string?> conversation, TimeProvider time)
{
    private const string ConversationsFolder = "conversations";
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(2);
    private long _last = time.GetTimestamp();
    private Task _saving = Task.CompletedTask;

    /// <summary>Why the last snapshot that was tried could not be taken; empty where none failed.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Begins a snapshot when the last one is old enough; the agent and whoever follows it are not held up.</summary>
    public async Task SaveIfDueAsync()
    {
        if (worktree is null || !_saving.IsCompleted || time.GetElapsedTime(_last) < Interval)
        {
            return;
        }
        await _saving;
        _last = time.GetTimestamp();
        _saving = SaveAsync(worktree);
    }

    /// <summary>Before anybody else writes in the worktree.</summary>
    public Task FinishAsync() => _saving;

    private async Task SaveAsync(Worktree worktree)
    {
        try
        {
            if (conversation() is { } file)
            {
                SharedFile.Keep(
                    file,
                    Path.Combine(workspace.Files.Folder.Task(workspace.TaskId), ConversationsFolder, Path.GetFileName(file))
                );
            }
            await workspace.Unfinished.SaveAsync(
                worktree,
                $"{workspace.TaskId}: at work",
                new CommitTrailers(workspace.RunId, workspace.TaskId)
            );
            Problem = "";
        }
        catch (Exception failed) when (failed is GitException or IOException or UnauthorizedAccessException)
        {
            // The work itself is in the worktree; a snapshot that can't be taken now (a lock, a full disk) is tried again in two minutes.
            Problem = FileNames.Show(failed.Message, 600);
        }
    }
}
