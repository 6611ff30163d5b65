using Orchestrator.Git.Merging;
using Orchestrator.Git.Refs;

namespace Orchestrator.Git.Worktrees;

/// <summary>What somebody who worked in a worktree made of its <c>HEAD</c>: it may be at a branch of their own, at none, or in the middle
/// of a rebase. The files are the work; where <c>HEAD</c> is only matters for who comes next.</summary>
/// <param name="worktree">The worktree; nobody works in it any more.</param>
public sealed class WorktreeHead(Worktree worktree)
{
    /// <summary>The branch that is checked out, a full ref name; null if none is.</summary>
    public string? Branch =>
        DurableFile.TryRead(Path.Combine(worktree.AdminDirectory, "HEAD"))?.Trim() is { } head
        && head.StartsWith("ref: ", StringComparison.Ordinal)
            ? head["ref: ".Length..].Trim()
            : null;

    /// <summary>What git has begun here and not finished.</summary>
    public UnfinishedOperation Operation => WorktreeStatus.OperationIn(worktree.AdminDirectory);

    /// <summary>The files that git calls unmerged: a rebase, merge or the like stopped at them.</summary>
    public async Task<IReadOnlyList<string>> UnmergedAsync(CancellationToken cancellationToken = default)
    {
        var output = await worktree.Repository.ReadAsync(
            worktree.Call("diff", "--name-only", "--diff-filter=U", "--no-renames", "-z"),
            cancellationToken
        );
        return output.Fields();
    }

    /// <summary>Makes the worktree one that git can work with again, where somebody has left no head in it, or none that git understands:
    /// then not even git's own commands help.</summary>
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

    /// <summary>Leaves the branch, at the commit it names, so that it is free to be checked out elsewhere or deleted. A branch whose ref
    /// git keeps in a file needs no git for that: <c>HEAD</c> then holds the commit (gitrepository-layout(5)).</summary>
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

    /// <summary>Forgets what is unfinished and names the branch, without touching a file or the index: for after the files were committed
    /// to it. A merge is ended by <see cref="ConflictWorktree"/>.</summary>
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
