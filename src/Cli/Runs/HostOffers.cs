using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Merging.Preflight;
using Orchestrator.Settings;
using Orchestrator.Worker;

namespace Orchestrator.Cli.Runs;

/// <summary>The places that this machine has for tasks of runs that spread theirs.</summary>
internal static class HostOffers
{
    /// <summary>The places as settings say, and the remotes by which tasks come. The machine of an open run that spreads its tasks has
    /// places for them as the run says, whatever the settings are now.</summary>
    /// <param name="repositories">Repositories whose runs are worked on.</param>
    /// <param name="offered">What holds in place of the settings of each; null: those.</param>
    /// <exception cref="CommandException">Tasks of other machines can't come here, but shall.</exception>
    public static async Task<(IReadOnlyList<OfferedPlaces> Places, Dictionary<string, string> Remotes)> ReadAsync(
        IReadOnlyList<(RepositoryLocation Location, RepositoryReference Reference)> repositories,
        HostSettings? offered,
        CommandContext context,
        CancellationToken stop
    )
    {
        var places = new List<OfferedPlaces>();
        var remotes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (location, reference) in repositories)
        {
            if (context.OpenSettings(location, []).Loaded.Settings is not { } settings)
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
                places.AddRange(await OfRunsAsync(location, reference, context, stop));
                continue;
            }
            var (offer, problem) = await MakeAsync(location, reference, hosts.Places(settings.Workers), hosts.Labels, context, stop);
            places.Add(
                offer
                    ?? throw new CommandException(
                        ExitCodes.Unavailable,
                        $"{location.Root} can't take tasks of other machines: {problem}.",
                        "Set wip.remote to a git remote that the machines share, and see that this one reaches it: docs/machines.md."
                    )
            );
        }
        return (places, remotes);
    }

    /// <summary>The places that a run of this machine has here by its own settings.</summary>
    /// <returns>Null: it has none, or they can't be offered, which is said.</returns>
    public static async Task<OfferedPlaces?> OfRunAsync(
        RepositoryLocation location,
        RepositoryReference reference,
        string runId,
        CommandContext context,
        CancellationToken stop
    )
    {
        if (Places(reference, runId) is not (> 0 and var places))
        {
            return null;
        }
        var (offer, problem) = await MakeAsync(location, reference, places, [], context, stop);
        if (offer is null)
        {
            context.Terminal.Warn($"{runId} spreads its tasks over hosts, and none can be done here: {problem}.");
        }
        return offer;
    }

    /// <summary>How many tasks of a run that spreads them its machine does at once; 0: none, or it does not spread them.</summary>
    public static int Places(RepositoryReference reference, string runId) =>
        RunStart.TryRead(new RunFolder(reference.Path, runId)) is { Settings: var settings } ? settings.Hosts.Places(settings.Workers) : 0;

    private static async Task<IReadOnlyList<OfferedPlaces>> OfRunsAsync(
        RepositoryLocation location,
        RepositoryReference reference,
        CommandContext context,
        CancellationToken stop
    ) =>
        StoredRuns.Open(location).Where(run => run.Status.Queue == reference.Queue).MaxBy(run => Places(reference, run.Id)) is { } most
        && await OfRunAsync(location, reference, most.Id, context, stop) is { } offer
            ? [offer]
            : [];

    private static async Task<(OfferedPlaces? Offer, string Problem)> MakeAsync(
        RepositoryLocation location,
        RepositoryReference reference,
        int places,
        IReadOnlyList<string> labels,
        CommandContext context,
        CancellationToken stop
    )
    {
        var loaded = context.OpenSettings(location, []).Loaded;
        var (key, problem) = loaded.Settings?.Wip.Remote is { } shared
            ? await HostPlaces.KeyAsync(context.Services, reference, shared, stop)
            : ("", "wip.remote is not set there");
        return problem.Length > 0
            ? (null, problem.TrimEnd('.'))
            : (new OfferedPlaces(reference, key, places, labels, new HostReadiness(context.Services, location.Root, loaded)), "");
    }
}
