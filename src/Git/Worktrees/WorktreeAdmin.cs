using System.Collections.Concurrent;
using Orchestrator.Git.Refs;

namespace Orchestrator.Git.Worktrees;

/// <summary>Git's folders for worktrees (<c>worktrees/ID</c> in the common directory, gitrepository-layout(5)) and our marker in them,
/// which is written last: without it a worktree is not finished.</summary>
internal static class WorktreeAdmin
{
    internal const string MarkerName = BranchCheckouts.MarkerName;
    internal const string PooledName = BranchCheckouts.PooledName;

    /// <summary>Folder and administration of every linked worktree.</summary>
    internal static IEnumerable<(string Path, string Admin)> All(GitRepository repository) =>
        CheckoutHead.Linked(repository).Select(checkout => (checkout.Path, checkout.Admin));

    /// <summary>Folder and administration of the pooled worktrees.</summary>
    internal static IEnumerable<(string Path, string Admin)> Pooled(GitRepository repository) =>
        All(repository).Where(entry => File.Exists(Path.Combine(entry.Admin, PooledName)));

    /// <summary>The administration of the worktree at a path, or null.</summary>
    internal static string? Find(GitRepository repository, string path)
    {
        var places = repository.Part<Places>();

        // The last known administration, if it is still right: with many worktrees a search reads many files.
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

    /// <summary>Writes the file that names a worktree's administration.</summary>
    internal static void WriteLink(string path, string admin)
    {
        if (!new WorktreeFiles(path).TryWrite(".git", Encoding.UTF8.GetBytes($"gitdir: {admin}\n")))
        {
            throw new GitException($"'{path}/.git' can't be written: a folder is in its place. Move it away and retry.");
        }
    }

    /// <summary>The marker of a ready worktree; null if it is not ready.</summary>
    internal static WorktreeMarker? ReadMarker(string admin, string path)
    {
        var lines = DurableFile.TryRead(Path.Combine(admin, MarkerName))?.Split('\n');
        return lines is [_, _, ..] && lines[0] == path && File.Exists(Path.Combine(path, ".git"))
            ? new WorktreeMarker(lines[1].Length == 0 ? null : lines[1])
            : null;
    }

    /// <summary>The branch of a worktree that was finished, whatever became of its files; null: none, or it was never finished.</summary>
    internal static string? BranchOf(string admin) =>
        DurableFile.TryRead(Path.Combine(admin, MarkerName))?.Split('\n') is [_, { Length: > 0 } branch, ..] ? branch : null;

    internal static void WriteMarker(string admin, string path, string? branch) =>
        DurableFile.Write(Path.Combine(admin, MarkerName), $"{path}\n{branch}\n");

    /// <summary>True if we finished it once, even if its files are gone now.</summary>
    internal static bool IsOurs(string admin) => BranchCheckouts.IsOurs(admin);

    internal static void RemoveMarker(string admin) => File.Delete(Path.Combine(admin, MarkerName));

    /// <summary>Removes a worktree: the marker first, so that it counts as unfinished, and the administration last, so that it can be found
    /// again.</summary>
    internal static void Remove(string admin, string path)
    {
        RemoveMarker(admin);
        FolderRemover.RemoveOrPutAside(path);
        FolderRemover.Remove(admin);
    }

    /// <summary>Cache of where each worktree's administration was found.</summary>
    private sealed class Places
    {
        internal ConcurrentDictionary<string, string> Found { get; } = new(StringComparer.Ordinal);
    }
}

/// <summary>Content of our marker.</summary>
/// <param name="Branch">The branch it was made for; null: detached.</param>
internal sealed record WorktreeMarker(string? Branch);
