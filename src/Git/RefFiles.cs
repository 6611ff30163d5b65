using Orchestrator.Processes;

namespace Orchestrator.Git;

/// <summary>
/// Reads one ref from git's own files (gitrepository-layout(5)): a file of its own, or a line in <c>packed-refs</c>. Saves a process for the commonest
/// question. What it does not understand (another storage, a symbolic ref, a damaged file) it leaves to git.
/// </summary>
internal static class RefFiles
{
    /// <summary>Reads a ref below <c>refs/</c>.</summary>
    /// <returns>False if git has to be asked. Else <paramref name="id"/> is the object, or null if there is no such ref.</returns>
    internal static bool TryRead(GitRepository repository, string name, out string? id)
    {
        id = null;
        if (!name.StartsWith("refs/", StringComparison.Ordinal)
            || name.Split('/').Any(part => part is "" or "." or "..")
            || repository.Configuration.Get("extensions.refstorage") is not null)
        {
            return false;
        }

        var file = Path.Combine(repository.CommonDirectory, name);
        var isSmall = FileMemory.TryFind(file, out var loose);
        if (!isSmall && new FileInfo(file).LinkTarget is not null)
        {
            return false;
        }

        // A ref that is being packed is in packed-refs before its own file goes, so this order misses nothing.
        if ((isSmall ? loose?.Text : DurableFile.TryRead(file)) is { } content)
        {
            id = content.Trim();
            return ObjectMemory.IsId(id);
        }

        var ending = " " + name;
        id = (DurableFile.TryRead(Path.Combine(repository.CommonDirectory, "packed-refs")) ?? string.Empty)
            .Split('\n')
            .Where(line => line.EndsWith(ending, StringComparison.Ordinal))
            .Select(line => line[..^ending.Length])
            .FirstOrDefault();
        return id is null || ObjectMemory.IsId(id);
    }

    /// <summary>The names of all refs below a prefix such as <c>refs/heads</c>; null if git has to be asked.</summary>
    internal static IReadOnlyCollection<string>? TryList(GitRepository repository, string prefix)
    {
        if (repository.Configuration.Get("extensions.refstorage") is not null)
        {
            return null;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        var folder = Path.Combine(repository.CommonDirectory, prefix);
        if (Directory.Exists(folder))
        {
            names.UnionWith(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Where(file => !file.EndsWith(".lock", StringComparison.Ordinal))
                .Select(file => Path.GetRelativePath(repository.CommonDirectory, file)));
        }

        names.UnionWith((DurableFile.TryRead(Path.Combine(repository.CommonDirectory, "packed-refs")) ?? string.Empty)
            .Split('\n')
            .Select(line => line.Split(' ', 2))
            .Where(parts => parts.Length == 2 && parts[1].StartsWith(prefix + "/", StringComparison.Ordinal))
            .Select(parts => parts[1]));
        return names;
    }

    /// <summary>What a worktree's <c>HEAD</c> says: the branch, if it is at one, and the commit.</summary>
    /// <returns>False if git has to be asked.</returns>
    internal static bool TryReadHead(Worktree worktree, out string? branch, out string? id)
    {
        (branch, id) = (null, null);
        var content = DurableFile.TryRead(Path.Combine(worktree.AdminDirectory, "HEAD"))?.Trim();
        if (content?.StartsWith("ref: ", StringComparison.Ordinal) == true)
        {
            branch = content["ref: ".Length..].Trim();
            return TryRead(worktree.Repository, branch, out id);
        }

        id = content;
        return ObjectMemory.IsId(content);
    }
}
