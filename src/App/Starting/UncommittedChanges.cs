using Orchestrator.Git.Worktrees;

namespace Orchestrator.App.Starting;

/// <summary>
/// Finds uncommitted changes to tracked files in a checkout. Agents can't see these changes, because agents start from commits.
/// </summary>
public static class UncommittedChanges
{
    /// <summary>Lists tracked files with uncommitted changes, except the plan and orchestrate's own files.</summary>
    /// <param name="settings">The current settings.</param>
    /// <param name="planFile">Absolute path of the plan, or null if there is none.</param>
    /// <param name="services">Opens repositories.</param>
    public static async Task<IReadOnlyList<string>> ListAsync(
        LocalRepositoryPaths repository,
        OrchestratorSettings settings,
        string? planFile,
        RunServiceBundle services,
        CancellationToken cancellationToken
    )
    {
        var opened = await services.Repositories.OpenAsync(repository.Root);
        if (new WorktreeManager(opened).FindCheckout(repository.LinkedWorktree) is not { } checkout)
        {
            return [];
        }
        var status = await WorktreeStatus.ReadAsync(checkout, cancellationToken);
        var plan = planFile is null ? null : Path.GetRelativePath(repository.WorkTree, planFile);
        return status.ChangedFiles(OrchestratorFilePaths.Of(settings, plan).Unmissed);
    }
}
