using Orchestrator.Git.Sharing;

namespace Orchestrator.Runs.Tasks.Moving;

/// <summary>One state of a run that leaves this machine, whose files are stored already: it gets the unfinished work of worktrees, and
/// becomes one tree.</summary>
internal sealed class OutgoingRun(
    GitRepository repository,
    RunFolder folder,
    IReadOnlyDictionary<string, string> contents,
    IReadOnlyDictionary<string, string> refs,
    List<string> leftOut
)
{
    private readonly Dictionary<string, string> _refs = new(refs, StringComparer.Ordinal);

    /// <summary>The commits that belong to it, by names of refs.</summary>
    public IReadOnlyDictionary<string, string> Refs => _refs;

    /// <summary>The parts that may not leave, and why.</summary>
    public IReadOnlyList<string> LeftOut => leftOut;

    /// <summary>Adds the unfinished work of a worktree, if it may leave.</summary>
    /// <param name="worktree">Where it is.</param>
    /// <param name="task">The task.</param>
    /// <param name="branch">Full name of the task's branch.</param>
    /// <param name="stop">Ends git.</param>
    /// <returns>A commit on the worktree's own; null: there is none.</returns>
    public async Task<string?> AddWorktreeAsync(Worktree worktree, string task, string branch, CancellationToken stop)
    {
        var (tree, head) = await new WorktreeTree(worktree).WriteAsync(stop);
        if (head is null)
        {
            return null;
        }
        if (_refs.ContainsKey(branch))
        {
            // What is committed since the refs were read: work that is not on the commit of its branch is not restored.
            _refs[branch] = head;
        }
        var trailers = new CommitTrailers(folder.Name, task);
        var commit = await new CommitStore(repository).CreateAsync(tree, [head], $"{task}: at work", trailers, stop);
        // What it adds to the branch is looked through for secrets.
        if (await OutgoingSecrets.FindAsync(repository, head, commit, stop) is [var secret, ..])
        {
            leftOut.Add($"the unfinished work of {task} ({secret})");
            return null;
        }
        return _refs[RunRefs.Wip(folder, task)] = commit;
    }

    /// <summary>Writes the tree: the files, and the list of refs that belong to them.</summary>
    /// <param name="list">Absolute path of the file that gets the list.</param>
    /// <param name="stop">Ends git.</param>
    public async Task<string> WriteAsync(string list, CancellationToken stop)
    {
        DurableFile.Write(list, string.Concat(_refs.Select(one => $"{one.Value} {one.Key}\n").Order(StringComparer.Ordinal)));
        var trees = new FolderTrees(repository);
        var listed = await trees.StoreAsync(
            Path.GetDirectoryName(list)!,
            new Dictionary<string, string> { [SharedRunFiles.RefsFile] = list },
            new KnownFiles(),
            stop
        );
        return await trees.WriteAsync(new Dictionary<string, string>(contents.Concat(listed), StringComparer.Ordinal), stop);
    }
}
