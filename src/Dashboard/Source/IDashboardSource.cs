using System.Net;
namespace Orchestrator.Dashboard.Source;

/// <summary>The source of the pages and the API, which know no file and no engine: queries answer their questions, and commands of
/// <c>orchestrate</c> make their changes.</summary>
public interface IDashboardSource
{
    /// <summary>The repositories in which this user has started runs, by path.</summary>
    IReadOnlyList<RepositoryEntry> Repositories();

    /// <summary>The questions that a repository answers.</summary>
    IRunQueries QueriesIn(RepositoryEntry repository);

    /// <summary>Carries out a command line as if it were typed in a repository, without a terminal.</summary>
    /// <param name="command">The command line, and who asks.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<CommandOutcome> CallAsync(CommandCall command, CancellationToken cancellationToken);

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
    /// own questions, or if the caller closed its end already, so that nobody knows its process.</summary>
    /// <param name="caller">The caller's address and port.</param>
    /// <param name="called">The address and port of the page that it called: any of this machine's.</param>
    bool IsStepOfRun(IPEndPoint caller, IPEndPoint called);
}

/// <summary>A repository as pages name it.</summary>
/// <param name="Id">Its id in addresses.</param>
/// <param name="Name">The name of its folder.</param>
/// <param name="Root">Its absolute path.</param>
public sealed record RepositoryEntry(string Id, string Name, string Root);

/// <summary>A command line of <c>orchestrate</c>.</summary>
/// <param name="Repository">Folder in which it is carried out.</param>
/// <param name="Words">The words after the program's name.</param>
/// <param name="Device">From where a person asks, for the record of what they decide; null: the command only reads.</param>
public sealed record CommandCall(string Repository, IReadOnlyList<string> Words, string? Device = null)
{
    /// <summary>A word that stands for the path of a file with <see cref="Input"/>.</summary>
    public const string InputFile = "\0input";

    /// <summary>Text of a file that is there while the command is carried out; null: there is none.</summary>
    public string? Input { get; init; }
}

/// <summary>The outcome of a command line.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it wrote to its standard output.</param>
/// <param name="Messages">What it told the person: progress, warnings, and why it failed with the cure.</param>
public sealed record CommandOutcome(int ExitCode, string Output, string Messages)
{
    /// <summary>The reason for which the command failed; null: it did not, or tells it only in its text.</summary>
    public UseCaseException? Fault { get; init; }

    /// <summary>True if the command did what was asked.</summary>
    public bool IsDone => ExitCode == 0;

    /// <summary>All that it wrote, for people.</summary>
    public string Text => $"{Output.Trim()}\n{Messages.Trim()}".Trim();
}
