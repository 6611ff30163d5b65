using Orchestrator.Git.Refs;

namespace Orchestrator.Git.Worktrees;

/// <summary>Creates the files of a worktree, or reuses the files of a pooled worktree.</summary>
internal sealed class WorktreeCheckout(GitRepository repository)
{
    private const string BranchPrefix = "refs/heads/";
    private static readonly string[] ParallelCheckout = ["checkout.workers=0"];

    /// <summary>
    /// Takes a worktree from the pool and checks out the requested branch or commit. Returns false if no pool is given, the pool is empty
    /// or git can't check out the pooled worktree.
    /// </summary>
    public async Task<bool> TryReuseAsync(WorktreeRequest request, string path, CancellationToken cancellationToken)
    {
        if (request.Pool is not null)
        {
            await new WorktreeFolders(repository).CheckAsync(Path.GetFullPath(request.Pool.Folder), cancellationToken);
        }
        if (request.Pool is null || new PooledWorktrees(repository, request.Pool).MoveTo(path, request.LockReason) is not var (admin, fits))
        {
            return false;
        }
        var worktree = new Worktree(repository, path, admin);
        try
        {
            var reset = new WorktreeContentDiscarder(worktree, WorktreeDiscardPermit.OfOurMaking(path));
            GitCryptKeys.LinkTo(repository, admin);
            await reset.CheckOutAsync(await CheckoutArgumentsAsync(request, cancellationToken), cancellationToken);
            await reset.RemoveUntrackedAsync(fits ? request.Pool.Keep : null, cancellationToken);
            return true;
        }
        catch (GitException)
        {
            WorktreeContentDiscarder.Remove(repository, path, WorktreeDiscardPermit.OfOurMaking(path));
            new WorktreeOperationJournal(repository).Claim(path);
            return false; // The caller creates a new worktree instead. If git also refuses to create one, that error is reported.
        }
    }

    /// <summary>Creates a new worktree with <c>git worktree add</c>.</summary>
    public async Task AddAsync(WorktreeRequest request, string path, CancellationToken cancellationToken)
    {
        var isEncrypted = GitCryptKeys.Exist(repository);
        string[] add =
        [
            "worktree",
            "add",
            "--quiet",
            .. isEncrypted ? (string[])["--no-checkout"] : [],
            "--lock",
            "--reason",
            request.LockReason,
        ];
        add =
            request.Branch is null ? [.. add, "--detach", path, request.Commit]
            : await BranchExistsAsync(request, cancellationToken) ? [.. add, path, ShortName(request)]
            : [.. add, "--no-track", "-b", ShortName(request), path, request.Commit];
        await repository.WriteAsync(repository.Call(add) with { Settings = ParallelCheckout }, cancellationToken);
        if (isEncrypted && WorktreeAdminFolders.Find(repository, path) is { } admin)
        {
            GitCryptKeys.LinkTo(repository, admin);
            await new WorktreeContentDiscarder(
                new Worktree(repository, path, admin),
                WorktreeDiscardPermit.OfOurMaking(path)
            ).CheckOutAsync([], cancellationToken);
        }
    }

    /// <summary>Returns the git-checkout(1) arguments that name the branch or commit to check out.</summary>
    private async Task<string[]> CheckoutArgumentsAsync(WorktreeRequest request, CancellationToken cancellationToken) =>
        request.Branch is null ? ["--detach", request.Commit]
        : await BranchExistsAsync(request, cancellationToken) ? [ShortName(request)]
        : ["--no-track", "-b", ShortName(request), request.Commit];

    private async Task<bool> BranchExistsAsync(WorktreeRequest request, CancellationToken cancellationToken) =>
        await new RefStore(repository).ReadAsync(request.Branch!, cancellationToken) is not null;

    private static string ShortName(WorktreeRequest request) =>
        request.Branch!.StartsWith(BranchPrefix, StringComparison.Ordinal)
            ? request.Branch[BranchPrefix.Length..]
            : throw new ArgumentException(
                $"A worktree's branch must be a full name that begins with {BranchPrefix}, not '{request.Branch}'.",
                nameof(request)
            );
}
