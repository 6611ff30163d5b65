namespace Orchestrator.Git.Worktrees;

/// <summary>Last snapshot of an agent's unfinished work.</summary>
/// <param name="Commit">Commit that contains the files. Its objects exist only in <paramref name="Folder"/>.</param>
/// <param name="Head">Commit of the worktree, or null if it has none.</param>
/// <param name="Folder">Folder of the snapshot.</param>
public sealed record UnfinishedWorkSnapshot(string Commit, string Tree, string? Head, string Folder)
{
    /// <summary>Folder with the snapshot's objects.</summary>
    public string Objects => ObjectsOf(Folder);

    internal static string ObjectsOf(string folder) => Path.Combine(folder, "objects");
}

/// <summary>
/// Stores snapshots of an agent's unfinished work, which are taken every few minutes. Each task has one snapshot, in an object folder
/// outside the repository's own ("alternates" in gitrepository-layout(5)). The previous folder can therefore be deleted as soon as a new
/// snapshot is complete, without waiting for garbage collection.
/// </summary>
/// <param name="name">Run and task that identify the work, as <c>RUN/TASK</c>.</param>
public sealed class UnfinishedWorkStore(GitRepository repository, string name)
{
    private const string FactsName = "snapshot";
    private readonly string _folder = Path.Combine(repository.OwnDirectory, "unfinished", name);

    /// <summary>Saves the current files without touching the agent's index, branch or files. If the files are unchanged, the last snapshot
    /// is kept. Calls must not overlap.</summary>
    public async Task<UnfinishedWorkSnapshot> SaveAsync(
        Worktree worktree,
        string message,
        CommitTrailers trailers,
        CancellationToken cancellationToken = default
    )
    {
        var last = Find();
        var folder = Path.Combine(_folder, Guid.NewGuid().ToString("N"));
        OrchestratorFolderCreator.Ensure(UnfinishedWorkSnapshot.ObjectsOf(folder));
        try
        {
            var objects = ObjectsIn(folder);
            var (tree, head) = await new WorktreeGitTreeWriter(worktree).WriteAsync(cancellationToken, objects);
            if (last is not null && last.Tree == tree && last.Head == head)
            {
                return last;
            }
            var call = repository.Call(["commit-tree", tree, .. head is null ? (string[])[] : ["-p", head], "-F", "-"]);
            var commit = (
                await repository.AddObjectsAsync(
                    call with
                    {
                        Input = ProcessStandardInput.FromText(trailers.Append(message)),
                        Environment = new Dictionary<string, string?>(repository.IdentityVariables.Concat(objects)),
                    },
                    cancellationToken
                )
            ).Text;
            DurableFile.Write(Path.Combine(folder, FactsName), $"{commit}\n{tree}\n{head}\n");
            var saved = new UnfinishedWorkSnapshot(commit, tree, head, folder);
            RemoveAllBut(folder);
            return saved;
        }
        finally
        {
            if (!File.Exists(Path.Combine(folder, FactsName)))
            {
                FolderRemover.Remove(folder);
            }
        }
    }

    /// <summary>Returns the last snapshot, or null if none exists.</summary>
    public UnfinishedWorkSnapshot? Find() =>
        !Directory.Exists(_folder)
            ? null
            : Directory
                .EnumerateDirectories(_folder)
                .Select(folder => (Folder: folder, Facts: Path.Combine(folder, FactsName)))
                .Where(found => File.Exists(found.Facts))
                .OrderByDescending(found => File.GetLastWriteTimeUtc(found.Facts))
                .Select(found =>
                    DurableFile.TryRead(found.Facts)?.Split('\n') is [var commit, var tree, var head, ..] && ObjectId.IsId(commit)
                        ? new UnfinishedWorkSnapshot(commit, tree, head.Length == 0 ? null : head, found.Folder)
                        : null
                )
                .FirstOrDefault(found => found is not null);

    /// <summary>Returns the folder that contains a run's unfinished work, with one subfolder for each task that has such work.</summary>
    /// <param name="run">Name of the run.</param>
    public static string FolderOf(GitRepository repository, string run) => Path.Combine(repository.OwnDirectory, "unfinished", run);

    /// <summary>Restores the files of a snapshot into a worktree as uncommitted changes.</summary>
    public async Task RestoreAsync(
        Worktree worktree,
        UnfinishedWorkSnapshot snapshot,
        WorktreeDiscardPermit permit,
        CancellationToken cancellationToken = default
    ) => await new WorktreeContentDiscarder(worktree, permit).PutInAsync(snapshot.Commit, ObjectsIn(snapshot.Folder), cancellationToken);

    /// <summary>Deletes the snapshot. Called after the work was finished or retained elsewhere.</summary>
    public void Remove() => FolderRemover.Remove(_folder);

    private void RemoveAllBut(string newest)
    {
        foreach (var folder in Directory.EnumerateDirectories(_folder).Where(folder => folder != newest).ToList())
        {
            FolderRemover.Remove(folder);
        }
    }

    /// <summary>Returns environment variables that make git write objects to a folder, and read objects from that folder and the
    /// repository.</summary>
    private IReadOnlyDictionary<string, string?> ObjectsIn(string folder) =>
        ObjectFolders.Of(repository, UnfinishedWorkSnapshot.ObjectsOf(folder));
}
