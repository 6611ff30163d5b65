namespace Orchestrator.Agents.Hooks;

/// <summary>Resolves relative parts and symbolic links of a path, even if its last parts do not exist yet.</summary>
internal static class WorktreePathResolver
{
    private const int MostLinks = 40;

    /// <summary>Returns a path relative to the root, with "/" as the separator, or null if the path leads outside the root.</summary>
    internal static string? Relative(string root, string directory, string path)
    {
        var realRoot = Resolve(Path.GetFullPath(root));
        var real = Resolve(Path.GetFullPath(path, directory));
        var relative = Path.GetRelativePath(realRoot, real);
        return relative == ".." || relative.StartsWith("../", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? null : relative;
    }

    /// <summary>True for git's own files: a worktree's <c>.git</c> file and all files in a folder with that name.</summary>
    internal static bool IsGitInternal(string relative) =>
        relative.Split('/').Any(part => part.Equals(".git", StringComparison.OrdinalIgnoreCase));

    /// <summary>Resolves every symbolic link in the path.</summary>
    /// <exception cref="IOException">The links form a cycle.</exception>
    private static string Resolve(string fullPath)
    {
        var links = 0;
        Stack<string> waiting = new(fullPath.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        var resolved = "/";
        while (waiting.TryPop(out var part))
        {
            if (part is "." or "..")
            {
                resolved = part == "." ? resolved : Path.GetDirectoryName(resolved) ?? "/";
                continue;
            }
            var next = Path.Combine(resolved, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                resolved = next;
                continue;
            }
            if (++links > MostLinks)
            {
                throw new IOException($"The symbolic links of {fullPath} form a loop.");
            }
            resolved = Path.IsPathRooted(target) ? "/" : resolved;
            foreach (var step in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
            {
                waiting.Push(step);
            }
        }
        return resolved;
    }
}
