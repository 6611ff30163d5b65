namespace Orchestrator.Git.Refs;

/// <summary>
/// Reads one ref directly from git's files (gitrepository-layout(5)), which saves a git process for the most frequent query. Callers must
/// use git for other ref storage formats, symbolic refs and damaged files. Only git writes refs.
/// </summary>
internal static class RefFile
{
    /// <summary>Reads a ref below <c>refs/</c> without git. Returns false if the caller must use git instead.</summary>
    /// <returns>True if the ref could be read. <paramref name="id"/> is then the object id, or null if the ref does not exist. False if the
    /// caller must use git instead.</returns>
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

        // Git writes a ref to packed-refs before it removes the loose file, so a reader that checks the loose file first misses no ref.
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
