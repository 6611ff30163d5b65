namespace Orchestrator.Runs.Merging;

/// <summary>Determines which parts of the repository work can influence, by the scopes and barriers of the settings.</summary>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class WorkLocator(RunServices services)
{
    /// <summary>Locates work by the files that it changed since it left staging.</summary>
    /// <param name="input">The work, and the position of staging.</param>
    /// <param name="stop">Cancels between the steps.</param>
    /// <returns>The results described in <see cref="ITrainActivities.LocateWorkAsync"/>.</returns>
    public async Task<IReadOnlyList<WorkLocation>> LocateAsync(LocateInput input, CancellationToken stop)
    {
        var files = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        var repository = await services.OpenRepositoryAsync(files);
        var scopes = new MergeScopes(files.Settings.Train.Scopes, files.Settings.Train.Barriers);
        var locations = new List<WorkLocation>();
        foreach (var request in input.Requests)
        {
            locations.Add(new WorkLocation(request.Installs ? [] : scopes.PartsOf(await ChangedAsync(repository, request, input, stop))));
        }
        return locations;
    }

    private static async Task<IReadOnlyList<string>> ChangedAsync(
        GitRepository repository,
        MergeRequest request,
        LocateInput input,
        CancellationToken stop
    )
    {
        var fork = await new CommitStore(repository).FindMergeBaseAsync(input.StagingTip, request.Commit, stop);
        return fork is null
            ? []
            : [.. (await new Diffs(repository).BetweenAsync(fork, request.Commit, stop)).Select(change => change.Path)];
    }
}
