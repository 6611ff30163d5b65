using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Merging.Preflight;
using Orchestrator.Settings;
using Orchestrator.Worker;

namespace Orchestrator.App.Hosting;

/// <summary>The places that this machine has for tasks of runs that spread theirs.</summary>
internal static class HostOffers
{
    /// <summary>The places as settings say, and the remotes by which tasks come. The machine of an open run that spreads its tasks has
    /// places for them as the run says, whatever the settings are now.</summary>
    /// <param name="repositories">Repositories whose runs are worked on.</param>
    /// <param name="offered">What holds in place of the settings of each; null: those.</param>
    /// <exception cref="UseCaseException">Tasks of other machines can't come here, but shall.</exception>
    public static async Task<(IReadOnlyList<OfferedPlaces> Places, Dictionary<string, string> Remotes)> ReadAsync(
        IReadOnlyList<(RepositoryLocation Location, RepositoryReference Reference)> repositories,
        HostSettings? offered,
        UseCaseContext context,
        CancellationToken stop
    )
    {
        var places = new List<OfferedPlaces>();
        var remotes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (location, reference) in repositories)
        {
            var loaded = context.OpenSettings(location, []).Loaded;
            if (loaded.Settings is not { } settings)
            {
                continue;
            }
            if (settings.Wip.Remote is { } remote)
            {
                remotes[reference.Path] = remote;
            }
            var hosts = offered ?? settings.Hosts;
            if (!hosts.Spread)
            {
                var run = StoredRuns
                    .Open(location)
                    .Where(run => run.Status.Queue == reference.Queue)
                    .Select(run => (run.Id, Places: Places(reference, run.Id)))
                    .DefaultIfEmpty()
                    .MaxBy(run => run.Places);
                if (await OfRunAsync(location, reference, loaded, run.Id, run.Places, context, stop) is { } ofRun)
                {
                    places.Add(ofRun);
                }
                continue;
            }
            var (offer, problem) = await MakeAsync(
                location,
                reference,
                loaded,
                hosts.Places(settings.Workers),
                hosts.Labels,
                context,
                stop
            );
            places.Add(
                offer
                    ?? throw new UseCaseException(
                        Outcome.Unavailable,
                        $"{location.Root} can't take tasks of other machines: {problem}.",
                        "Set wip.remote to a git remote that the machines share, and see that this one reaches it: docs/how-to/machines.md."
                    )
            );
        }
        return (places, remotes);
    }

    /// <summary>The places that a run of this machine has here by its own settings.</summary>
    /// <returns>Null: it has none, or they can't be offered, which is said.</returns>
    public static Task<OfferedPlaces?> OfRunAsync(
        RepositoryLocation location,
        RepositoryReference reference,
        string runId,
        UseCaseContext context,
        CancellationToken stop
    ) => OfRunAsync(location, reference, context.OpenSettings(location, []).Loaded, runId, Places(reference, runId), context, stop);

    /// <summary>The number of tasks of a distributed run that its machine runs at once; null: the run is not distributed.</summary>
    public static int? Places(RepositoryReference reference, string runId) =>
        RunStart.TryRead(new RunFolder(reference.Path, runId)) is { Settings: { Hosts.Spread: true } settings }
            ? settings.Hosts.Places(settings.Workers)
            : null;

    private static async Task<OfferedPlaces?> OfRunAsync(
        RepositoryLocation location,
        RepositoryReference reference,
        SettingsResult loaded,
        string runId,
        int? places,
        UseCaseContext context,
        CancellationToken stop
    )
    {
        if (places is not (> 0 and var count))
        {
            return null;
        }
        var (offer, problem) = await MakeAsync(location, reference, loaded, count, [], context, stop);
        if (offer is null)
        {
            context.Interaction.Warn($"{runId} spreads its tasks over hosts, and none can be done here: {problem}.");
        }
        return offer;
    }

    private static async Task<(OfferedPlaces? Offer, string Problem)> MakeAsync(
        RepositoryLocation location,
        RepositoryReference reference,
        SettingsResult loaded,
        int places,
        IReadOnlyList<string> labels,
        UseCaseContext context,
        CancellationToken stop
    )
    {
        var (key, problem) = loaded.Settings?.Wip.Remote is { } shared
            ? await HostPlaces.KeyAsync(context.Services, reference, shared, stop)
            : ("", "wip.remote is not set there");
        return problem.Length > 0
            ? (null, problem.TrimEnd('.'))
            : (new OfferedPlaces(reference, key, places, labels, new HostReadiness(context.Services, location.Root, loaded)), "");
    }
}
