using Temporal.Server;

namespace Orchestrator.Cli.Engine;

/// <summary>Determines the engine file of the <c>server</c> commands, which is the file named by the option or else the repository's
/// file.</summary>
internal static class EngineDatabaseFileOption
{
    /// <summary>Creates the option that names the file.</summary>
    public static Option<string?> Create() =>
        new("--db") { Description = "The engine's file; default: this repository's", HelpName = "FILE" };

    /// <summary>Returns the absolute path of the engine file, which might not exist.</summary>
    /// <exception cref="UseCaseException">No file is named, and the folder is not inside a repository.</exception>
    public static string PathOf(string? named, CliCommandServices context) =>
        named is { Length: > 0 } ? context.FullPath(named)
        : context.FindRepository() is { IsBare: false } repository
            ? Path.Combine(repository.OrchestratorFolder, EngineDatabaseLock.FileName)
        : throw new UseCaseException(
            UseCaseOutcome.Usage,
            $"The engine file is unknown, because {context.Directory} is not in a git repository with a work tree.",
            "Name the file with --db."
        );
}
