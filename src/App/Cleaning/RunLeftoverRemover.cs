using Orchestrator.Git.Program;
using Orchestrator.Git.Refs;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.App.Cleaning;

/// <summary>
/// Removes the leftovers found by a survey. The run's folder is removed last, so that another survey can find the run again if the removal
/// is killed.
/// </summary>
/// <param name="repository">Repository of the runs.</param>
/// <param name="remote">Remote as in <see cref="RemoteRunRefRemover"/>.</param>
internal sealed class RunLeftoverRemover(GitRepository repository, string? remote)
{
    /// <summary>Removes the leftovers of a run.</summary>
    /// <param name="remains">Leftovers found by a survey.</param>
    /// <param name="forget">Removes the run's history, if there is one. Returns false to keep the folder of a run that is still
    /// open.</param>
    /// <param name="stop">Checked between the steps.</param>
    /// <returns>Null, or the reason why removable leftovers remain on this machine or the shared remote.</returns>
    public async Task<string?> RemoveAsync(RunLeftovers remains, Func<string, Task<bool>> forget, CancellationToken stop)
    {
        var run = remains.Run;
        var worktrees = new WorktreeManager(repository);
        foreach (var (worktree, proof) in remains.Worktrees)
        {
            await worktrees.RemoveAsync(worktree.Path, stop, WorktreeDiscardPermit.Proven(worktree, proof));
            RemoveIfEmpty(Path.GetDirectoryName(worktree.Path)!);
        }
        if (await RemoveRefsAsync(remains.Refs, stop) is { } moved)
        {
            return moved;
        }
        foreach (var task in remains.Unfinished)
        {
            new UnfinishedWorkStore(repository, $"{run.Folder.Name}/{task}").Remove();
        }
        RemoveIfEmpty(UnfinishedWorkStore.FolderOf(repository, run.Folder.Name));
        if (!remains.IsWhole)
        {
            return null;
        }
        if (!await forget(run.Status.RunId))
        {
            return $"{run.Status.RunId} is open again; its folder is kept";
        }
        var shared = await new RemoteRunRefRemover(repository, remote).RemoveAsync(run, stop);
        FolderRemover.Remove(run.Log);

        // The folder is renamed first, so that a partially removed folder is not mistaken for a run.
        var removed = Path.Combine(Path.GetDirectoryName(run.Folder.Path)!, RunFolder.Removed + run.Folder.Name);
        FolderRemover.Remove(removed);
        Directory.Move(run.Folder.Path, removed);
        FolderRemover.Remove(removed);
        return shared;
    }

    /// <summary>Removes all given refs, or none of them if any has moved since the survey.</summary>
    /// <returns>Null after success, or a text with the names of the refs that moved.</returns>
    public async Task<string?> RemoveRefsAsync(IReadOnlyList<RefChange> refs, CancellationToken stop)
    {
        if (refs.Count == 0)
        {
            return null;
        }
        var result = await new RefStore(repository).UpdateAsync(refs, "cleaned up", stop);
        var moved = refs.Where(change => result.Actual.GetValueOrDefault(change.Name) is { } now && now != change.Old);
        return result.Done ? null : $"moved in the meantime: {FileNameEncoding.List([.. moved.Select(change => change.Name)])}";
    }

    /// <summary>Finishes interrupted removals of run folders.</summary>
    /// <param name="runsFolder">Folder of all runs.</param>
    public static void FinishEarlier(string runsFolder)
    {
        foreach (var folder in Directory.Exists(runsFolder) ? Directory.GetDirectories(runsFolder, RunFolder.Removed + "*") : [])
        {
            FolderRemover.Remove(folder);
        }
    }

    private static void RemoveIfEmpty(string folder)
    {
        if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
        }
    }
}
