namespace Orchestrator.Runs.Merging;

/// <summary>Determines which parts of the repository a task's work can affect, based on the scopes and barriers in the settings.</summary>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class TaskWorkImpactFinder(RunServiceBundle services)
{
    /// <summary>
    /// Maximum total size of all manifests, in bytes. If the manifests are larger, every change is assumed to affect the whole repository.
    /// </summary>
    private const int MostOfManifests = 16 * 1024 * 1024;

    /// <summary>
    /// Determines which parts of the repository are affected by the files that the work has changed since it branched off staging.
    /// </summary>
    /// <param name="input">The work, and the recorded position of staging.</param>
    /// <param name="stop">Cancels between the steps.</param>
    /// <returns>The results described in <see cref="IMergeQueueActivities.LocateWorkAsync"/>.</returns>
    public async Task<IReadOnlyList<AffectedRepositoryParts>> LocateAsync(FindAffectedRepositoryPartsInput input, CancellationToken stop)
    {
        var files = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        var repository = await services.OpenRepositoryAsync(files);
        var settings = files.Settings.Train;
        var scopes = settings.Scopes.AreProjects
            ? new ChangeImpactCalculator((await ReadProjectsAsync(repository, input.StagingTip, stop)).PartsOf, settings.Barriers)
            : ChangeImpactCalculator.Of(settings.Scopes.Files, settings.Barriers);
        var locations = new List<AffectedRepositoryParts>();
        foreach (var request in input.Requests)
        {
            locations.Add(
                new AffectedRepositoryParts(request.Installs ? [] : scopes.PartsOf(await ChangedAsync(repository, request, input, stop)))
            );
        }
        return locations;
    }

    /// <summary>
    /// Reads the repository's projects from the manifests on staging. No build tool or package manager is run, because such tools execute
    /// code of the repository or need its packages.
    /// </summary>
    private static async Task<ProjectGraph> ReadProjectsAsync(GitRepository repository, string commit, CancellationToken stop) =>
        ProjectGraph.Of(await new GitCommitReaderAndWriter(repository).ReadTextsAsync(commit, ProjectGraph.IsRead, MostOfManifests, stop));

    private static async Task<IReadOnlyList<string>> ChangedAsync(
        GitRepository repository,
        TaskMergeRequest request,
        FindAffectedRepositoryPartsInput input,
        CancellationToken stop
    )
    {
        var fork = await new GitCommitReaderAndWriter(repository).FindMergeBaseAsync(input.StagingTip, request.Commit, stop);
        return fork is null
            ? []
            : [.. (await new GitDiffReader(repository).BetweenAsync(fork, request.Commit, stop)).Select(change => change.Path)];
    }
}
