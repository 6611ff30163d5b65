using Orchestrator.App.Workers;
using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Merging.Preflight;
using Orchestrator.Settings;

namespace Orchestrator.App.Hosting;

/// <summary>Determines the slots that this machine offers to tasks of distributed runs.</summary>
internal static class HostSlotOffers
{
    /// <summary>Reads the offered slots from the settings, and the remotes through which tasks are exchanged. The owner host of an open
    /// distributed run offers the slots that the run defines, regardless of the current settings.</summary>
    /// <param name="repositories">Repositories whose runs are executed.</param>
    /// <param name="offered">Replaces the settings of all repositories, or null to use those.</param>
    /// <exception cref="UseCaseException">The settings offer slots, but tasks of other machines can't be hosted here.</exception>
    public static async Task<(IReadOnlyList<OfferedSlots> Places, Dictionary<string, string> Remotes)> ReadAsync(
        IReadOnlyList<(RepositoryLocation Location, RepositoryReference Reference)> repositories,
        HostSettings? offered,
        UseCaseContext context,
        CancellationToken stop
    )
    {
        var places = new List<OfferedSlots>();
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

    /// <summary>Returns the slots that a run of this machine has here by its own settings.</summary>
    /// <returns>The slots, or null if there are none or a reported problem prevents the offer.</returns>
    public static Task<OfferedSlots?> OfRunAsync(
        RepositoryLocation location,
        RepositoryReference reference,
        string runId,
        UseCaseContext context,
        CancellationToken stop
    ) => OfRunAsync(location, reference, context.OpenSettings(location, []).Loaded, runId, Places(reference, runId), context, stop);

    /// <summary>Returns the number of tasks of a distributed run that its owner host executes at once, or null if the run is not
    /// distributed.</summary>
    public static int? Places(RepositoryReference reference, string runId) =>
        RunStart.TryRead(new RunFolder(reference.Path, runId)) is { Settings: { Hosts.Spread: true } settings }
            ? settings.Hosts.Places(settings.Workers)
            : null;

    private static async Task<OfferedSlots?> OfRunAsync(
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

    private static async Task<(OfferedSlots? Offer, string Problem)> MakeAsync(
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
            ? await CloneIdentity.KeyAsync(context.Services, reference, shared, stop)
            : ("", "wip.remote is not set there");
        return problem.Length > 0
            ? (null, problem.TrimEnd('.'))
            : (new OfferedSlots(reference, key, places, labels, new HostReadiness(context.Services, location.Root, loaded)), "");
    }
}
