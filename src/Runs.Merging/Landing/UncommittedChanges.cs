namespace Orchestrator.Runs.Merging.Landing;

/// <summary>Uncommitted files in a checkout: agents start from commits and will not see them.</summary>
public static class UncommittedChanges
{
    /// <summary>The changed and untracked files, without our own and the plan.</summary>
    /// <param name="settings">The settings in force.</param>
    /// <param name="planFile">Absolute path of the plan, or null.</param>
    /// <param name="services">Where repositories are opened.</param>
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
        return status.ChangedFiles(OwnFiles.Of(settings, plan).Unmissed);
    }
}
