using Orchestrator.Runs.Tasks.Transfer;

namespace Orchestrator.App.Hosting;

/// <summary>
/// Fetches another machine's run so that it can continue on this machine. If the run is shared through a git remote, the last pushed state
/// is fetched, and later pushes of the previous owner are rejected.
/// </summary>
/// <param name="context">Provides the services of this machine.</param>
/// <param name="hasPlaces">True if this machine offers slots to distributed runs.</param>
public sealed class RunFetcher(UseCaseServiceBundle context, bool hasPlaces)
{
    private readonly RunServiceBundle _services = context.Services;

    /// <summary>Fetches the run. A repeated call continues an interrupted fetch.</summary>
    /// <param name="status">Status of the run, as reported by its workflow.</param>
    /// <param name="to">The repository on this machine.</param>
    /// <param name="remote">Name or URL of the remote. If null, all parts of the run must already be on this machine.</param>
    /// <param name="acceptsLosses">True to continue even if some work is missing.</param>
    /// <param name="stop">Cancels git.</param>
    public async Task<RunFetchResult> FetchRunAsync(
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
            var share = new GitRemoteRunStateExchanger(_services);
            problem = await share.FetchAsync(status, to, remote, stop);
            if (
                problem.Length == 0
                && await share.PushAsync(status.RunId, to, remote, takesOver: true, stop) is { } claim
                && (claim.IsFenced || claim.Problem.Length > 0)
            )
            {
                problem = claim.IsFenced ? "its host pushed again in the meantime" : claim.Problem;
            }
        }
        var arrival = new MovedRunPreparer(_services);
        var missing = problem.Length > 0 ? new MovedRunCompletenessResult([problem]) : await arrival.FindMissingAsync(status, to, stop);
        var isHere = missing.Parts.Count == 0 || (acceptsLosses && missing.Lost.Count > 0);
        return new RunFetchResult(missing, isHere, isHere ? await PrepareHostAsync(arrival, status, to, missing, stop) : []);
    }

    /// <summary>Fetches a run that must continue on this machine, and shows notes about the fetch to the user. The parameters are those of
    /// <see cref="FetchRunAsync"/>.</summary>
    /// <returns>Ids of the tasks whose work is lost, and the tip of the staging branch on this machine.</returns>
    /// <exception cref="UseCaseException">Parts of the run are missing.</exception>
    public async Task<(IReadOnlyList<string> Lost, string Staging)> RequireRunAsync(
        RunStatus status,
        RepositoryReference to,
        string? remote,
        bool acceptsLosses,
        CancellationToken stop
    )
    {
        var fetched = await FetchRunAsync(status, to, remote, acceptsLosses, stop);
        if (!fetched.IsHere)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{status.RunId} can't continue at {to.Path}: {string.Join("; ", fetched.Missing.Parts)}.",
                $"The missing parts are in {status.Repository} on {MachineName.Of(status.Queue, status.Host)}. Push them from there "
                    + "to a remote "
                    + "and name it with --remote, or copy them, and move the run again."
                    + (
                        fetched.Missing.Lost.Count > 0
                            ? " If that machine is lost, "
                                + $"use --accept-losses, which repeats {Plural.Of(fetched.Missing.Lost.Count, "task")}."
                            : ""
                    )
            );
        }
        foreach (var note in fetched.Notes)
        {
            context.Interaction.Inform(note);
        }
        return (fetched.Missing.Lost, fetched.Missing.Staging);
    }

    private async Task<IReadOnlyList<string>> PrepareHostAsync(
        MovedRunPreparer arrival,
        RunStatus status,
        RepositoryReference to,
        MovedRunCompletenessResult missing,
        CancellationToken stop
    )
    {
        var notes = await arrival.PrepareHostAsync(status, to, missing.Lost, stop);
        return hasPlaces || HostSlotCalculator.MaximumSlots(to, status.RunId) is not 0
            ? notes
            :
            [
                .. notes,
                $"{status.RunId} is a distributed run whose owner host offers no slots (hosts.slots). Start "
                    + "'orchestrate worker --slots N' on a host, or set hosts.slots on this host.",
            ];
    }
}

/// <summary>Result of fetching a run.</summary>
/// <param name="Missing">The parts of the run that are missing on this machine.</param>
/// <param name="IsHere">True if the run can continue on this machine.</param>
/// <param name="Notes">One sentence for each note to the user.</param>
public sealed record RunFetchResult(MovedRunCompletenessResult Missing, bool IsHere, IReadOnlyList<string> Notes);
