using System.Globalization;

namespace Orchestrator.App.Queries;

/// <summary>Parses the location of a line of code.</summary>
internal static class CodeLocation
{
    /// <summary>Parses a location of the form <c>FILE:LINE</c>.</summary>
    /// <returns>Path of the file relative to the work tree, and the line number, starting at 1.</returns>
    /// <exception cref="UseCaseException">The text has no line number, or names a file outside the repository.</exception>
    public static (string File, int Line) Parse(string place, LocalRepositoryPaths repository, UseCaseServiceBundle context)
    {
        var colon = place.LastIndexOf(':');
        // Command-line arguments never contain a NUL character, but requests to the web page or the API can.
        if (
            colon <= 0
            || !int.TryParse(place.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var line)
            || line < 1
            || place.Contains('\0', StringComparison.Ordinal)
        )
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"'{place}' does not name a line.",
                "Example: orchestrate proof src/main.c:42"
            );
        }
        var path = Path.GetRelativePath(repository.WorkTree, context.FullPath(place[..colon])).Replace('\\', '/');
        return path.StartsWith("../", StringComparison.Ordinal) || Path.IsPathRooted(path)
            ? throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{place[..colon]} is outside {repository.WorkTree}.",
                "Name a file of the repository."
            )
            : (path, line);
    }
}
