namespace Orchestrator.Git.Worktrees;

/// <summary>Removes lock files left by git processes that were killed together with an agent. A lock file of the worktree or of its branch
/// is stale if no process holds it, because only the agent works in the worktree.</summary>
public static class StaleGitLockRemover
{
    /// <summary>Removes stale lock files of a worktree and its branch. Must be called only after the agent has ended.</summary>
    /// <param name="branch">Full ref name of the worktree's branch, or null if it has none.</param>
    /// <returns>Paths of the removed files.</returns>
    public static IReadOnlyList<string> Remove(Worktree worktree, string? branch)
    {
        var removed = new List<string>();
        foreach (var path in Find(worktree, branch))
        {
            if (!IsHeld(worktree, path))
            {
                File.Delete(path);
                removed.Add(path);
            }
        }
        return removed;
    }

    private static IEnumerable<string> Find(Worktree worktree, string? branch)
    {
        var own = Directory.Exists(worktree.AdminDirectory)
            ? Directory.EnumerateFiles(
                worktree.AdminDirectory,
                "*.lock",
                new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }
            )
            : [];
        return branch is null
            ? own
            : [.. own, .. new[] { Path.Combine(worktree.Repository.CommonDirectory, branch + ".lock") }.Where(File.Exists)];
    }

    /// <summary>
    /// True if a process has the lock file open, or if a running git process in the worktree may have created it. Git closes some lock
    /// files before it finishes, so the first check alone is not enough.
    /// </summary>
    private static bool IsHeld(Worktree worktree, string path)
    {
        var made = File.GetLastWriteTimeUtc(path) + TimeSpan.FromSeconds(1);
        return ProcessTable.FindByOpenFile(path).Count > 0
            || ProcessTable
                .FindByWorkingDirectory(worktree.Path)
                .Any(process => process.Name.StartsWith("git", StringComparison.Ordinal) && process.StartedUtc <= made);
    }
}
