namespace Orchestrator.Git.Worktrees;

/// <summary>A worktree as listed by <c>git worktree list</c>.</summary>
/// <param name="Path">Folder of the worktree.</param>
/// <param name="Head">Commit of the worktree, or null in a bare repository or without commits.</param>
/// <param name="Branch">Full ref name of the branch, or null if HEAD is detached.</param>
/// <param name="IsLocked">True if the worktree is locked against removal.</param>
/// <param name="LockReason">Reason for the lock, or null if none was given.</param>
/// <param name="IsMissing">True if the folder does not exist.</param>
public sealed record ListedGitWorktree(string Path, string? Head, string? Branch, bool IsLocked, string? LockReason, bool IsMissing)
{
    /// <summary>Parses the output of <c>git worktree list --porcelain -z</c>.</summary>
    internal static IReadOnlyList<ListedGitWorktree> ParseList(string text)
    {
        var list = new List<ListedGitWorktree>();
        foreach (var field in text.Split('\0'))
        {
            var (name, value) = field.IndexOf(' ', StringComparison.Ordinal) is var blank and >= 0
                ? (field[..blank], field[(blank + 1)..])
                : (field, string.Empty);
            if (name == "worktree")
            {
                list.Add(new ListedGitWorktree(value, null, null, IsLocked: false, null, IsMissing: false));
            }
            else if (list.Count > 0)
            {
                list[^1] = name switch
                {
                    "HEAD" when value.Any(digit => digit != '0') => list[^1] with { Head = value },
                    "branch" => list[^1] with { Branch = value },
                    "locked" => list[^1] with { IsLocked = true, LockReason = value.Length == 0 ? null : value },
                    "prunable" => list[^1] with { IsMissing = true },
                    _ => list[^1],
                };
            }
        }
        return list;
    }
}
