using System.Net;
using Orchestrator.App.Callbacks;
using Orchestrator.App.Repositories;
using Orchestrator.App.Runs;

namespace Orchestrator.Dashboard.Source;

/// <summary>
/// Implements the backend of the dashboard. Provides queries and commands for all repositories in which the user has started runs.
/// </summary>
/// <param name="context">Clock and variables.</param>
internal sealed class DashboardBackend(UseCaseServiceBundle context) : IDashboardBackend
{
    private static readonly TimeSpan RepositoriesKept = TimeSpan.FromSeconds(1);

    private readonly KnownRepositoryStore _known = new(context.Environment);
    private readonly RunChangeReader _changes = new(context.Time);
    private (long At, IReadOnlyList<DashboardRepositoryReference> All)? _repositories;

    /// <inheritdoc/>
    public IReadOnlyList<DashboardRepositoryReference> Repositories()
    {
        if (_repositories is { } read && context.Time.GetElapsedTime(read.At) < RepositoriesKept)
        {
            return read.All;
        }
        IReadOnlyList<DashboardRepositoryReference> all = [.. _known.List().Select(EntryOf)];
        _repositories = (context.Time.GetTimestamp(), all);
        return all;
    }

    /// <inheritdoc/>
    public DashboardRepositoryReference? Home { get; } = context.FindRepository() is { IsBare: false } here ? EntryOf(here) : null;

    /// <summary>Returns the local paths of the repositories that <see cref="Repositories"/> returns.</summary>
    public IReadOnlyList<LocalRepositoryPaths> Locations() => _known.List();

    /// <inheritdoc/>
    public IRunQueries QueriesIn(DashboardRepositoryReference repository) => RunQueries.In(repository.Root, context);

    /// <inheritdoc/>
    public IRunCommands CommandsIn(DashboardRepositoryReference repository, string device) =>
        new RunCommands(context, repository.Root, device);

    /// <inheritdoc/>
    public IAsyncEnumerable<RunEvent>? FollowAsync(
        DashboardRepositoryReference repository,
        string run,
        long after,
        CancellationToken stop
    ) => _changes.FollowAsync(repository.Root, run, after, stop);

    /// <inheritdoc/>
    public string Fingerprint(DashboardRepositoryReference repository, string? run) => _changes.Fingerprint(repository.Root, run);

    /// <inheritdoc/>
    public bool IsStepOfRun(IPEndPoint caller, IPEndPoint called) => AgentRunIdentity.AreOfCaller(caller, called);

    private static DashboardRepositoryReference EntryOf(LocalRepositoryPaths location) =>
        new(location.Key, Path.GetFileName(location.Root), location.Root);
}
