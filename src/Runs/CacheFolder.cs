using Orchestrator.Git.Program;
using Orchestrator.Git.Worktrees;
using Orchestrator.Processes;
using Orchestrator.Runs.Gates;

namespace Orchestrator.Runs;

/// <summary>What belongs to a repository and lies outside of it: worktrees for gates, and what the guard has kept.</summary>
public static class CacheFolder
{
    /// <summary>Says whose it is, and by its time when it was last used.</summary>
    private const string OwnerFile = "repository";
    private static readonly TimeSpan Grace = TimeSpan.FromDays(7);
    private static readonly TimeSpan TimeIsExact = TimeSpan.FromHours(6);

    /// <summary><c>$XDG_CACHE_HOME</c> or <c>~/.cache</c>, then <c>orchestrator/KEY</c>.</summary>
    public static string Of(GitRepository repository, IReadOnlyDictionary<string, string> environment) =>
        Path.Combine(Base(environment), repository.Key);

    /// <summary>The same, to write to: it is made, and says whose it is.</summary>
    public static string Open(GitRepository repository, IReadOnlyDictionary<string, string> environment)
    {
        var folder = Directory.CreateDirectory(Of(repository, environment)).FullName;
        var owner = new FileInfo(Path.Combine(folder, OwnerFile));
        if (!owner.Exists || DateTime.UtcNow - owner.LastWriteTimeUtc > TimeIsExact)
        {
            DurableFile.Write(owner.FullName, repository.CommonDirectory);
        }
        return folder;
    }

    /// <summary>
    /// Those of repositories that are not there any more and that nobody has used for a week: a disk may be away for a while. One that does
    /// not say whose it is stays.
    /// </summary>
    /// <param name="environment">Says where caches are.</param>
    /// <param name="now">The time, UTC.</param>
    /// <returns>The folder, and where its repository was.</returns>
    public static IReadOnlyList<(string Folder, string Repository)> Orphans(
        IReadOnlyDictionary<string, string> environment,
        DateTimeOffset now
    ) =>
        !Directory.Exists(Base(environment))
            ? []
            :
            [
                .. from folder in Directory.EnumerateDirectories(Base(environment)).Order(StringComparer.Ordinal)
                let owner = OwnerOf(folder)
                where owner is not null && !Directory.Exists(owner.Value.Repository) && now - owner.Value.Used > Grace
                select (folder, owner.Value.Repository),
            ];

    private static (string Repository, DateTime Used)? OwnerOf(string folder)
    {
        var file = Path.Combine(folder, OwnerFile);
        if (DurableFile.TryRead(file) is { } said)
        {
            return (said, File.GetLastWriteTimeUtc(file));
        }

        // An earlier version wrote no such file; worktrees in it know whose they are.
        return VerificationTrees
            .In(folder)
            .Select(tree => (Repository: WorktreeStore.RepositoryOf(tree), Used: Directory.GetLastWriteTimeUtc(tree)))
            .Where(tree => tree.Repository is not null)
            .Select(tree => ((string, DateTime)?)(tree.Repository!, tree.Used))
            .FirstOrDefault();
    }

    private static string Base(IReadOnlyDictionary<string, string> environment) =>
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
