namespace Orchestrator.Git;

/// <summary>
/// Removes everything that the index does not name, ignored or not, also repositories made inside: what <c>git clean -ffdx</c> does, without a process for the
/// usual case that there is little or nothing. Links are removed and not followed.
/// </summary>
internal static class WorktreeSweep
{
    /// <summary>Sweeps a worktree whose files were just checked out.</summary>
    /// <returns>False, with nothing removed, if git has to do it.</returns>
    internal static bool TryRun(Worktree worktree)
    {
        // Where names of different case are one file, only git knows which is meant.
        if (worktree.Repository.Configuration.Get("core.ignorecase") == "true"
            || IndexFile.TryRead(Path.Combine(worktree.AdminDirectory, "index")) is not { } index)
        {
            return false;
        }

        worktree.CheckInPlace();
        Sweep(new DirectoryInfo(worktree.Path), string.Empty, index);
        return true;
    }

    private static void Sweep(DirectoryInfo folder, string prefix, IndexFile index)
    {
        foreach (var found in folder.EnumerateFileSystemInfos().ToList())
        {
            var path = prefix + found.Name;
            var isFolder = found is DirectoryInfo && !found.Attributes.HasFlag(FileAttributes.ReparsePoint);
            if (path == ".git" || (isFolder ? index.HasSubmodule(path) : index.HasFile(path)))
            {
                continue;
            }

            if (!isFolder)
            {
                File.Delete(found.FullName);
            }
            else if (index.HasFolder(path))
            {
                Sweep((DirectoryInfo)found, path + "/", index);
            }
            else
            {
                FolderRemover.Remove(found.FullName);
            }
        }
    }
}
