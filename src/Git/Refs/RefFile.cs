namespace Orchestrator.Git.Refs;

/// <summary>
/// Reads one ref from git's files (gitrepository-layout(5)): a loose ref file, or a line in <c>packed-refs</c>. This is the most frequent
/// query. A task needs it eleven times, and each would otherwise start a git process. Unsupported cases (another ref storage, a symbolic
/// ref, a damaged file) are left to git. Only git writes refs.
/// </summary>
internal static class RefFile
{
    /// <summary>Reads a ref below <c>refs/</c>.</summary>
    /// <returns>True if the answer is known: <paramref name="id"/> is then the object, or null if the ref does not exist. False if git
    /// must be asked.</returns>
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

        // Git writes a ref to packed-refs before removing its loose file, so reading the loose file first misses nothing.
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
