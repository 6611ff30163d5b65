using Orchestrator.Git;

namespace Orchestrator.App.Cleaning;

/// <summary>Cache folder of a repository that no longer exists.</summary>
/// <param name="Repository">Former path of the repository.</param>
public sealed record OrphanedCacheFolder(string Folder, string Repository)
{
    private static readonly TimeSpan Grace = TimeSpan.FromDays(7);

    /// <summary>
    /// Returns caches of missing repositories that have been unused for a week. The delay is needed because a disk may be temporarily
    /// unmounted. A cache without a file that names its repository is not returned.
    /// </summary>
    /// <param name="environment">Determines the folder of caches.</param>
    /// <param name="now">Current time in UTC.</param>
    public static IReadOnlyList<OrphanedCacheFolder> List(IReadOnlyDictionary<string, string> environment, DateTimeOffset now)
    {
        var all = CacheFolder.Base(environment);
        return !Directory.Exists(all)
            ? []
            :
            [
                .. from folder in Directory.EnumerateDirectories(all).Order(StringComparer.Ordinal)
                let owner = OwnerOf(folder)
                where owner is not null && !Directory.Exists(owner.Value.Repository) && now.UtcDateTime - owner.Value.Used > Grace
                select new OrphanedCacheFolder(folder, owner.Value.Repository),
            ];
    }

    private static (string Repository, DateTime Used)? OwnerOf(string folder)
    {
        var file = Path.Combine(folder, CacheFolder.OwnerFile);
        return DurableFile.TryRead(file) is { } said ? (said, File.GetLastWriteTimeUtc(file)) : null;
    }
}
