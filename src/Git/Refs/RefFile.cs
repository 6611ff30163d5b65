namespace Orchestrator.Git.Refs;

/// <summary>Reads one ref from git's files (gitrepository-layout(5)): a file of its own, or a line in <c>packed-refs</c>. It is the most
/// frequent query: a task needs it eleven times, each a git process otherwise. What it does not understand (another storage, a symbolic
/// ref, a damaged file) is left to git, and refs are only written by git.</summary>
internal static class RefFile
{
    /// <summary>Reads a ref below <c>refs/</c>.</summary>
    /// <returns>False if git must be asked. Else <paramref name="id"/> is the object, or null if there is no such ref.</returns>
    internal static bool TryRead(GitRepository repository, string name, out string? id)
    {
        id = null;
        var file = Path.Combine(repository.CommonDirectory, name);
        if (
            !name.StartsWith("refs/", StringComparison.Ordinal)
            || name.Split('/').Any(part => part is "" or "." or "..")
            || repository.Configuration.Get("extensions.refstorage") is not null
            || new FileInfo(file).LinkTarget is not null
        )
        {
            return false;
        }

        // A ref that is being packed is in packed-refs before its own file is removed, so this order misses nothing.
        if (DurableFile.TryRead(file) is { } content)
        {
            id = content.Trim();
            return ObjectId.IsId(id);
        }
        var ending = " " + name;
        id = (DurableFile.TryRead(Path.Combine(repository.CommonDirectory, "packed-refs")) ?? string.Empty)
            .Split('\n')
            .Where(line => line.EndsWith(ending, StringComparison.Ordinal))
            .Select(line => line[..^ending.Length])
            .FirstOrDefault();
        return id is null || ObjectId.IsId(id);
    }
}
