using System.Net;

namespace Orchestrator.Dashboard.Source;

/// <summary>Backend of the pages and the API, which access neither files nor the engine: queries read, and commands of <c>orchestrate</c>
/// make changes.</summary>
public interface IDashboardSource
{
    /// <summary>Returns the repositories in which this user has started runs, in path order.</summary>
    IReadOnlyList<RepositoryEntry> Repositories();

    /// <summary>Repository in which the server was started, or null if it was started elsewhere.</summary>
    RepositoryEntry? Home { get; }

    /// <summary>Returns the queries of a repository.</summary>
    IRunQueries QueriesIn(RepositoryEntry repository);

    /// <summary>The commands that change the runs of a repository.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="device">Device of the user, for the record of decisions.</param>
    IRunCommands CommandsIn(RepositoryEntry repository, string device);

    /// <summary>Enumerates the existing and future transitions of a run; ends with the run.</summary>
    /// <param name="repository">Repository of the run.</param>
    /// <param name="run">Id of the run.</param>
    /// <param name="after">Number of the last transition to skip.</param>
    /// <param name="cancellationToken">Stops the enumeration.</param>
    /// <returns>The transitions, or null if the run does not exist.</returns>
    IAsyncEnumerable<RunEvent>? FollowAsync(RepositoryEntry repository, string run, long after, CancellationToken cancellationToken);

    /// <summary>Returns a value that differs after any change of a repository's runs on disk, such as a transition or an agent's
    /// action.</summary>
    /// <param name="repository">Repository of the runs.</param>
    /// <param name="run">Id of a run, or null for all runs.</param>
    string Fingerprint(RepositoryEntry repository, string? run);

    /// <summary>True if a caller on this machine is an agent, a gate, or another program that a run has started, which must not answer its
    /// own questions, or if the caller closed its end already, so that its process is unknown.</summary>
    /// <param name="caller">The caller's address and port.</param>
    /// <param name="called">The address and port of the page that it called: any of this machine's.</param>
    bool IsStepOfRun(IPEndPoint caller, IPEndPoint called);
}

/// <summary>Repository as named by the pages.</summary>
/// <param name="Id">Id in addresses.</param>
/// <param name="Name">Name of its folder.</param>
/// <param name="Root">Absolute path of the repository.</param>
public sealed record RepositoryEntry(string Id, string Name, string Root);
