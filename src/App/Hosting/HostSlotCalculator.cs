using Orchestrator.App.Workers;
using Orchestrator.Runs.Merging.Preflight;

namespace Orchestrator.App.Hosting;

/// <summary>Determines how many slots this machine offers to tasks of distributed runs.</summary>
internal static class HostSlotCalculator
{
    /// <summary>
    /// Reads the slots that each repository's settings offer, and the git remotes through which hosts exchange tasks. If the settings no
    /// longer offer slots, the owner host of an open distributed run still offers those configured when the run started.
    /// </summary>
    /// <param name="repositories">Repositories whose runs this worker executes.</param>
    /// <param name="offered">Slots that replace those in the settings of all repositories, or null to use the settings.</param>
    /// <exception cref="UseCaseException">The settings offer slots, but tasks of other machines can't be hosted here.</exception>
    public static async Task<(IReadOnlyList<HostSlotOffer> Places, Dictionary<string, string> Remotes)> ReadAsync(
        IReadOnlyList<(LocalRepositoryPaths Location, RepositoryReference Reference)> repositories,
        DistributedRunSettings? offered,
        UseCaseServiceBundle context,
        CancellationToken stop
    )
    {
        var places = new List<HostSlotOffer>();
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
                var run = StoredRunFinder
                    .Open(location)
                    .Where(run => run.Status.Queue == reference.Queue)
                    .Select(run => (run.Id, Places: MaximumSlots(reference, run.Id)))
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
                hosts.OfferedSlots(settings.Workers),
                hosts.Labels,
                context,
                stop
            );
            places.Add(
                offer
                    ?? throw new UseCaseException(
                        UseCaseOutcome.Unavailable,
                        $"{location.Root} can't execute tasks from other hosts: {problem}.",
                        "Set wip.remote to a shared git remote that this host can reach; see docs/how-to/machines.md."
                    )
            );
        }
        return (places, remotes);
    }

    /// <summary>Returns the slots that this machine offers to one of its own runs, according to the run's settings.</summary>
    /// <returns>The slots. Null if there are none, or if a problem that was reported prevents the offer.</returns>
    public static Task<HostSlotOffer?> OfRunAsync(
        LocalRepositoryPaths location,
        RepositoryReference reference,
        string runId,
        UseCaseServiceBundle context,
        CancellationToken stop
    ) => OfRunAsync(location, reference, context.OpenSettings(location, []).Loaded, runId, MaximumSlots(reference, runId), context, stop);

    /// <summary>
    /// Returns the maximum number of tasks of a distributed run that its owner host executes at the same time. Returns null if the run is
    /// not distributed.
    /// </summary>
    public static int? MaximumSlots(RepositoryReference reference, string runId) =>
        RunStartSettings.TryRead(new RunFolder(reference.Path, runId)) is { Settings: { Hosts.Spread: true } settings }
            ? settings.Hosts.OfferedSlots(settings.Workers)
            : null;

    private static async Task<HostSlotOffer?> OfRunAsync(
        LocalRepositoryPaths location,
        RepositoryReference reference,
        SettingsLoadResult loaded,
        string runId,
        int? places,
        UseCaseServiceBundle context,
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
            context.Interaction.Warn($"{runId} is a distributed run, but this host can't execute its tasks: {problem}.");
        }
        return offer;
    }

    private static async Task<(HostSlotOffer? Offer, string Problem)> MakeAsync(
        LocalRepositoryPaths location,
        RepositoryReference reference,
        SettingsLoadResult loaded,
        int places,
        IReadOnlyList<string> labels,
        UseCaseServiceBundle context,
        CancellationToken stop
    )
    {
        var (key, problem) = loaded.Settings?.Wip.Remote is { } shared
            ? await RepositoryCloneIdentityFinder.KeyAsync(context.Services, reference, shared, stop)
            : ("", "wip.remote is not set there");
        return problem.Length > 0
            ? (null, problem.TrimEnd('.'))
            : (new HostSlotOffer(reference, key, places, labels, new HostReadinessChecker(context.Services, location.Root, loaded)), "");
    }
}
