namespace Orchestrator.Machine.Cleaning;

/// <summary>Copies of git's configuration (<see cref="GitCopies"/>) that no run here goes by any more.</summary>
internal static class LeftGitCopies
{
    private static readonly TimeSpan Grace = TimeSpan.FromDays(7);

    /// <summary>Copies whose runs are gone, and that nobody has used for a week: a repository's disk may be unmounted for a while, and
    /// <c>verify</c> uses one without a run. Of runs on other machines that share the home only those machines can tell.</summary>
    /// <param name="environment">Determines the folder of copies.</param>
    /// <param name="now">The time, UTC.</param>
    public static IReadOnlyList<string> List(IReadOnlyDictionary<string, string> environment, DateTimeOffset now)
    {
        var all = GitCopies.FolderOf(environment);
        return Directory.Exists(all)
            ?
            [
                .. Directory
                    .EnumerateDirectories(all)
                    .Order(StringComparer.Ordinal)
                    .Where(copy => IsOld(copy, now) && GitCopies.RunsOf(copy).All(note => IsGone(note, environment, now))),
            ]
            : [];
    }

    /// <summary>Forgets runs of this machine that are gone, so that another machine need not keep a copy for them.</summary>
    public static void Forget(IReadOnlyDictionary<string, string> environment, DateTimeOffset now)
    {
        var all = GitCopies.FolderOf(environment);
        foreach (
            var note in Directory.Exists(all)
                ? Directory.EnumerateDirectories(all).SelectMany(GitCopies.RunsOf).Where(note => IsGone(note, environment, now)).ToList()
                : []
        )
        {
            File.Delete(note);
        }
    }

    private static bool IsGone(string note, IReadOnlyDictionary<string, string> environment, DateTimeOffset now) =>
        IsOld(note, now) && GitCopies.IsOfThisMachine(note, environment) && !Directory.Exists(DurableFile.TryRead(note) ?? "");

    private static bool IsOld(string path, DateTimeOffset now) => now.UtcDateTime - File.GetLastWriteTimeUtc(path) > Grace;
}
