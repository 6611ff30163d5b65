using Orchestrator.Processes;

namespace Orchestrator.Git;

/// <summary>
/// Removes everything that the index does not name, ignored or not, also repositories made inside: what <c>git clean -ffdx</c> does, without a process for the
/// usual case that there is little or nothing. Links are removed and not followed.
/// </summary>
internal static class WorktreeSweep
{
    private const char NotText = '\uFFFD';

    /// <summary>Sweeps a worktree whose files were just checked out.</summary>
    /// <returns>False if git has to do it, or the rest of it.</returns>
    internal static bool TryRun(Worktree worktree)
    {
        // Where names of different case or composition are one file, only git knows which is meant; and the index is read as one with ids of SHA-1.
        var configuration = worktree.Repository.Configuration;
        if (configuration.Get("core.ignorecase") == "true"
            || configuration.Get("core.precomposeunicode") == "true"
            || configuration.Get("extensions.objectformat") is not (null or "sha1")
            || IndexFile.TryRead(Path.Combine(worktree.AdminDirectory, "index")) is not { } index)
        {
            return false;
        }

        worktree.CheckInPlace();
        return Sweep(new DirectoryInfo(worktree.Path), string.Empty, index);
    }

    private static bool Sweep(DirectoryInfo folder, string prefix, IndexFile index)
    {
        var done = true;
        foreach (var found in folder.EnumerateFileSystemInfos().ToList())
        {
            var path = prefix + found.Name;
            var isFolder = found is DirectoryInfo && !found.Attributes.HasFlag(FileAttributes.ReparsePoint);
            if (path == ".git" || (isFolder ? index.HasSubmodule(path) : index.HasFile(path)))
            {
                continue;
            }

            if (isFolder && index.HasFolder(path))
            {
                done &= Sweep((DirectoryInfo)found, path + "/", index);
            }
            else
            {
                done &= TryRemove(found, isFolder);
            }
        }

        return done;
    }

    private static bool TryRemove(FileSystemInfo found, bool isFolder)
    {
        if (found.Name.Contains(NotText, StringComparison.Ordinal))
        {
            return false; // Bytes that are no UTF-8: it can't be named here.
        }

        try
        {
            if (isFolder)
            {
                FolderRemover.Remove(found.FullName);
            }
            else
            {
                File.Delete(found.FullName);
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // Such names deep inside, or no permission: git can do it, or says what is in the way.
        }
    }
}
