using Orchestrator.Git.Sharing;

namespace Orchestrator.Runs.Tasks.Moving;

/// <summary>Snapshot of a run to push, whose files are already stored. Unfinished work of worktrees is added, and everything becomes one
/// tree.</summary>
internal sealed class OutgoingRun(
    GitRepository repository,
    RunFolder folder,
    IReadOnlyDictionary<string, string> contents,
    IReadOnlyDictionary<string, string> refs,
    List<string> leftOut
)
{
    private readonly Dictionary<string, string> _refs = new(refs, StringComparer.Ordinal);

    /// <summary>Commits that belong to the snapshot, by ref name.</summary>
    public IReadOnlyDictionary<string, string> Refs => _refs;

    /// <summary>Parts that must not leave this host, with the reasons.</summary>
    public IReadOnlyList<string> LeftOut => leftOut;

    /// <summary>Adds the unfinished work of a worktree, if it may leave this host.</summary>
    /// <param name="worktree">The worktree.</param>
    /// <param name="task">Id of the task.</param>
    /// <param name="branch">Full name of the task's branch.</param>
    /// <param name="stop">Cancels git.</param>
    /// <returns>A commit on the worktree's HEAD, or null if there is no unfinished work.</returns>
    public async Task<string?> AddWorktreeAsync(Worktree worktree, string task, string branch, CancellationToken stop)
    {
        var (tree, head) = await new WorktreeTree(worktree).WriteAsync(stop);
        if (head is null)
        {
            return null;
        }
        if (_refs.ContainsKey(branch))
        {
            // Includes commits made since the refs were read, because unfinished work is restored only on the commit of its branch.
            _refs[branch] = head;
        }
        var trailers = new CommitTrailers(folder.Name, task);
        var commit = await new CommitStore(repository).CreateAsync(tree, [head], $"{task}: at work", trailers, stop);
        // Its additions to the branch are searched for secrets.
        if (await OutgoingSecrets.FindAsync(repository, head, commit, stop) is [var secret, ..])
        {
            leftOut.Add($"the unfinished work of {task} ({secret})");
            return null;
        }
        return _refs[RunRefs.Wip(folder, task)] = commit;
    }

    /// <summary>Writes the tree with the files and the list of refs that belong to them.</summary>
    /// <param name="list">Absolute path of the file for the list.</param>
    /// <param name="stop">Cancels git.</param>
    public async Task<string> WriteAsync(string list, CancellationToken stop)
    {
        DurableFile.Write(list, string.Concat(_refs.Select(one => $"{one.Value} {one.Key}\n").Order(StringComparer.Ordinal)));
        var trees = new FolderTrees(repository);
        var listed = await trees.StoreAsync(
            Path.GetDirectoryName(list)!,
            new Dictionary<string, string> { [SharedRunFiles.RefsFile] = list },
            new StoredFileCache(),
            stop
        );
        return await trees.WriteAsync(new Dictionary<string, string>(contents.Concat(listed), StringComparer.Ordinal), stop);
    }
}
