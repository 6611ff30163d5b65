using System.Net;

namespace Orchestrator.Dashboard.Source;

/// <summary>
/// Backend of the pages and the API, which themselves access neither files nor the Temporal server. Queries read data, and
/// <c>orchestrate</c> commands change it.
/// </summary>
internal interface IDashboardBackend
{
    /// <summary>Returns the repositories in which this user has started runs, in path order.</summary>
    IReadOnlyList<DashboardRepositoryReference> Repositories();

    /// <summary>Repository in which the server was started, or null if it was started elsewhere.</summary>
    DashboardRepositoryReference? Home { get; }

    /// <summary>Returns the object that answers queries about a repository.</summary>
    IRunQueries QueriesIn(DashboardRepositoryReference repository);

    /// <summary>Returns the commands that change runs of a repository.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="device">Device of the user, for the record of decisions.</param>
    IRunCommands CommandsIn(DashboardRepositoryReference repository, string device);

    /// <summary>Enumerates the past and future state transitions of a run. The enumeration ends when the run ends.</summary>
    /// <param name="repository">Repository of the run.</param>
    /// <param name="run">Id of the run.</param>
    /// <param name="after">Number of the last transition to skip.</param>
    /// <param name="cancellationToken">Stops the enumeration.</param>
    /// <returns>The transitions, or null if the run does not exist.</returns>
    IAsyncEnumerable<RunEvent>? FollowAsync(
        DashboardRepositoryReference repository,
        string run,
        long after,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Returns a value that changes with each change to a repository's runs on disk, such as a state transition or an agent's action.
    /// </summary>
    /// <param name="repository">Repository of the runs.</param>
    /// <param name="run">Id of a run, or null for all runs.</param>
    string Fingerprint(DashboardRepositoryReference repository, string? run);

    /// <summary>
    /// True if the caller is an agent, a gate, or another program that a run has started on this machine. Such a program must not answer
    /// the questions that its run asks the user. Also true if the caller has already closed the connection, because its process can then no
    /// longer be identified.
    /// </summary>
    /// <param name="caller">Address and port of the caller.</param>
    /// <param name="called">Local address and port to which the caller is connected.</param>
    bool IsStepOfRun(IPEndPoint caller, IPEndPoint called);
}

/// <summary>A repository, as named in pages and addresses.</summary>
/// <param name="Id">Id used in addresses.</param>
/// <param name="Name">Name of the repository's folder.</param>
/// <param name="Root">Absolute path of the repository.</param>
public sealed record DashboardRepositoryReference(string Id, string Name, string Root);
