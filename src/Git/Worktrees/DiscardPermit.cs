namespace Orchestrator.Git.Worktrees;

/// <summary>The place where work is kept that would be lost, and its commit message.</summary>
/// <param name="Prefix">Prefix of its refs, such as <c>refs/orchestrator/kept/RUN/TASK</c>; a number follows.</param>
/// <param name="Message">For people who find it.</param>
/// <param name="Trailers">Its origin.</param>
public sealed record KeepAs(string Prefix, string Message, CommitTrailers Trailers);

/// <summary>Proof that a worktree's content is kept, or is no one's work, and may be discarded. <see cref="WorktreeReset"/> requires
/// one.</summary>
public sealed class DiscardPermit
{
    private readonly string _path;

    private DiscardPermit(string path, string? kept)
    {
        _path = path;
        Kept = kept;
    }

    /// <summary>The ref that keeps the content; null if there was nothing to keep.</summary>
    public string? Kept { get; }

    /// <summary>Keeps a worktree's content under a ref, unless git has all of it already.</summary>
    /// <param name="worktree">The worktree; no one works in it any more.</param>
    /// <param name="keep">Where.</param>
    /// <param name="known">Commits that stay: if the worktree is at one of them, without other content, there is nothing to keep.</param>
    /// <param name="cancellationToken">Checked between the steps.</param>
    /// <exception cref="GitException">It can't be kept. Then it is unchanged.</exception>
    public static async Task<DiscardPermit> KeepAsync(
        Worktree worktree,
        KeepAs keep,
        IReadOnlyCollection<string> known,
        CancellationToken cancellationToken = default
    )
    {
        if (new DirectoryInfo(worktree.Path) is not { Exists: true, LinkTarget: null })
        {
            return new DiscardPermit(worktree.Path, null);
        }
        var status = await WorktreeStatus.TryReadAsync(worktree, cancellationToken);
        return status is { Entries.Count: 0, Head: { } at } && known.Contains(at)
            ? new DiscardPermit(worktree.Path, null)
            : new DiscardPermit(worktree.Path, await new Snapshots(worktree.Repository).KeepAsync(worktree, keep, cancellationToken));
    }

    /// <summary>For a worktree whose whole content is proven to be kept.</summary>
    /// <exception cref="InvalidOperationException">It is not proven.</exception>
    public static DiscardPermit Proven(Worktree worktree, DeletionProofResult proof) =>
        proof.IsProven
            ? new DiscardPermit(worktree.Path, null)
            : throw new InvalidOperationException($"Nothing in '{worktree.Path}' may be thrown away: {proof.Reason}");

    /// <summary>For a worktree that was created without a branch, in which no one works, such as those that gates run in.</summary>
    /// <exception cref="InvalidOperationException">It was created with one.</exception>
    public static DiscardPermit OfNobody(Worktree worktree) =>
        WorktreeAdmin.BranchOf(worktree.AdminDirectory) is not { } branch
            ? new DiscardPermit(worktree.Path, null)
            : throw new InvalidOperationException(
                $"'{worktree.Path}' was made for {branch}, so that somebody's work may be in it. Keep it first "
                    + "(DiscardPermit.KeepAsync), or prove that it is kept."
            );

    /// <summary>For single files that tools generate at each run, such as build output. Only the caller knows which.</summary>
    public static DiscardPermit OfTools(Worktree worktree) => new(worktree.Path, null);

    /// <summary>For a place where we are creating a worktree, or moving one whose content was proven to be kept.</summary>
    internal static DiscardPermit OfOurMaking(string path) => new(path, null);

    internal void Check(string path)
    {
        if (path != _path)
        {
            throw new InvalidOperationException($"What is in '{_path}' may be thrown away, but not what is in '{path}'.");
        }
    }
}
