using System.Text;

namespace Orchestrator.Git;

/// <summary>The files that rule how git works in all worktrees, and which changes of them are our own or the user's doing.</summary>
internal sealed class SharedFiles(GitRepository repository, GuardStore store)
{
    internal const string Stash = "logs/refs/stash";
    private const string WorktreesFolder = "worktrees/";
    private static readonly string[] Wiring = ["gitdir", "commondir", "config.worktree", WorktreeAdmin.MarkerName, WorktreeAdmin.PooledName];

    /// <summary>As they are now; their content is kept or held, so that it can be put back.</summary>
    internal Dictionary<string, GuardedFile> Read(Worktree worktree) => Read(worktree, store.Hold);

    private Dictionary<string, GuardedFile> Read(Worktree worktree, Func<string, GuardedFile?> look)
    {
        var common = repository.CommonDirectory;
        string[] folders = ["info", "hooks"];
        var files = new List<string> { "config", "config.worktree", "shallow", Path.Combine("objects", "info", "alternates"), Stash };
        files.AddRange(folders.Select(folder => Path.Combine(common, folder)).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(common, path))
            .Where(name => !IsListForDownloads(name)));
        foreach (var (_, admin) in WorktreeAdmin.All(repository))
        {
            // The head of the agent's own worktree may move.
            var name = Path.GetRelativePath(common, admin);
            files.AddRange(Wiring.Select(file => Path.Combine(name, file)));
            if (admin != worktree.AdminDirectory)
            {
                files.Add(Path.Combine(name, "HEAD"));
            }
        }

        return files
            .Select(file => (Name: file, Content: look(Path.Combine(common, file))))
            .Where(file => file.Content is not null)
            .ToDictionary(file => file.Name, file => file.Content!);
    }

    internal IEnumerable<ForeignChange> Compare(IReadOnlyDictionary<string, GuardedFile> recorded, Worktree worktree)
    {
        var present = Read(worktree, GuardStore.HashOf);
        foreach (var name in recorded.Keys.Union(present.Keys).Order(StringComparer.Ordinal))
        {
            var (was, now) = (recorded.GetValueOrDefault(name), present.GetValueOrDefault(name));
            if (was == now)
            {
                continue;
            }

            if (name.StartsWith(WorktreesFolder, StringComparison.Ordinal) && IsWorktreeOfOursAtWork(name, was, recorded))
            {
                continue;
            }

            // Only what differs is kept.
            now = now is null ? null : store.Keep(Path.Combine(repository.CommonDirectory, name));
            if (was == now || IsOurDoing(name, was, now))
            {
                continue;
            }

            if (name != Stash)
            {
                yield return new ForeignChange(ForeignChangeKind.File, name, was?.ToString(), now?.ToString());
            }
            else if (StashEntries(was).Except(StashEntries(now)).Any())
            {
                yield return new ForeignChange(ForeignChangeKind.Stash, "refs/stash", was!.Hash, now?.Hash);
            }
        }
    }

    /// <summary>
    /// <c>git gc</c>, which git starts by itself in a repository with many objects, writes a list of all refs for those who download from it without git
    /// (git-update-server-info(1)), aside and renamed. Git itself never reads it.
    /// </summary>
    private static bool IsListForDownloads(string name) => name is "info/refs" || name.StartsWith("info/refs_", StringComparison.Ordinal);

    /// <summary>A line of a reflog: old id, new id, who and when, message. The new id is the entry.</summary>
    internal static string EntryOf(string line) => line.Split(' ', 3) is [_, var id, ..] ? id : line;

    /// <summary>A branch's own settings are written by ordinary git commands; our patterns are added to the excludes.</summary>
    private bool IsOurDoing(string name, GuardedFile? was, GuardedFile? now) => name switch
    {
        "config" => WithoutBranches(store.Text(was)) == WithoutBranches(store.Text(now)),
        "info/exclude" => was is null || store.Text(was).Split('\n').Except(store.Text(now).Split('\n')).All(line => line.Length == 0),
        _ => false,
    };

    /// <summary>
    /// Worktrees come and go by us and by the user. One of ours that was recorded in use is guarded as long as our marker says that it still is: we claim it
    /// before the marker goes, and what waits in the pool says so.
    /// </summary>
    private bool IsWorktreeOfOursAtWork(string name, GuardedFile? was, IReadOnlyDictionary<string, GuardedFile> recorded)
    {
        var id = name.Split('/')[1];
        var admin = Path.Combine(repository.CommonDirectory, "worktrees", id);
        if (!Directory.Exists(admin))
        {
            return true;
        }

        if (Recorded(WorktreeAdmin.PooledName) is not null)
        {
            return true;
        }

        if (Recorded(WorktreeAdmin.MarkerName) is not { } marker)
        {
            return name.EndsWith("/HEAD", StringComparison.Ordinal) || (was is null && !name.EndsWith("config.worktree", StringComparison.Ordinal));
        }

        // One without a branch is for gates: it goes from commit to commit.
        var (path, branch) = store.Text(marker).Split('\n') is [var first, var second, ..] ? (first, second) : (string.Empty, string.Empty);
        return (branch.Length == 0 && name.EndsWith("/HEAD", StringComparison.Ordinal))
            || File.Exists(Path.Combine(admin, WorktreeAdmin.PooledName))
            || new WorktreeClaims(repository).IsClaimed(path)
            || (WorktreeAdmin.All(repository).FirstOrDefault(entry => entry.Admin == admin).Path is { } place
                && place != path
                && (WorktreeAdmin.ReadMarker(admin, place) is not null || new WorktreeClaims(repository).IsClaimed(place)));

        GuardedFile? Recorded(string file) => recorded.GetValueOrDefault(Path.Combine("worktrees", id, file));
    }

    private IEnumerable<string> StashEntries(GuardedFile? file) =>
        store.Text(file).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(EntryOf);

    private static string WithoutBranches(string configuration)
    {
        var text = new StringBuilder();
        var isBranch = false;
        foreach (var line in configuration.Split('\n'))
        {
            if (line.TrimStart().StartsWith('['))
            {
                isBranch = line.TrimStart().StartsWith("[branch ", StringComparison.OrdinalIgnoreCase);
            }

            if (!isBranch && line.Trim().Length > 0)
            {
                text.Append(line.Trim()).Append('\n');
            }
        }

        return text.ToString();
    }
}
