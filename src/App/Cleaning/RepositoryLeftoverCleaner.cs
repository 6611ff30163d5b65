using Orchestrator.Git.Program;

namespace Orchestrator.App.Cleaning;

/// <summary>Finds and removes leftovers of ended runs in a repository. Only one process at a time can remove leftovers.</summary>
public sealed class RepositoryLeftoverCleaner
{
    private readonly LocalRepositoryPaths _location;
    private readonly GitRepository _repository;
    private readonly OrchestratorSettings _settings;
    private readonly RunServiceBundle _services;
    private readonly ReusableWorktreeRemover _spare;

    private RepositoryLeftoverCleaner(
        LocalRepositoryPaths location,
        GitRepository repository,
        OrchestratorSettings settings,
        RunServiceBundle services
    )
    {
        _location = location;
        _repository = repository;
        _settings = settings;
        _services = services;
        _spare = new ReusableWorktreeRemover(repository, services.Environment, services.Time);
    }

    /// <summary>Opens the repository for a cleanup, without searching it yet.</summary>
    /// <param name="location">Location of the repository.</param>
    /// <param name="settings">Effective settings.</param>
    /// <param name="services">Clock, environment and open repositories.</param>
    public static async Task<RepositoryLeftoverCleaner> OpenAsync(
        LocalRepositoryPaths location,
        OrchestratorSettings settings,
        RunServiceBundle services
    ) => new(location, await services.Repositories.OpenAsync(location.Root), settings, services);

    /// <summary>Takes the cleanup lock until the result is disposed. Returns null if another process holds the lock.</summary>
    public IDisposable? TryBegin() => InterProcessFileLock.TryTake(Path.Combine(_location.RunsFolder, ".cleanup"));

    /// <summary>Measures the storage that runs use inside and outside the repository.</summary>
    public Task<StorageSizes> SizesAsync(CancellationToken stop) =>
        StorageSizes.OfAsync(_location, _repository, _settings.Worktrees.BranchPrefix, _services.Environment, stop);

    /// <summary>
    /// Searches for leftovers of the chosen runs that can be removed, and for other removable refs, worktrees and caches.
    /// </summary>
    /// <param name="chosen">Runs that have ended.</param>
    /// <param name="all">All runs known on this machine.</param>
    /// <param name="givesUp">True if the user discards work of the selected runs that is on none of the user's branches.</param>
    /// <param name="stop">Checked between the steps.</param>
    public async Task<CleanupSurvey> FindLeftoversAsync(
        IReadOnlyList<RunStatus> chosen,
        IReadOnlyList<RunStatus> all,
        bool givesUp,
        CancellationToken stop
    )
    {
        var survey = new RemovableLeftoverFinder(_repository, _settings.Worktrees.BranchPrefix);
        var runs = await survey.SurveyAsync(
            [.. chosen.Select(run => new EndedRun(new RunFolder(_location.Root, run.RunId), run) { IsGivenUp = givesUp })],
            stop
        );

        var orphans = OrphanedCacheFolder.List(_services.Environment, _services.Time.GetUtcNow());
        var copies = GitConfigLeftovers.List(_services.Environment, _services.Time.GetUtcNow());

        // A run that is executing or starting may need spare worktrees, and its refs may not belong to a known run yet.
        if (all.Any(UnstartedRuns.IsOpen))
        {
            return new CleanupSurvey(runs, [], orphans) { GitCopies = copies };
        }
        var known = all.Select(run => RunFolder.NameOf(run.RunId)).ToHashSet(StringComparer.Ordinal);
        return new CleanupSurvey(runs, _spare.Beyond(_settings.Worktrees.Pool), orphans)
        {
            GitCopies = copies,
            Stray = await survey.FindRefsWithoutRunAsync(known, stop),
        };
    }

    /// <summary>Removes the leftovers that a search has found.</summary>
    /// <param name="found">Leftovers to remove.</param>
    /// <param name="forget">Removes the history of a run, if there is one. Returns false to keep a run that is still open.</param>
    /// <param name="stop">Checked between the steps.</param>
    /// <returns>Sentences about removals that failed.</returns>
    public async Task<IReadOnlyList<string>> RemoveAsync(CleanupSurvey found, Func<string, Task<bool>> forget, CancellationToken stop)
    {
        RunLeftoverRemover.FinishEarlier(_location.RunsFolder);
        var removal = new RunLeftoverRemover(_repository, _settings.Wip.Remote);
        var left = new List<string>();
        foreach (var remains in found.Runs.Where(remains => remains.HasAny))
        {
            if (await removal.RemoveAsync(remains, forget, stop) is { } why)
            {
                left.Add(why);
            }
        }
        if (await removal.RemoveRefsAsync(found.Stray, stop) is { } moved)
        {
            left.Add(moved);
        }
        await _spare.RemoveAsync(found.Spare, stop);
        GitConfigLeftovers.UnregisterRemovedRuns(_services.Environment, _services.Time.GetUtcNow());
        foreach (var folder in found.Orphans.Select(orphan => orphan.Folder).Concat(found.GitCopies))
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                FolderRemover.Remove(folder);
            }
            catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
            {
                left.Add($"{folder}: {refusal.Message}");
            }
        }
        return left;
    }
}
