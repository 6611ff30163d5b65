using System.CommandLine;
using Temporal.Server;

namespace Orchestrator.Cli.Engine;

/// <summary>The engine file of the <c>server</c> commands: the named one, or the repository's.</summary>
internal static class ServerFileOption
{
    /// <summary>The option that names it.</summary>
    public static Option<string?> Create() =>
        new("--db") { Description = "The engine's file; default: that of this repository", HelpName = "FILE" };

    /// <summary>Absolute path of the file; it may be missing.</summary>
    /// <exception cref="UseCaseException">None is named and there is no repository.</exception>
    public static string PathOf(string? named, CommandContext context) =>
        named is { Length: > 0 } ? context.FullPath(named)
        : context.FindRepository() is { IsBare: false } repository ? Path.Combine(repository.OrchestratorFolder, EngineFile.FileName)
        : throw new UseCaseException(
            Outcome.Usage,
            $"Which engine file? {context.Directory} is in no git repository with a work tree.",
            "Name the file with --db."
        );
}
