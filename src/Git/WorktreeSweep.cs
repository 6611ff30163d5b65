using Orchestrator.Processes;

namespace Orchestrator.Git;

/// <summary>
/// Removes everything that the index does not name, ignored or not, also repositories made inside: what <c>git clean -ffdx</c> does, without a process for the
/// usual case that there is little or nothing. Links are removed and not followed.
/// </summary>
internal static class WorktreeSweep
{
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
        using var root = FolderHandle.TryOpen(worktree.Path);
        try
        {
            if (root is not null)
            {
                Sweep(root, string.Empty, index);
            }

            return root is not null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // Somebody else's files, or a mounted disk: git can do it, or says what is in the way.
        }
    }

    private static void Sweep(FolderHandle folder, string prefix, IndexFile index)
    {
        foreach (var name in folder.List())
        {
            var path = prefix + FileNames.Decode(name);
            var isFolder = folder.KindOf(name) == EntryKind.Folder;
            if (path == ".git" || (isFolder ? index.HasSubmodule(path) : index.HasFile(path)))
            {
                continue;
            }

            if (isFolder && index.HasFolder(path))
            {
                using var inner = folder.TryOpen(name);
                if (inner is not null)
                {
                    Sweep(inner, path + "/", index);
                }
            }
            else
            {
                folder.RemoveAll(name);
            }
        }
    }
}
