using System.Collections.Concurrent;

namespace Orchestrator.Git.Worktrees;

/// <summary>Git's folders for worktrees (<c>worktrees/ID</c> in the common directory, gitrepository-layout(5)) and our marker in them,
/// which is written last: without it a worktree is not finished.</summary>
internal static class WorktreeAdmin
{
    internal const string MarkerName = "orchestrator-ready";

    /// <summary>Replaces the marker while a worktree is in the pool; contains the key of its kept files.</summary>
    internal const string PooledName = "orchestrator-pooled";

    /// <summary>Folder and administration of every linked worktree.</summary>
    internal static IEnumerable<(string Path, string Admin)> All(GitRepository repository)
    {
        var folder = Path.Combine(repository.CommonDirectory, "worktrees");
        if (!Directory.Exists(folder))
        {
            yield break;
        }
        foreach (var admin in Directory.EnumerateDirectories(folder))
        {
            if (PlaceOf(admin) is { } path)
            {
                yield return (path, admin);
            }
        }
    }

    /// <summary>Folder and administration of the pooled worktrees.</summary>
    internal static IEnumerable<(string Path, string Admin)> Pooled(GitRepository repository)
    {
        var folder = Path.Combine(repository.CommonDirectory, "worktrees");
        return !Directory.Exists(folder)
            ? []
            : Directory
                .EnumerateDirectories(folder)
                .Where(admin => File.Exists(Path.Combine(admin, PooledName)))
                .Select(admin => (PlaceOf(admin)!, admin))
                .Where(entry => entry.Item1 is not null);
    }

    /// <summary>The administration of the worktree at a path, or null.</summary>
    internal static string? Find(GitRepository repository, string path)
    {
        var places = repository.Part<Places>();

        // The last known administration, if it is still right: with many worktrees a search reads many files.
        if (places.Found.TryGetValue(path, out var known) && PlaceOf(known) == path)
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

    /// <summary>The folder of an administration: "gitdir" contains the path of the worktree's .git file. A git that was killed early has
    /// not written it. It is read here because an agent may have replaced the .git file in the worktree, so that git would answer for
    /// another repository; and <c>git worktree list</c> does not show which administration belongs to which folder.</summary>
    private static string? PlaceOf(string admin) =>
        DurableFile.TryRead(Path.Combine(admin, "gitdir"))?.Trim() is { Length: > 0 } link
            ? Path.GetDirectoryName(Path.GetFullPath(link, admin))!
            : null;

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
    internal static bool IsOurs(string admin) =>
        File.Exists(Path.Combine(admin, MarkerName)) || File.Exists(Path.Combine(admin, PooledName));

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
