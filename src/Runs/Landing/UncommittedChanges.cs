using Orchestrator.Git;
using Orchestrator.Git.Worktrees;
using Orchestrator.Runs.Setup;

namespace Orchestrator.Runs.Landing;

/// <summary>What lies in a checkout and in no commit: agents start from commits and will not see it.</summary>
public static class UncommittedChanges
{
    /// <summary>The changed and untracked files, without ours and without the plan.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="planFile">Absolute path of the plan, or null.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    public static async Task<IReadOnlyList<string>> ListAsync(
        RepositoryLocation repository,
        string? planFile,
        CancellationToken cancellationToken
    )
    {
        var opened = await new GitRepositories().OpenAsync(repository.Root);
        if (new WorktreeStore(opened).FindMainCheckout() is not { } checkout)
        {
            return [];
        }
        var status = await WorktreeStatus.ReadAsync(checkout, cancellationToken);
        return status.ChangedFiles([
            ".orchestrator",
            ".worktrees",
            RepositoryInitializer.ExampleFile,
            .. planFile is null ? (string[])[] : [Path.GetRelativePath(repository.Root, planFile)],
        ]);
    }
}
