using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Tasks.Moving;

namespace Orchestrator.App.Hosting;

/// <summary>Brings a run of another machine to this one: what it needs comes from the remote that machines share, if there is one. That has
/// what was pushed last, and takes nothing more from the machine before.</summary>
/// <param name="services">What steps need of this machine.</param>
/// <param name="hasPlaces">This machine has places for tasks of runs that spread theirs.</param>
public sealed class RunBringing(RunServices services, bool hasPlaces)
{
    /// <summary>Brings it. Repeated, it goes on where it was.</summary>
    /// <param name="status">The run, as it says itself.</param>
    /// <param name="to">The repository on this machine.</param>
    /// <param name="remote">Name or address of the remote; null: all must be here.</param>
    /// <param name="acceptsLosses">Work that is missing is no obstacle.</param>
    /// <param name="stop">Ends git.</param>
    public async Task<Brought> BringAsync(
        RunStatus status,
        RepositoryReference to,
        string? remote,
        bool acceptsLosses,
        CancellationToken stop
    )
    {
        var problem = "";
        if (remote is not null && status.Queue != to.Queue)
        {
            var share = new RunShare(services);
            problem = await share.FetchAsync(status, to, remote, stop);
            if (
                problem.Length == 0
                && await share.PushAsync(status.RunId, to, remote, takesOver: true, stop) is { } claim
                && (claim.IsFenced || claim.Problem.Length > 0)
            )
            {
                problem = claim.IsFenced ? "its machine has pushed once more meanwhile" : claim.Problem;
            }
        }
        var arrival = new RunArrival(services);
        var missing = problem.Length > 0 ? new MissingOfRun([problem]) : await arrival.FindMissingAsync(status, to, stop);
        var isHere = missing.Parts.Count == 0 || (acceptsLosses && missing.Lost.Count > 0);
        return new Brought(missing, isHere, isHere ? await SettleAsync(arrival, status, to, missing, stop) : []);
    }

    private async Task<IReadOnlyList<string>> SettleAsync(
        RunArrival arrival,
        RunStatus status,
        RepositoryReference to,
        MissingOfRun missing,
        CancellationToken stop
    )
    {
        var notes = await arrival.SettleAsync(status, to, missing.Lost, stop);
        return hasPlaces || HostOffers.Places(to, status.RunId) is not 0
            ? notes
            :
            [
                .. notes,
                $"{status.RunId} spreads its tasks over hosts, and by its settings (hosts.slots) its machine does none: start "
                    + "'orchestrate worker --slots N' on a host, or set hosts.spread here.",
            ];
    }
}

/// <summary>The result of fetching a run.</summary>
/// <param name="Missing">What it needs and is not here.</param>
/// <param name="IsHere">It can go on here.</param>
/// <param name="Notes">What people should know, a sentence each.</param>
public sealed record Brought(MissingOfRun Missing, bool IsHere, IReadOnlyList<string> Notes);
