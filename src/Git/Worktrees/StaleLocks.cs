namespace Orchestrator.Git.Worktrees;

/// <summary>Lock files left by git processes that were killed with their agent in a worktree. Locks in the worktree's own administration,
/// and the lock of its branch, are stale once no process holds them, because no one else works there.</summary>
public static class StaleLocks
{
    /// <summary>Removes them. Call it only when the agent has ended.</summary>
    /// <param name="branch">Its branch, a full ref name; null: none.</param>
    /// <returns>The files that were removed.</returns>
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

    /// <summary>True if a process has it open, or is a git in the worktree that may have created it: git closes some locks before it is
    /// done.</summary>
    private static bool IsHeld(Worktree worktree, string path)
    {
        var made = File.GetLastWriteTimeUtc(path) + TimeSpan.FromSeconds(1);
        return ProcessTable.FindByOpenFile(path).Count > 0
            || ProcessTable
                .FindByWorkingDirectory(worktree.Path)
                .Any(process => process.Name.StartsWith("git", StringComparison.Ordinal) && process.StartedUtc <= made);
    }
}
