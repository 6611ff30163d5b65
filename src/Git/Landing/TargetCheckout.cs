using Orchestrator.Git.Refs;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git.Landing;

/// <summary>Finds the checkout of a branch, and determines whether a landing may change the checkout.</summary>
internal sealed class TargetCheckout(GitRepository repository)
{
    /// <summary>Returns the checkout of the target if a landing may change it. Otherwise, returns the obstacle.</summary>
    public async Task<(Worktree? Checkout, CommitLandingResult? Obstacle)> FindAsync(
        LandingRequest request,
        string branch,
        string tip,
        CancellationToken cancellationToken
    )
    {
        var having = new List<Worktree>();
        foreach (var info in await new WorktreeManager(repository).ListAsync(cancellationToken))
        {
            var admin =
                info.Path == repository.MainCheckout ? repository.CommonDirectory : WorktreeAdminFolders.Find(repository, info.Path);
            if (admin is null || info.IsMissing)
            {
                continue;
            }
            var operation = WorktreeStatus.OperationIn(admin);
            if (
                operation != UnfinishedGitOperation.None
                && (info.Branch == request.Target || new CheckoutHead(info.Path, admin).BranchBeingWorkedOn == request.Target)
            )
            {
                return Refuse(
                    CommitLandingStatus.OperationInProgress,
                    $"A {Name(operation)} of {branch} is in progress in '{info.Path}'. Finish or abort it first."
                );
            }
            if (info.Branch == request.Target)
            {
                having.Add(new Worktree(repository, info.Path, admin));
            }
            else if (info.Branch is null && info.Path == request.Checkout)
            {
                return Refuse(
                    CommitLandingStatus.Detached,
                    $"'{info.Path}' had {branch} checked out, but now has no branch checked out. Switch back first: git switch {branch}"
                );
            }
        }
        return having.Count > 1
            ? Refuse(
                CommitLandingStatus.Dirty,
                $"{branch} is checked out in more than one place: {string.Join(", ", having.Select(worktree => worktree.Path))}. Keep "
                    + "only one of these checkouts."
            )
            : (having.FirstOrDefault(), null);

        (Worktree?, CommitLandingResult?) Refuse(CommitLandingStatus state, string why) =>
            (null, new CommitLandingResult(state, why, tip, []));
    }

    private static string Name(UnfinishedGitOperation operation) =>
        operation == UnfinishedGitOperation.CherryPick ? "cherry-pick" : operation.ToString().ToLowerInvariant();
}
