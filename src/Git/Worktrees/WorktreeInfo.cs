namespace Orchestrator.Git.Worktrees;

/// <summary>A worktree as git lists it.</summary>
/// <param name="Path">Its folder.</param>
/// <param name="Head">Its commit; null in a bare repository or without commits.</param>
/// <param name="Branch">Its branch as a full ref name; null if detached.</param>
/// <param name="IsLocked">True if it is locked against removal.</param>
/// <param name="LockReason">Why it is locked.</param>
/// <param name="IsMissing">True if its folder is gone.</param>
public sealed record WorktreeInfo(string Path, string? Head, string? Branch, bool IsLocked, string? LockReason, bool IsMissing)
{
    /// <summary>Reads <c>git worktree list --porcelain -z</c>.</summary>
    internal static IReadOnlyList<WorktreeInfo> ParseList(string text)
    {
        var list = new List<WorktreeInfo>();
        foreach (var field in text.Split('\0'))
        {
            var (name, value) = field.IndexOf(' ', StringComparison.Ordinal) is var blank and >= 0
                ? (field[..blank], field[(blank + 1)..])
                : (field, string.Empty);
            if (name == "worktree")
            {
                list.Add(new WorktreeInfo(value, null, null, IsLocked: false, null, IsMissing: false));
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
