using Orchestrator.Processes;

namespace Orchestrator.Git;

/// <summary>A snapshot of an unfinished worktree.</summary>
/// <param name="Commit">The commit that the ref names.</param>
/// <param name="Tree">Its tree: tracked and untracked files, not ignored ones.</param>
/// <param name="IsNew">False if nothing had changed since the last one.</param>
public sealed record Snapshot(string Commit, string Tree, bool IsNew);

/// <summary>What became of the wish to commit a worktree.</summary>
/// <param name="Commit">The task's new commit, or the one before if there was nothing to commit.</param>
/// <param name="Tree">Its tree.</param>
/// <param name="HasChanges">False if the files are those of the commit before.</param>
/// <param name="Lost">True if the branch was moved by somebody else meanwhile; nothing was changed then.</param>
/// <param name="Changes">The files that differ from the commit before.</param>
public sealed record WorktreeCommit(string Commit, string Tree, bool HasChanges, bool Lost, IReadOnlyList<ChangedFile> Changes);

/// <summary>Saves what is in a worktree: as a snapshot beside the agent's work, or as the task's commit.</summary>
/// <param name="repository">The repository.</param>
public sealed class Snapshots(GitRepository repository)
{
    private readonly Commits _commits = new(repository);
    private readonly Refs _refs = new(repository);

    /// <summary>
    /// Saves the present files under a ref without touching the agent's index, branch or files. Unchanged files: the snapshot that is there stays.
    /// </summary>
    /// <param name="worktree">The worktree.</param>
    /// <param name="name">The ref, such as <c>refs/orchestrator/wip/RUN/TASK</c>.</param>
    /// <param name="message">For people who find it.</param>
    /// <param name="trailers">Where it comes from.</param>
    /// <param name="sessionFile">The agent's session file, kept as a blob under <see cref="SessionRef"/>; null: none.</param>
    /// <param name="cancellationToken">Is looked at between the steps.</param>
    public async Task<Snapshot> SaveAsync(
        Worktree worktree, string name, string message, CommitTrailers trailers, string? sessionFile = null, CancellationToken cancellationToken = default)
    {
        var sessionRef = SessionRef(name);
        var (lastCommit, lastSession) = (await _refs.ReadAsync(name, cancellationToken), await _refs.ReadAsync(sessionRef, cancellationToken));
        var session = sessionFile is null || !File.Exists(sessionFile)
            ? lastSession
            : (await repository.AddObjectsAsync(repository.Call("hash-object", "-w", "--no-filters", Path.GetFullPath(sessionFile)), cancellationToken)).Text;
        var tree = await WriteTreeAsync(worktree, cancellationToken);
        var head = RefFiles.TryReadHead(worktree, out _, out var known) && known is not null
            ? known
            : (await repository.ReadAsync(worktree.Call("rev-parse", "--verify", "HEAD^{commit}"), cancellationToken)).Text;
        var last = lastCommit is null ? null : await _commits.ReadAsync(lastCommit, cancellationToken);
        var isSame = last is not null && last.Tree == tree && last.Parents is [var parent] && parent == head;
        var commit = isSame ? last!.Id : await _commits.CreateAsync(tree, [head], message, trailers, cancellationToken);
        var changes = new List<RefChange>();
        if (!isSame)
        {
            changes.Add(new RefChange(name, commit, lastCommit));
        }

        if (session is not null && session != lastSession)
        {
            changes.Add(new RefChange(sessionRef, session, lastSession));
        }

        if (changes.Count > 0 && await _refs.UpdateAsync(changes, "snapshot", cancellationToken) is { Done: false })
        {
            throw new GitException($"'{name}' was moved by somebody else while a snapshot was taken. Only one caller may take snapshots of a task.");
        }

        return new Snapshot(commit, tree, !isSame);
    }

    /// <summary>The ref that holds the session file beside a snapshot.</summary>
    public static string SessionRef(string snapshotRef) =>
        snapshotRef.Replace("refs/orchestrator/wip/", "refs/orchestrator/session/", StringComparison.Ordinal);

    /// <summary>
    /// Puts a snapshot's files into a worktree as uncommitted changes, on the branch and commit that the worktree has. What is there is overwritten.
    /// </summary>
    public async Task RestoreAsync(Worktree worktree, string snapshot, CancellationToken cancellationToken = default)
    {
        await worktree.WriteAsync(cancellationToken, "read-tree", "--reset", "-u", snapshot);
        await worktree.WriteAsync(cancellationToken, "reset", "--quiet", "--mixed", "HEAD");
    }

    /// <summary>
    /// Makes the task's one commit of an attempt: all files of the worktree, tracked and untracked, not ignored, whatever the agent committed itself,
    /// on top of <paramref name="parents"/>; then moves the branch to it by compare-and-swap.
    /// </summary>
    /// <param name="worktree">The worktree; nobody else works in it any more.</param>
    /// <param name="branch">Its branch, a full ref name.</param>
    /// <param name="parents">The task's commit before, and for a merge the other side.</param>
    /// <param name="message">The commit message.</param>
    /// <param name="trailers">Where it comes from.</param>
    /// <param name="leaveOut">Files that are never committed, relative to the root.</param>
    /// <param name="alsoSet">Other refs that are to name the commit, in the same transaction, with their present values.</param>
    /// <param name="cancellationToken">Is looked at between the steps.</param>
    public async Task<WorktreeCommit> CommitAsync(
        Worktree worktree,
        string branch,
        IReadOnlyList<string> parents,
        string message,
        CommitTrailers trailers,
        IEnumerable<string>? leaveOut = null,
        IReadOnlyDictionary<string, string?>? alsoSet = null,
        CancellationToken cancellationToken = default)
    {
        var before = await _refs.ReadAsync(branch, cancellationToken);
        await worktree.WriteAsync(cancellationToken, AddAll(leaveOut));
        var changes = Diffs.ParseRaw(await repository.ReadAsync(worktree.Call(["diff-index", "--cached", .. Diffs.Raw, parents[0], "--"]), cancellationToken));
        var tree = (await worktree.WriteAsync(cancellationToken, "write-tree")).Text;
        if (changes.Count == 0 && parents.Count == 1)
        {
            return new WorktreeCommit(parents[0], tree, HasChanges: false, Lost: false, []);
        }

        var commit = await _commits.CreateAsync(tree, parents, message, trailers, cancellationToken);
        var moved = await _refs.UpdateAsync(
            [new RefChange(branch, commit, before), .. (alsoSet ?? new Dictionary<string, string?>()).Select(other => new RefChange(other.Key, commit, other.Value))],
            $"attempt {trailers.Attempt}",
            cancellationToken);
        repository.Memory.Add(parents[0], commit, changes);
        return new WorktreeCommit(commit, tree, HasChanges: true, Lost: !moved.Done, changes);
    }

    /// <summary>The tree of a worktree's files by a copy of its index, so that the agent's own stays as it is.</summary>
    private async Task<string> WriteTreeAsync(Worktree worktree, CancellationToken cancellationToken)
    {
        using var index = new TemporaryIndex(repository);
        var agentsIndex = Path.Combine(worktree.AdminDirectory, "index");
        if (File.Exists(agentsIndex))
        {
            File.Copy(agentsIndex, index.Path);
        }

        // The agent goes on working: a file that vanishes while it is read, or can't be read, is no reason to save nothing.
        await worktree.WriteAsync(
            worktree.Call(["add", "--all", "--sparse", "--ignore-errors", "--", "."]) with { Environment = index.Environment, AnswerCodes = [0, 1] }, cancellationToken);
        return (await worktree.WriteAsync(worktree.Call("write-tree") with { Environment = index.Environment }, cancellationToken)).Text;
    }

    private static IEnumerable<string> AddAll(IEnumerable<string>? leaveOut) =>
        ["add", "--all", "--sparse", "--", ".", .. (leaveOut ?? []).Select(path => $":(exclude,top,literal){path}")];
}
