namespace Orchestrator.Dashboard.Source;

/// <summary>The source of the pages and the API, which know no file and no engine: queries answer their questions, and commands
/// make their changes.</summary>
public interface IDashboardSource
{
    /// <summary>The repositories in which this user has started runs, by path.</summary>
    IReadOnlyList<RepositoryEntry> Repositories();

    /// <summary>The questions that a repository answers.</summary>
    IRunQueries QueriesIn(RepositoryEntry repository);

    /// <summary>The commands that change the runs of a repository.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="device">Device of the user, for the record of decisions.</param>
    IRunCommands CommandsIn(RepositoryEntry repository, string device);

    /// <summary>The transitions of a run, those that are there and those that come; ends with the run.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="run">Id of the run.</param>
    /// <param name="after">Only those with a greater number.</param>
    /// <param name="cancellationToken">Ends the following.</param>
    /// <returns>Null where there is no such run.</returns>
    IAsyncEnumerable<RunEvent>? FollowAsync(RepositoryEntry repository, string run, long after, CancellationToken cancellationToken);

    /// <summary>Changes whenever something about the runs of a repository changed on disk: transitions, and what agents do.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="run">Id of a run; null: all of them.</param>
    string Fingerprint(RepositoryEntry repository, string? run);

    /// <summary>True if a caller on this machine is an agent, a gate, or another program that a run has started, which must not answer its
    /// own questions.</summary>
    /// <param name="port">Its port on loopback.</param>
    bool IsStepOfRun(int port);
}

/// <summary>A repository as pages name it.</summary>
/// <param name="Id">Its id in addresses.</param>
/// <param name="Name">The name of its folder.</param>
/// <param name="Root">Its absolute path.</param>
public sealed record RepositoryEntry(string Id, string Name, string Root);
