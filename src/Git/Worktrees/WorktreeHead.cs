using Orchestrator.Git.Merging;
using Orchestrator.Git.Refs;

namespace Orchestrator.Git.Worktrees;

/// <summary>The <c>HEAD</c> of a worktree in which an agent or person worked: it may be at another branch, detached, or in the middle of a
/// rebase. The files are the work; <c>HEAD</c> only matters for the next user.</summary>
/// <param name="worktree">The worktree; no one works in it any more.</param>
public sealed class WorktreeHead(Worktree worktree)
{
    /// <summary>The branch that is checked out, a full ref name; null if none is.</summary>
    public string? Branch => new CheckoutHead(worktree.Path, worktree.AdminDirectory).Branch;

    /// <summary>An unfinished operation of git.</summary>
    public UnfinishedOperation Operation => WorktreeStatus.OperationIn(worktree.AdminDirectory);

    /// <summary>The unmerged files: a rebase, merge or the like stopped at them.</summary>
    public async Task<IReadOnlyList<string>> UnmergedAsync(CancellationToken cancellationToken = default)
    {
        var output = await worktree.Repository.ReadAsync(
            worktree.Call(DiffCommands.OfFiles("--name-only", "--diff-filter=U", "-z")),
            cancellationToken
        );
        return output.Fields();
    }

    /// <summary>Repairs a missing or invalid head, without which git's own commands fail.</summary>
    /// <param name="branch">The branch it was made for.</param>
    public void Repair(string branch)
    {
        var file = Path.Combine(worktree.AdminDirectory, "HEAD");
        if (
            new FileInfo(file) is { Exists: true, LinkTarget: null }
            && DurableFile.TryRead(file)?.Trim() is { } head
            && (
                ObjectId.IsId(head)
                || (
                    head.StartsWith("ref: refs/", StringComparison.Ordinal)
                    && !head.Contains("..", StringComparison.Ordinal)
                    && !head.Contains('\n', StringComparison.Ordinal)
                )
            )
        )
        {
            return;
        }
        if (Directory.Exists(file) && new DirectoryInfo(file).LinkTarget is null)
        {
            Directory.Move(file, $"{file}-{Guid.NewGuid():N}"); // Whatever is in it, it goes with the worktree.
        }
        File.Delete(file);
        DurableFile.Write(file, $"ref: {branch}\n");
    }

    /// <summary>Detaches the head at the branch's commit, so that the branch can be checked out elsewhere or deleted. Where git keeps the
    /// ref in a file, <c>HEAD</c> is written directly with the commit (gitrepository-layout(5)).</summary>
    /// <returns>False: the worktree is at no commit.</returns>
    internal async Task<bool> DetachAsync(CancellationToken cancellationToken)
    {
        if (Branch is { } branch && RefFile.TryRead(worktree.Repository, branch, out var commit))
        {
            if (commit is not null)
            {
                worktree.CheckInPlace();
                DurableFile.Write(Path.Combine(worktree.AdminDirectory, "HEAD"), commit + "\n");
            }
            return commit is not null;
        }
        var detach = worktree.Call("update-ref", "--no-deref", "-m", "leaves its branch", "HEAD", "HEAD^{commit}") with
        {
            AnswerCodes = [0, 1, 128],
        };
        return (await worktree.WriteAsync(detach, cancellationToken)).ExitCode == 0;
    }

    /// <summary>Ends an unfinished operation and attaches the head to the branch, without touching a file or the index: used after the
    /// files were committed to it. A merge is ended by <see cref="ConflictWorktree"/>.</summary>
    public async Task AttachAsync(string branch, CancellationToken cancellationToken = default)
    {
        if (Branch != branch)
        {
            await worktree.WriteAsync(cancellationToken, "symbolic-ref", "-m", "back to the task's branch", "HEAD", branch);
        }
        string[]? quit = Operation switch
        {
            UnfinishedOperation.Rebase => Directory.Exists(Path.Combine(worktree.AdminDirectory, "rebase-apply"))
                ? ["am", "--quit"]
                : ["rebase", "--quit"],
            UnfinishedOperation.CherryPick => ["cherry-pick", "--quit"],
            UnfinishedOperation.Revert => ["revert", "--quit"],
            UnfinishedOperation.Bisect => ["bisect", "reset", "HEAD"],
            _ => null,
        };
        if (quit is not null)
        {
            await worktree.WriteAsync(cancellationToken, quit);
        }
    }
}
