using Orchestrator.Plans;
using Orchestrator.Runs;

namespace Orchestrator.Cli.Runs;

/// <summary>Tells requests in words from names of files. A typing mistake in a file's name must not become a request that costs
/// money.</summary>
internal static class Requests
{
    /// <summary>Words with spaces between them that neither are nor look like a file.</summary>
    public static bool IsRequest(string? given, CommandContext context) =>
        given is not null
        && given.Trim().Contains(' ', StringComparison.Ordinal)
        && !PlanFileName.IsPlan(given.Trim())
        && !File.Exists(context.FullPath(given));

    /// <summary>The request that was given in words.</summary>
    /// <exception cref="CommandException">It is none.</exception>
    public static string Require(string given, CommandContext context)
    {
        if (IsRequest(given, context))
        {
            return given.Trim();
        }
        throw File.Exists(context.FullPath(given)) || PlanFileName.IsPlan(given)
            ? new CommandException(
                ExitCodes.Usage,
                $"'{given}' is the name of a file, not a request in words.",
                $"A document is planned by 'orchestrate plan --prd {given}'; a plan is checked by 'validate' and run by 'run'."
            )
            : new CommandException(ExitCodes.Usage, $"'{given}' is no request.", "Say in several words what is to be done, in quotes.");
    }

    /// <summary>A file's path as runs have it: relative to the repository where it lies inside.</summary>
    public static string InRepository(RepositoryLocation repository, string fullPath)
    {
        var relative = Path.GetRelativePath(repository.Root, fullPath);
        return relative.StartsWith("..", StringComparison.Ordinal) ? fullPath : relative;
    }
}
