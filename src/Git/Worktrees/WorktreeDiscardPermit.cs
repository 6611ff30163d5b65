namespace Orchestrator.Git.Worktrees;

/// <summary>Destination and commit message for work that would otherwise be lost.</summary>
/// <param name="Prefix">Ref prefix, such as <c>refs/orchestrator/kept/RUN/TASK</c>, to which a number is appended.</param>
/// <param name="Message">Commit message for users who find the commit.</param>
/// <param name="Trailers">Trailers with the origin.</param>
public sealed record RetentionTarget(string Prefix, string Message, CommitTrailers Trailers);

/// <summary>
/// Permission to discard a worktree's content. Granted only if the content is retained elsewhere, or if it is not the work of an agent or
/// user. <see cref="WorktreeContentDiscarder"/> requires a permit.
/// </summary>
public sealed class WorktreeDiscardPermit
{
    private readonly string _path;

    private WorktreeDiscardPermit(string path, string? kept)
    {
        _path = path;
        Kept = kept;
    }

    /// <summary>Ref that retains the content, or null if there was nothing to retain.</summary>
    public string? Kept { get; }

    /// <summary>
    /// Retains a worktree's content under a ref, unless an already retained commit contains all of it, and returns a permit to discard the
    /// content.
    /// </summary>
    /// <param name="worktree">Worktree in which no agent or user works anymore.</param>
    /// <param name="keep">Destination of the content.</param>
    /// <param name="known">Retained commits. If the worktree is at one of them without other content, there is nothing to retain.</param>
    /// <param name="cancellationToken">Checked between the steps.</param>
    /// <exception cref="GitException">The content can't be retained. The worktree is unchanged then.</exception>
    public static async Task<WorktreeDiscardPermit> KeepAsync(
        Worktree worktree,
        RetentionTarget keep,
        IReadOnlyCollection<string> known,
        CancellationToken cancellationToken = default
    )
    {
        if (new DirectoryInfo(worktree.Path) is not { Exists: true, LinkTarget: null })
        {
            return new WorktreeDiscardPermit(worktree.Path, null);
        }
        var status = await WorktreeStatus.TryReadAsync(worktree, cancellationToken);
        return status is { Entries.Count: 0, Head: { } at } && known.Contains(at)
            ? new WorktreeDiscardPermit(worktree.Path, null)
            : new WorktreeDiscardPermit(
                worktree.Path,
                await new WorktreeContentSaver(worktree.Repository).KeepAsync(worktree, keep, cancellationToken)
            );
    }

    /// <summary>Creates a permit for a worktree whose whole content was verified to be retained elsewhere.</summary>
    /// <exception cref="InvalidOperationException">The proof failed.</exception>
    public static WorktreeDiscardPermit Proven(Worktree worktree, WorkDeletionSafetyCheckResult proof) =>
        proof.IsProven
            ? new WorktreeDiscardPermit(worktree.Path, null)
            : throw new InvalidOperationException($"'{worktree.Path}' must not be discarded: {proof.Reason}");

    /// <summary>Creates a permit for a worktree without a branch, in which no one works, such as a worktree for gates.</summary>
    /// <exception cref="InvalidOperationException">The worktree was created with a branch.</exception>
    public static WorktreeDiscardPermit OfNobody(Worktree worktree) =>
        WorktreeAdminFolders.BranchOf(worktree.AdminDirectory) is not { } branch
            ? new WorktreeDiscardPermit(worktree.Path, null)
            : throw new InvalidOperationException(
                $"'{worktree.Path}' was created for {branch}, so it may contain work. Keep it first "
                    + "(WorktreeDiscardPermit.KeepAsync), or prove that it is kept."
            );

    /// <summary>Creates a permit for single files that tools generate at each run, such as build output. Only the caller can identify
    /// these files.</summary>
    public static WorktreeDiscardPermit OfTools(Worktree worktree) => new(worktree.Path, null);

    /// <summary>
    /// Creates a permit for the path of a worktree that is being created, or that is moved after its content was verified to be retained.
    /// </summary>
    internal static WorktreeDiscardPermit OfOurMaking(string path) => new(path, null);

    internal void Check(string path)
    {
        if (path != _path)
        {
            throw new InvalidOperationException($"The content of '{_path}' may be discarded, but not the content of '{path}'.");
        }
    }
}
