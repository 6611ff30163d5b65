namespace Orchestrator.Git;

/// <summary>An index file of our own, so that a tree can be put together without touching anybody's work. Gone when disposed.</summary>
internal sealed class TemporaryIndex : IDisposable
{
    internal TemporaryIndex(GitRepository repository)
    {
        var folder = System.IO.Path.Combine(repository.OwnDirectory, "tmp");
        Directory.CreateDirectory(folder);
        Path = System.IO.Path.Combine(folder, $"index-{Guid.NewGuid():N}");
        Environment = new Dictionary<string, string?> { ["GIT_INDEX_FILE"] = Path };
    }

    /// <summary>The file; not there until git or a copy makes it.</summary>
    internal string Path { get; }

    /// <summary>What makes git use it.</summary>
    internal IReadOnlyDictionary<string, string?> Environment { get; }

    public void Dispose() => File.Delete(Path);
}
