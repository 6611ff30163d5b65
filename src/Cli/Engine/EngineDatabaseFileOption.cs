using Temporal.Server;

namespace Orchestrator.Cli.Engine;

/// <summary>
/// Determines the engine's database file for the <c>server</c> commands. Uses the repository's own file if the option is not given.
/// </summary>
internal static class EngineDatabaseFileOption
{
    /// <summary>Creates the option that names the engine's database file.</summary>
    public static Option<string?> Create() =>
        new("--db") { Description = "Database file of the engine; default: the file of this repository's engine", HelpName = "FILE" };

    /// <summary>Returns the absolute path of the engine's database file, which might not exist.</summary>
    /// <exception cref="UseCaseException">No file is named, and the folder is not inside a repository.</exception>
    public static string PathOf(string? named, CliCommandServiceBundle context) =>
        named is { Length: > 0 } ? context.FullPath(named)
        : context.FindRepository() is { IsBare: false } repository
            ? Path.Combine(repository.OrchestratorFolder, EngineDatabaseLock.FileName)
        : throw new UseCaseException(
            UseCaseOutcome.Usage,
            $"The engine file is unknown, because {context.Directory} is not in a git repository with a work tree.",
            "Name the file with --db."
        );
}
