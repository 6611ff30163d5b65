using System.IO.Enumeration;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git.Guard;

/// <summary>
/// Reads the files that determine git's behavior in all worktrees. Distinguishes changes made by orchestrate or the user from foreign ones.
/// </summary>
internal sealed class SharedGitAdminFileReader(GitRepository repository, SharedGitAdminFileContentStore store)
{
    internal const string Stash = "logs/refs/stash";
    internal const string WorktreesFolder = "worktrees/";
    private readonly SharedGitAdminFileChangeClassifier _changes = new(repository, store);
    private static readonly string[] Wiring =
    [
        "gitdir",
        "commondir",
        "config.worktree",
        WorktreeAdminFolders.MarkerName,
        WorktreeAdminFolders.PooledName,
    ];

    /// <summary>
    /// Returns the hash and mode of each file that determines git's behavior in all worktrees. Stores the contents so that the files can be
    /// restored.
    /// </summary>
    internal Dictionary<string, SharedGitAdminFileRecord> Read(Worktree worktree) => Read(worktree, store.StoreFile);

    private Dictionary<string, SharedGitAdminFileRecord> Read(Worktree worktree, Func<string, SharedGitAdminFileRecord?> look)
    {
        var common = repository.CommonDirectory;
        string[] folders = ["info", "hooks"];
        var files = new List<string> { "config", "config.worktree", "shallow", Path.Combine("objects", "info", "alternates"), Stash };
        files.AddRange(
            folders
                .SelectMany(folder => FilesBelow(Path.Combine(common, folder)))
                .Select(path => Path.GetRelativePath(common, path))
                .Where(name => !IsListForDownloads(name))
        );
        foreach (var (_, admin) in WorktreeAdminFolders.All(repository))
        {
            var name = Path.GetRelativePath(common, admin);
            files.AddRange(Wiring.Select(file => Path.Combine(name, file)));
        }
        return files
            .Select(file => (Name: file, Content: look(Path.Combine(common, file))))
            .Where(file => file.Content is not null)
            .ToDictionary(file => file.Name, file => file.Content!);
    }

    internal async Task<IReadOnlyList<SharedGitStateDifference>> CompareAsync(
        IReadOnlyDictionary<string, SharedGitAdminFileRecord> recorded,
        Worktree worktree,
        CancellationToken cancellationToken
    )
    {
        var changes = new List<SharedGitStateDifference>();
        var present = Read(worktree, SharedGitAdminFileContentStore.HashOf);
        foreach (var name in recorded.Keys.Union(present.Keys).Order(StringComparer.Ordinal))
        {
            var (was, now) = (recorded.GetValueOrDefault(name), present.GetValueOrDefault(name));
            if (was is null && NewWorktreeOfOthers(name) is { } place)
            {
                changes.Add(new SharedGitStateDifference(SharedGitStateDifferenceKind.Left, $"worktree {place}", null, place));
                continue;
            }
            if (was == now || (name.StartsWith(WorktreesFolder, StringComparison.Ordinal) && !IsWiringOfOurs(name, worktree, recorded)))
            {
                continue;
            }

            // The content is stored only if the file has changed.
            now = now is null ? null : store.Keep(Path.Combine(repository.CommonDirectory, name));
            if (was != now && !IsOurDoing(name, was, now))
            {
                changes.AddRange(await _changes.ExplainAsync(name, was, now, cancellationToken));
            }
        }
        return changes;
    }

    /// <summary>Lists the files and links below a folder. Links are not followed, even if the folder itself is a link.</summary>
    private static IReadOnlyList<string> FilesBelow(string folder)
    {
        if (new DirectoryInfo(folder).LinkTarget is not null)
        {
            return [folder];
        }
        var everything = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };
        return !Directory.Exists(folder)
            ? []
            :
            [
                .. new FileSystemEnumerable<string>(folder, (ref FileSystemEntry entry) => entry.ToFullPath(), everything)
                {
                    ShouldIncludePredicate = (ref FileSystemEntry entry) =>
                        !entry.IsDirectory || entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
                    ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
                },
            ];
    }

    /// <summary>
    /// True for the list of refs that clients read when they clone over plain HTTP (git-update-server-info(1)), and for its temporary file.
    /// <c>git gc</c>, which git starts automatically in a repository with many objects, writes the list. Git commands in the repository
    /// itself never read it.
    /// </summary>
    private static bool IsListForDownloads(string name) => name is "info/refs" || name.StartsWith("info/refs_", StringComparison.Ordinal);

    /// <summary>True if the change only adds ignore patterns, as orchestrate itself does.</summary>
    private bool IsOurDoing(string name, SharedGitAdminFileRecord? was, SharedGitAdminFileRecord? now) =>
        name == "info/exclude"
        && (was is null || store.Text(was).Split('\n').Except(store.Text(now).Split('\n')).All(line => line.Length == 0));

    /// <summary>True if the file links one of orchestrate's worktrees to the repository and must be guarded.</summary>
    /// <remarks>We and the user add and remove worktrees. A worktree that was recorded as in use is therefore guarded unless it is now
    /// claimed or pooled. A claim is taken before the marker is removed, and a pooled worktree has a different marker. HEAD, and the
    /// settings of a worktree with a branch, are not guarded, because they belong to the task in that worktree.</remarks>
    private bool IsWiringOfOurs(string name, Worktree worktree, IReadOnlyDictionary<string, SharedGitAdminFileRecord> recorded)
    {
        var id = name.Split('/')[1];
        var admin = Path.Combine(repository.CommonDirectory, "worktrees", id);
        if (
            !Directory.Exists(admin)
            || Recorded(WorktreeAdminFolders.PooledName) is not null
            || Recorded(WorktreeAdminFolders.MarkerName) is not { } marker
            || store.Text(marker).Split('\n') is not [var path, var branch, ..]
        )
        {
            return false;
        }
        return (!name.EndsWith("/config.worktree", StringComparison.Ordinal) || admin == worktree.AdminDirectory || branch.Length == 0)
            && !File.Exists(Path.Combine(admin, WorktreeAdminFolders.PooledName))
            && !new WorktreeOperationJournal(repository).IsClaimed(path)
            && !(
                WorktreeAdminFolders.All(repository).FirstOrDefault(entry => entry.Admin == admin).Path is { } place
                && place != path
                && (WorktreeAdminFolders.ReadMarker(admin, place) is not null || new WorktreeOperationJournal(repository).IsClaimed(place))
            );

        SharedGitAdminFileRecord? Recorded(string file) => recorded.GetValueOrDefault(Path.Combine("worktrees", id, file));
    }

    /// <summary>
    /// Returns the path of a worktree that another program created, from the worktree's <c>gitdir</c> file. Null for any other file and for
    /// orchestrate's own worktrees, which have a marker.
    /// </summary>
    private string? NewWorktreeOfOthers(string name)
    {
        if (name.Split('/') is not [.., var id, "gitdir"])
        {
            return null;
        }
        var admin = Path.Combine(repository.CommonDirectory, WorktreesFolder, id);
        string[] marks = [WorktreeAdminFolders.MarkerName, WorktreeAdminFolders.PooledName];
        return marks.Any(mark => File.Exists(Path.Combine(admin, mark)))
            ? null
            : WorktreeAdminFolders.All(repository).FirstOrDefault(entry => entry.Admin == admin).Path;
    }
}
