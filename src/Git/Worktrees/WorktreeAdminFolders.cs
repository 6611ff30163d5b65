using System.Collections.Concurrent;
using Orchestrator.Git.Refs;

namespace Orchestrator.Git.Worktrees;

/// <summary>Reads git's administrative folders of worktrees (<c>worktrees/ID</c> in the common directory, gitrepository-layout(5)), and the
/// orchestrator's marker in them. The marker is written last and means that a worktree is complete.</summary>
internal static class WorktreeAdminFolders
{
    internal const string MarkerName = CheckedOutBranchProtector.MarkerName;
    internal const string PooledName = CheckedOutBranchProtector.PooledName;

    /// <summary>Lists the folder and administrative folder of every linked worktree.</summary>
    internal static IEnumerable<(string Path, string Admin)> All(GitRepository repository) =>
        CheckoutHead.Linked(repository).Select(checkout => (checkout.Path, checkout.Admin));

    /// <summary>Lists the folder and administrative folder of the pooled worktrees.</summary>
    internal static IEnumerable<(string Path, string Admin)> Pooled(GitRepository repository) =>
        All(repository).Where(entry => File.Exists(Path.Combine(entry.Admin, PooledName)));

    /// <summary>Returns the administrative folder of the worktree at a path, or null if there is no worktree at the path.</summary>
    internal static string? Find(GitRepository repository, string path)
    {
        var places = repository.Part<WorktreeAdminFolderCache>();

        // Tries the cached folder first, because a search reads a file for each worktree.
        if (places.Found.TryGetValue(path, out var known) && CheckoutHead.WorktreeFolderOf(known) == path)
        {
            return known;
        }
        var real = GitRepository.RealPath(path);
        var found = All(repository).Where(entry => entry.Path == path || entry.Path == real).Select(entry => entry.Admin).FirstOrDefault();
        if (found is null)
        {
            places.Found.TryRemove(path, out _);
        }
        else
        {
            places.Found[path] = found;
        }
        return found;
    }

    /// <summary>Writes the <c>.git</c> file of a worktree, which names the administrative folder.</summary>
    internal static void WriteLink(string path, string admin)
    {
        if (!new WorktreeFileReaderAndWriter(path).TryWrite(".git", Encoding.UTF8.GetBytes($"gitdir: {admin}\n")))
        {
            throw new GitException($"'{path}/.git' can't be written, because it is a folder. Move it away and retry.");
        }
    }

    /// <summary>Returns the marker of a worktree. Null if the worktree is not complete.</summary>
    internal static WorktreeMarker? ReadMarker(string admin, string path)
    {
        var lines = DurableFile.TryRead(Path.Combine(admin, MarkerName))?.Split('\n');
        return lines is [_, _, ..] && lines[0] == path && File.Exists(Path.Combine(path, ".git"))
            ? new WorktreeMarker(lines[1].Length == 0 ? null : lines[1])
            : null;
    }

    /// <summary>
    /// Returns the branch of a worktree that was once complete, even if its files no longer exist. Null if the worktree has no branch or
    /// was never complete.
    /// </summary>
    internal static string? BranchOf(string admin) =>
        DurableFile.TryRead(Path.Combine(admin, MarkerName))?.Split('\n') is [_, { Length: > 0 } branch, ..] ? branch : null;

    internal static void WriteMarker(string admin, string path, string? branch) =>
        DurableFile.Write(Path.Combine(admin, MarkerName), $"{path}\n{branch}\n");

    /// <summary>True if this program once completed the worktree, even if its files no longer exist.</summary>
    internal static bool IsOurs(string admin) => CheckedOutBranchProtector.IsOurs(admin);

    internal static void RemoveMarker(string admin) => File.Delete(Path.Combine(admin, MarkerName));

    /// <summary>Removes a worktree. The marker is removed first, so that the worktree counts as incomplete. The administrative folder is
    /// removed last, so that the worktree can be found after a crash.</summary>
    internal static void Remove(string admin, string path)
    {
        RemoveMarker(admin);
        FolderRemover.RemoveOrMoveAway(path);
        FolderRemover.Remove(admin);
    }

    /// <summary>Cache of the administrative folder of each worktree.</summary>
    private sealed class WorktreeAdminFolderCache
    {
        internal ConcurrentDictionary<string, string> Found { get; } = new(StringComparer.Ordinal);
    }
}

/// <summary>Marker of a complete worktree, with its branch.</summary>
/// <param name="Branch">Branch for which the worktree was created, or null if it is detached.</param>
internal sealed record WorktreeMarker(string? Branch);
