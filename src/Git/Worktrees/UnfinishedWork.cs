namespace Orchestrator.Git.Worktrees;

/// <summary>Unfinished work, as of its last snapshot.</summary>
/// <param name="Commit">A commit of its files; its objects are only in <paramref name="Folder"/>.</param>
/// <param name="Head">The commit that the worktree was at; null if at none.</param>
/// <param name="Folder">Its folder.</param>
public sealed record UnfinishedSnapshot(string Commit, string Tree, string? Head, string Folder)
{
    /// <summary>Folder of its objects.</summary>
    public string Objects => ObjectsOf(Folder);

    internal static string ObjectsOf(string folder) => Path.Combine(folder, "objects");
}

/// <summary>Agents' work in progress, saved every few minutes while they work: one snapshot per task, in separate object folders beside the
/// repository's (see "alternates" in gitrepository-layout(5)). A new one is written completely before the last one's folder is deleted, so
/// that superseded ones take no space: in the repository itself their objects would stay until garbage collection, and can't be removed
/// safely while agents write there.</summary>
/// <param name="name">Identifies the work: the run and the task, such as <c>RUN/TASK</c>.</param>
public sealed class UnfinishedWork(GitRepository repository, string name)
{
    private const string FactsName = "snapshot";
    private readonly string _folder = Path.Combine(repository.OwnDirectory, "unfinished", name);

    /// <summary>Saves the present files, without touching the agent's index, branch or files. If they are unchanged, the last snapshot
    /// stays. One caller at a time.</summary>
    public async Task<UnfinishedSnapshot> SaveAsync(
        Worktree worktree,
        string message,
        CommitTrailers trailers,
        CancellationToken cancellationToken = default
    )
    {
        var last = Find();
        var folder = Path.Combine(_folder, Guid.NewGuid().ToString("N"));
        OwnFolder.Ensure(UnfinishedSnapshot.ObjectsOf(folder));
        try
        {
            var objects = ObjectsIn(folder);
            var (tree, head) = await new WorktreeTree(worktree).WriteAsync(cancellationToken, objects);
            if (last is not null && last.Tree == tree && last.Head == head)
            {
                return last;
            }
            var call = repository.Call(["commit-tree", tree, .. head is null ? (string[])[] : ["-p", head], "-F", "-"]);
            var commit = (
                await repository.AddObjectsAsync(
                    call with
                    {
                        Input = ProcessInput.FromText(trailers.Append(message)),
                        Environment = new Dictionary<string, string?>(repository.IdentityVariables.Concat(objects)),
                    },
                    cancellationToken
                )
            ).Text;
            DurableFile.Write(Path.Combine(folder, FactsName), $"{commit}\n{tree}\n{head}\n");
            var saved = new UnfinishedSnapshot(commit, tree, head, folder);
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

    /// <summary>The last snapshot; null if there is none.</summary>
    public UnfinishedSnapshot? Find() =>
        !Directory.Exists(_folder)
            ? null
            : Directory
                .EnumerateDirectories(_folder)
                .Select(folder => (Folder: folder, Facts: Path.Combine(folder, FactsName)))
                .Where(found => File.Exists(found.Facts))
                .OrderByDescending(found => File.GetLastWriteTimeUtc(found.Facts))
                .Select(found =>
                    DurableFile.TryRead(found.Facts)?.Split('\n') is [var commit, var tree, var head, ..] && ObjectId.IsId(commit)
                        ? new UnfinishedSnapshot(commit, tree, head.Length == 0 ? null : head, found.Folder)
                        : null
                )
                .FirstOrDefault(found => found is not null);

    /// <summary>Folder of a run's unfinished work: one subfolder for each task that has some.</summary>
    /// <param name="run">The run's name.</param>
    public static string FolderOf(GitRepository repository, string run) => Path.Combine(repository.OwnDirectory, "unfinished", run);

    /// <summary>Puts the files of a snapshot into a worktree as uncommitted changes.</summary>
    public async Task RestoreAsync(
        Worktree worktree,
        UnfinishedSnapshot snapshot,
        DiscardPermit permit,
        CancellationToken cancellationToken = default
    ) => await new WorktreeReset(worktree, permit).PutInAsync(snapshot.Commit, ObjectsIn(snapshot.Folder), cancellationToken);

    /// <summary>Deletes the snapshot: the work is finished, or kept elsewhere.</summary>
    public void Remove() => FolderRemover.Remove(_folder);

    private void RemoveAllBut(string newest)
    {
        foreach (var folder in Directory.EnumerateDirectories(_folder).Where(folder => folder != newest).ToList())
        {
            FolderRemover.Remove(folder);
        }
    }

    /// <summary>Variables that make git write objects there, and read the repository's own, too.</summary>
    private IReadOnlyDictionary<string, string?> ObjectsIn(string folder) =>
        ObjectFolders.Of(repository, UnfinishedSnapshot.ObjectsOf(folder));
}
