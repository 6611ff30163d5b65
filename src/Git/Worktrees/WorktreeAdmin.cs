using System.Collections.Concurrent;
using Orchestrator.Git.Refs;

namespace Orchestrator.Git.Worktrees;

/// <summary>Git's administrative folders for worktrees (<c>worktrees/ID</c> in the common directory, gitrepository-layout(5)), and our
/// marker in them. The marker is written last and shows that a worktree is complete.</summary>
internal static class WorktreeAdmin
{
    internal const string MarkerName = BranchCheckouts.MarkerName;
    internal const string PooledName = BranchCheckouts.PooledName;

    /// <summary>Lists the folder and administrative folder of every linked worktree.</summary>
    internal static IEnumerable<(string Path, string Admin)> All(GitRepository repository) =>
        CheckoutHead.Linked(repository).Select(checkout => (checkout.Path, checkout.Admin));

    /// <summary>Lists the folder and administrative folder of the pooled worktrees.</summary>
    internal static IEnumerable<(string Path, string Admin)> Pooled(GitRepository repository) =>
        All(repository).Where(entry => File.Exists(Path.Combine(entry.Admin, PooledName)));

    /// <summary>Returns the administrative folder of the worktree at a path, or null if there is none.</summary>
    internal static string? Find(GitRepository repository, string path)
    {
        var places = repository.Part<AdminFolderCache>();

        // Tries the last known folder first, because with many worktrees a search reads many files.
        if (places.Found.TryGetValue(path, out var known) && CheckoutHead.PlaceOf(known) == path)
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

    /// <summary>Writes the file that names a worktree's administrative folder.</summary>
    internal static void WriteLink(string path, string admin)
    {
        if (!new WorktreeFiles(path).TryWrite(".git", Encoding.UTF8.GetBytes($"gitdir: {admin}\n")))
        {
            throw new GitException($"'{path}/.git' can't be written, because it is a folder. Move it away and retry.");
        }
    }

    /// <summary>Returns the marker of a complete worktree, or null if the worktree is incomplete.</summary>
    internal static WorktreeMarker? ReadMarker(string admin, string path)
    {
        var lines = DurableFile.TryRead(Path.Combine(admin, MarkerName))?.Split('\n');
        return lines is [_, _, ..] && lines[0] == path && File.Exists(Path.Combine(path, ".git"))
            ? new WorktreeMarker(lines[1].Length == 0 ? null : lines[1])
            : null;
    }

    /// <summary>Returns the branch of a worktree that was once complete, even if its files are gone. Returns null if it has no branch or
    /// was never complete.</summary>
    internal static string? BranchOf(string admin) =>
        DurableFile.TryRead(Path.Combine(admin, MarkerName))?.Split('\n') is [_, { Length: > 0 } branch, ..] ? branch : null;

    internal static void WriteMarker(string admin, string path, string? branch) =>
        DurableFile.Write(Path.Combine(admin, MarkerName), $"{path}\n{branch}\n");

    /// <summary>True if we completed the worktree once, even if its files are gone now.</summary>
    internal static bool IsOurs(string admin) => BranchCheckouts.IsOurs(admin);

    internal static void RemoveMarker(string admin) => File.Delete(Path.Combine(admin, MarkerName));

    /// <summary>Removes a worktree. The marker goes first, so that the worktree counts as incomplete, and the administrative folder last,
    /// so that the worktree can still be found.</summary>
    internal static void Remove(string admin, string path)
    {
        RemoveMarker(admin);
        FolderRemover.RemoveOrMoveAway(path);
        FolderRemover.Remove(admin);
    }

    /// <summary>Cache of the administrative folder of each worktree.</summary>
    private sealed class AdminFolderCache
    {
        internal ConcurrentDictionary<string, string> Found { get; } = new(StringComparer.Ordinal);
    }
}

/// <summary>Content of our marker.</summary>
/// <param name="Branch">Branch for which the worktree was created, or null if it is detached.</param>
internal sealed record WorktreeMarker(string? Branch);
