using Orchestrator.Git.Sharing;

namespace Orchestrator.Runs.Tasks.Transfer;

/// <summary>
/// Builds the snapshot of a run or task that will be pushed. Its git tree contains the files and a list of refs. Some of these refs point
/// to commits with the unfinished work in worktrees.
/// </summary>
internal sealed class OutgoingRunGitTreeBuilder(
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

    /// <summary>Parts of the run that must stay on this host, each with the reason.</summary>
    public IReadOnlyList<string> LeftOut => leftOut;

    /// <summary>Adds the unfinished work in a worktree to the snapshot, unless the work seems to contain secrets.</summary>
    /// <param name="worktree">The worktree.</param>
    /// <param name="task">Id of the task.</param>
    /// <param name="branch">Full ref name of the task's branch.</param>
    /// <param name="stop">Cancels git.</param>
    /// <returns>Hash of a commit on top of the worktree's HEAD, or null if there is no unfinished work.</returns>
    public async Task<string?> AddWorktreeAsync(Worktree worktree, string task, string branch, CancellationToken stop)
    {
        var (tree, head) = await new WorktreeGitTreeWriter(worktree).WriteAsync(stop);
        if (head is null)
        {
            return null;
        }
        if (_refs.ContainsKey(branch))
        {
            // Commits that were made after the refs were read must be included, because unfinished work can only be restored on the commit
            // of its branch.
            _refs[branch] = head;
        }
        var trailers = new CommitTrailers(folder.Name, task);
        var commit = await new GitCommitReaderAndWriter(repository).CreateAsync(tree, [head], $"{task}: at work", trailers, stop);
        // The lines that the branch adds are searched for secrets.
        if (await OutgoingSecretChecker.FindAsync(repository, head, commit, stop) is [var secret, ..])
        {
            leftOut.Add($"the unfinished work of {task} ({secret})");
            return null;
        }
        return _refs[RunRefNameBuilder.Wip(folder, task)] = commit;
    }

    /// <summary>Writes the snapshot's files and the list of its refs as a git tree.</summary>
    /// <param name="list">Absolute path of a temporary file for the list.</param>
    /// <param name="stop">Cancels git.</param>
    public async Task<string> WriteAsync(string list, CancellationToken stop)
    {
        DurableFile.Write(list, string.Concat(_refs.Select(one => $"{one.Value} {one.Key}\n").Order(StringComparer.Ordinal)));
        var trees = new FolderAsGitTreeStore(repository);
        var listed = await trees.StoreAsync(
            Path.GetDirectoryName(list)!,
            new Dictionary<string, string> { [ShareableRunFileCollector.RefsFile] = list },
            new StoredFileCache(),
            stop
        );
        return await trees.WriteAsync(new Dictionary<string, string>(contents.Concat(listed), StringComparer.Ordinal), stop);
    }
}
