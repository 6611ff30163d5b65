namespace Orchestrator.Git;

/// <summary>
/// Cache folder of a repository, located outside the repository. Contains the worktrees in which gates run, and stored contents of the
/// repository's protected files.
/// </summary>
public static class CacheFolder
{
    /// <summary>Name of the file that contains the path of the repository. Its modification time is the time of the last use.</summary>
    public const string OwnerFile = "repository";
    private static readonly TimeSpan TimeIsExact = TimeSpan.FromHours(6);

    /// <summary>
    /// Returns the cache folder of a repository, which is <c>orchestrator/KEY</c> below <c>$XDG_CACHE_HOME</c> or, by default,
    /// <c>~/.cache</c>. <c>KEY</c> identifies the repository.
    /// </summary>
    public static string Of(GitRepository repository, IReadOnlyDictionary<string, string> environment) =>
        Path.Combine(Base(environment), repository.Key);

    /// <summary>Creates the folder and its owner file if needed, and returns the folder.</summary>
    public static string Open(GitRepository repository, IReadOnlyDictionary<string, string> environment)
    {
        var folder = OrchestratorFolderCreator.Ensure(Of(repository, environment));
        var owner = new FileInfo(Path.Combine(folder, OwnerFile));
        if (!owner.Exists || DateTime.UtcNow - owner.LastWriteTimeUtc > TimeIsExact)
        {
            DurableFile.Write(owner.FullName, repository.CommonDirectory);
        }
        return folder;
    }

    /// <summary>Returns the folder that contains the cache folders of all repositories.</summary>
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
