namespace Orchestrator.App.Cleaning;

/// <summary>Finds copies of git's configuration (<see cref="GitConfigurationCopyStore"/>) that no run on this machine uses
/// anymore.</summary>
internal static class GitConfigLeftovers
{
    private static readonly TimeSpan Grace = TimeSpan.FromDays(7);

    /// <summary>
    /// Returns configuration copies whose runs no longer exist and that have been unused for a week. The delay is needed because a
    /// repository's disk may be temporarily unmounted, and because <c>verify</c> uses a copy without a run. Runs on other machines that
    /// share the home directory can't be checked.
    /// </summary>
    /// <param name="environment">Determines the folder of copies.</param>
    /// <param name="now">Current time in UTC.</param>
    public static IReadOnlyList<string> List(IReadOnlyDictionary<string, string> environment, DateTimeOffset now)
    {
        var all = GitConfigurationCopyStore.FolderOf(environment);
        return Directory.Exists(all)
            ?
            [
                .. Directory
                    .EnumerateDirectories(all)
                    .Order(StringComparer.Ordinal)
                    .Where(copy => IsOld(copy, now) && GitConfigurationCopyStore.RunsOf(copy).All(note => IsGone(note, environment, now))),
            ]
            : [];
    }

    /// <summary>
    /// Removes the entries of this machine's removed runs from the configuration copies, so that other machines need not keep copies for
    /// them.
    /// </summary>
    public static void UnregisterRemovedRuns(IReadOnlyDictionary<string, string> environment, DateTimeOffset now)
    {
        var all = GitConfigurationCopyStore.FolderOf(environment);
        foreach (
            var note in Directory.Exists(all)
                ? Directory
                    .EnumerateDirectories(all)
                    .SelectMany(GitConfigurationCopyStore.RunsOf)
                    .Where(note => IsGone(note, environment, now))
                    .ToList()
                : []
        )
        {
            File.Delete(note);
        }
    }

    private static bool IsGone(string note, IReadOnlyDictionary<string, string> environment, DateTimeOffset now) =>
        IsOld(note, now)
        && GitConfigurationCopyStore.IsOfThisMachine(note, environment)
        && !Directory.Exists(DurableFile.TryRead(note) ?? "");

    private static bool IsOld(string path, DateTimeOffset now) => now.UtcDateTime - File.GetLastWriteTimeUtc(path) > Grace;
}
