namespace Orchestrator.Processes;

/// <summary>A path as written by the user, with its resolved form and the links that it contains.</summary>
/// <param name="Real">Absolute path without links. A part that does not exist is kept unchanged.</param>
/// <param name="Links">Absolute paths of the links, each in a folder without links, with their unresolved targets.</param>
internal sealed record ResolvedSymlinkPath(string Real, IReadOnlyList<(string Path, string Target)> Links)
{
    /// <summary>Maximum number of links that Linux follows in a path (path_resolution(7)).</summary>
    private const int MostLinks = 40;

    /// <summary>True if a path is the given folder or is inside it.</summary>
    public static bool IsAtOrBelow(string path, string folder) =>
        folder == "/" || path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal);

    /// <summary>Resolves the links in a path.</summary>
    /// <param name="path">An absolute path.</param>
    /// <returns>The resolved path, or null if its links are circular.</returns>
    public static ResolvedSymlinkPath? Follow(string path)
    {
        List<(string Path, string Target)> links = [];
        var real = "/";
        var rest = new Stack<string>(Parts(path));
        while (rest.TryPop(out var part))
        {
            if (part == "..")
            {
                real = Path.GetDirectoryName(real) ?? "/";
                continue;
            }
            var next = Path.Combine(real, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }
            if (links.Count == MostLinks)
            {
                return null;
            }
            links.Add((next, target));
            real = Path.IsPathRooted(target) ? "/" : real;
            foreach (var step in Parts(target))
            {
                rest.Push(step);
            }
        }
        return new ResolvedSymlinkPath(real, links);
    }

    private static IEnumerable<string> Parts(string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").Reverse();
}
