namespace Orchestrator.Runs;

/// <summary>The folders that orchestrate makes in a checkout.</summary>
public static class CheckoutFolders
{
    /// <inheritdoc cref="OwnFolder.Ensure"/>
    public static string Ensure(string path) => OwnFolder.Ensure(path);

    /// <summary>Finds what keeps runs from working in a checkout: links in place of our folders, and files of ours that git
    /// tracks.</summary>
    /// <param name="repository">The checkout.</param>
    /// <param name="worktrees">The folder of worktrees as the settings name it.</param>
    /// <param name="services">Opens the repository.</param>
    /// <param name="stop">Ends git's processes.</param>
    /// <returns>The problem and its cure, or null.</returns>
    public static async Task<(string Why, string Cure)?> FindObstacleAsync(
        RepositoryLocation repository,
        string worktrees,
        RunServices services,
        CancellationToken stop
    )
    {
        var store = new WorktreeStore(await services.Repositories.OpenAsync(repository.Root));
        return store.FindCheckout(repository.LinkedWorktree) is { } checkout
            && await new TrackedOwnFiles(checkout).FindAsync(worktrees, null, stop) is { } found
            ? (found.Message, found.Cure)
            : null;
    }

    /// <summary>Refuses to work in a checkout with such an obstacle; the parameters are those of <see cref="FindObstacleAsync"/>.</summary>
    /// <exception cref="RefusedException">There is one.</exception>
    public static async Task RequireAsync(RepositoryLocation repository, string worktrees, RunServices services, CancellationToken stop)
    {
        if (await FindObstacleAsync(repository, worktrees, services, stop) is var (why, cure))
        {
            throw new RefusedException(why, cure);
        }
    }

    /// <summary>True if something other than a folder has the name of our folder, which <see cref="FindObstacleAsync"/> explains where git
    /// tracks it. Cheap enough for every command.</summary>
    public static bool IsReplaced(RepositoryLocation repository)
    {
        string[] folders = [repository.OrchestratorFolder, repository.ProjectFolder];
        return folders.Any(folder => new FileInfo(folder) is { LinkTarget: not null } or { Exists: true });
    }
}
