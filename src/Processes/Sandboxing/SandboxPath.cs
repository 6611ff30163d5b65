namespace Orchestrator.Processes;

/// <summary>A path as a user writes it, its place without links, and the links on the way.</summary>
/// <param name="Real">Absolute path without links. The part that does not exist stays as it was.</param>
/// <param name="Links">Absolute paths of the links, each in a folder without links, with their targets as the links hold them.</param>
internal sealed record SandboxPath(string Real, IReadOnlyList<(string Path, string Target)> Links)
{
    /// <summary>Linux follows no more in one path (path_resolution(7)).</summary>
    private const int MostLinks = 40;

    /// <summary>True if one path is the other, or lies in it.</summary>
    public static bool IsAtOrBelow(string path, string folder) =>
        folder == "/" || path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal);

    /// <summary>Follows a path.</summary>
    /// <param name="path">An absolute path.</param>
    /// <returns>Null for a path that leads in a circle.</returns>
    public static SandboxPath? Follow(string path)
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
        return new SandboxPath(real, links);
    }

    private static IEnumerable<string> Parts(string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").Reverse();
}
