namespace Orchestrator.Git;

/// <summary>Files of a repository that are outside of it: worktrees for gates, and guarded content.</summary>
public static class CacheFolder
{
    /// <summary>Names the repository; its time is the last use.</summary>
    public const string OwnerFile = "repository";
    private static readonly TimeSpan TimeIsExact = TimeSpan.FromHours(6);

    /// <summary><c>$XDG_CACHE_HOME</c> or <c>~/.cache</c>, then <c>orchestrator/KEY</c>.</summary>
    public static string Of(GitRepository repository, IReadOnlyDictionary<string, string> environment) =>
        Path.Combine(Base(environment), repository.Key);

    /// <summary>The folder for writing: it is created, with its owner file.</summary>
    public static string Open(GitRepository repository, IReadOnlyDictionary<string, string> environment)
    {
        var folder = OwnFolder.Ensure(Of(repository, environment));
        var owner = new FileInfo(Path.Combine(folder, OwnerFile));
        if (!owner.Exists || DateTime.UtcNow - owner.LastWriteTimeUtc > TimeIsExact)
        {
            DurableFile.Write(owner.FullName, repository.CommonDirectory);
        }
        return folder;
    }

    /// <summary>The parent folder of all repositories' caches.</summary>
    public static string Base(IReadOnlyDictionary<string, string> environment) =>
        Path.Combine(
            environment.GetValueOrDefault("XDG_CACHE_HOME") is { Length: > 0 } set && Path.IsPathRooted(set)
                ? set
                : Path.Combine(
                    environment.GetValueOrDefault("HOME") is { Length: > 0 } home
                        ? home
                        : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
                    ".cache"
                ),
            "orchestrator"
        );
}
