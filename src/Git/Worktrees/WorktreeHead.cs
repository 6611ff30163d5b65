using Orchestrator.Git.Merging;
using Orchestrator.Git.Refs;

namespace Orchestrator.Git.Worktrees;

/// <summary>
/// The <c>HEAD</c> of a worktree in which an agent or the user worked. <c>HEAD</c> may be on another branch or detached, and a rebase may
/// be in progress.
/// </summary>
/// <param name="worktree">Worktree in which no agent or user is working.</param>
public sealed class WorktreeHead(Worktree worktree)
{
    /// <summary>Full ref name of the current branch, or null if HEAD is detached.</summary>
    public string? Branch => new CheckoutHead(worktree.Path, worktree.AdminDirectory).Branch;

    /// <summary>Git operation that was started in the worktree and not finished.</summary>
    public UnfinishedGitOperation Operation => WorktreeStatus.OperationIn(worktree.AdminDirectory);

    /// <summary>Returns the unmerged files that caused a rebase, merge or similar operation to stop.</summary>
    public async Task<IReadOnlyList<string>> UnmergedAsync(CancellationToken cancellationToken = default)
    {
        var output = await worktree.Repository.ReadAsync(
            worktree.Call(GitDiffArgumentBuilder.OfFiles("--name-only", "--diff-filter=U", "-z")),
            cancellationToken
        );
        return output.Fields();
    }

    /// <summary>Repairs a missing or invalid HEAD, without which git commands fail.</summary>
    /// <param name="branch">Branch for which the worktree was created.</param>
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
            Directory.Move(file, $"{file}-{Guid.NewGuid():N}"); // The obstacle is removed later, together with the worktree.
        }
        File.Delete(file);
        DurableFile.Write(file, $"ref: {branch}\n");
    }

    /// <summary>Detaches HEAD at the branch's commit, so that the branch can be checked out elsewhere or deleted. If git stores refs in
    /// files, the commit is written directly to <c>HEAD</c> (gitrepository-layout(5)).</summary>
    /// <returns>False if the worktree has no commit.</returns>
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

    /// <summary>
    /// Ends an unfinished operation other than a merge, and attaches HEAD to the branch without changing files or the index. Called after
    /// the files were committed to the branch. <see cref="ConflictWorktree"/> ends merges.
    /// </summary>
    public async Task AttachAsync(string branch, CancellationToken cancellationToken = default)
    {
        if (Branch != branch)
        {
            await worktree.WriteAsync(cancellationToken, "symbolic-ref", "-m", "back to the task's branch", "HEAD", branch);
        }
        string[]? quit = Operation switch
        {
            UnfinishedGitOperation.Rebase => Directory.Exists(Path.Combine(worktree.AdminDirectory, "rebase-apply"))
                ? ["am", "--quit"]
                : ["rebase", "--quit"],
            UnfinishedGitOperation.CherryPick => ["cherry-pick", "--quit"],
            UnfinishedGitOperation.Revert => ["revert", "--quit"],
            UnfinishedGitOperation.Bisect => ["bisect", "reset", "HEAD"],
            _ => null,
        };
        if (quit is not null)
        {
            await worktree.WriteAsync(cancellationToken, quit);
        }
    }
}
