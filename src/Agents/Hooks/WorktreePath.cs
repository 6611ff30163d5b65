namespace Orchestrator.Agents.Hooks;

/// <summary>The real target of a path: relative parts and symbolic links resolved, also where its end does not exist yet.</summary>
internal static class WorktreePath
{
    private const int MostLinks = 40;

    /// <summary>The path relative to the root with "/" between its parts; null if it leads outside.</summary>
    internal static string? Relative(string root, string directory, string path)
    {
        var realRoot = Resolve(Path.GetFullPath(root));
        var real = Resolve(Path.GetFullPath(path, directory));
        var relative = Path.GetRelativePath(realRoot, real);
        return relative == ".." || relative.StartsWith("../", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? null : relative;
    }

    /// <summary>True for git's own files: a worktree's ".git" file or anything in a folder of that name.</summary>
    internal static bool IsGitInternal(string relative) =>
        relative.Split('/').Any(part => part.Equals(".git", StringComparison.OrdinalIgnoreCase));

    /// <summary>Resolves every symbolic link on the way.</summary>
    /// <exception cref="IOException">The links form a circle.</exception>
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
                throw new IOException($"The symbolic links of {fullPath} lead in a circle.");
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
