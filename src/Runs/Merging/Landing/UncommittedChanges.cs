namespace Orchestrator.Runs.Merging.Landing;

/// <summary>Finds uncommitted files in a checkout, which agents will not see because they start from commits.</summary>
public static class UncommittedChanges
{
    /// <summary>Lists changed and untracked files, except those of orchestrate and the plan.</summary>
    /// <param name="settings">The settings in force.</param>
    /// <param name="planFile">Absolute path of the plan, or null.</param>
    /// <param name="services">Opens repositories.</param>
    public static async Task<IReadOnlyList<string>> ListAsync(
        RepositoryLocation repository,
        OrchestratorSettings settings,
        string? planFile,
        RunServices services,
        CancellationToken cancellationToken
    )
    {
        var opened = await services.Repositories.OpenAsync(repository.Root);
        if (new WorktreeStore(opened).FindCheckout(repository.LinkedWorktree) is not { } checkout)
        {
            return [];
        }
        var status = await WorktreeStatus.ReadAsync(checkout, cancellationToken);
        var plan = planFile is null ? null : Path.GetRelativePath(repository.WorkTree, planFile);
        return status.ChangedFiles(OrchestratorFiles.Of(settings, plan).Unmissed);
    }
}
