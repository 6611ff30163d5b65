namespace Orchestrator.Dashboard.Source;

/// <summary>Backend of the pages and the API, which access neither files nor the engine: queries read, and commands of <c>orchestrate</c>
/// make changes.</summary>
public interface IDashboardSource
{
    /// <summary>Returns the repositories in which this user has started runs, in path order.</summary>
    IReadOnlyList<RepositoryEntry> Repositories();

    /// <summary>Returns the queries of a repository.</summary>
    IRunQueries QueriesIn(RepositoryEntry repository);

    /// <summary>Executes a command line in a repository, without a terminal.</summary>
    /// <param name="command">Command line and its caller.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    Task<CommandOutcome> CallAsync(CommandCall command, CancellationToken cancellationToken);

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

    /// <summary>True if a local caller is an agent, a gate or another program that a run started. Such a caller may not answer its own
    /// questions.</summary>
    /// <param name="port">Loopback port of the caller.</param>
    bool IsStepOfRun(int port);
}

/// <summary>Repository as named by the pages.</summary>
/// <param name="Id">Id in addresses.</param>
/// <param name="Name">Name of its folder.</param>
/// <param name="Root">Absolute path of the repository.</param>
public sealed record RepositoryEntry(string Id, string Name, string Root);

/// <summary>Command line of <c>orchestrate</c>.</summary>
/// <param name="Repository">Folder in which the command runs.</param>
/// <param name="Words">Arguments after the program's name.</param>
/// <param name="Device">Browser and address of the user, for the record of decisions. Null for a command that only reads.</param>
public sealed record CommandCall(string Repository, IReadOnlyList<string> Words, string? Device = null)
{
    /// <summary>Placeholder argument that is replaced with the path of a file containing <see cref="Input"/>.</summary>
    public const string InputFile = "\0input";

    /// <summary>Text of a temporary file that exists while the command runs, or null for no file.</summary>
    public string? Input { get; init; }
}

/// <summary>Result of a command line.</summary>
/// <param name="ExitCode">Exit code of the command.</param>
/// <param name="Output">Output on stdout.</param>
/// <param name="Messages">Messages for the user: progress, warnings, and the reason and suggested fix after a failure.</param>
public sealed record CommandOutcome(int ExitCode, string Output, string Messages)
{
    /// <summary>Reason for which the command failed. Null if it succeeded or reported the reason only as text.</summary>
    public UseCaseException? Fault { get; init; }

    /// <summary>True if the command did what was requested.</summary>
    public bool IsDone => ExitCode == 0;

    /// <summary>Complete output for users.</summary>
    public string Text => $"{Output.Trim()}\n{Messages.Trim()}".Trim();
}
