using System.Globalization;
using Orchestrator.Git.Refs;

namespace Orchestrator.Git.Worktrees;

/// <summary>A snapshot of a worktree with unfinished work.</summary>
/// <param name="Commit">Commit that contains the files, named by the snapshot's ref.</param>
/// <param name="Tree">Id of the tree with all tracked and untracked files except ignored ones.</param>
/// <param name="IsNew">False if no file has changed since the last snapshot.</param>
/// <param name="Kept">Ref that retains the last snapshot if the new one lacks some of its content, or null otherwise.</param>
public sealed record WorktreeSnapshot(string Commit, string Tree, bool IsNew, string? Kept = null);

/// <summary>Result of committing a worktree's files.</summary>
/// <param name="Commit">New commit of the task, or the previous commit if no file has changed.</param>
/// <param name="HasChanges">False if the files equal those of the previous commit.</param>
/// <param name="Lost">True if another process moved the branch first, so that nothing was committed.</param>
/// <param name="Changes">Files that differ from the previous commit.</param>
/// <param name="Problems">Reasons why the tree can't be committed. If the list is not empty, nothing was committed.</param>
public sealed record WorktreeCommitResult(
    string Commit,
    string Tree,
    bool HasChanges,
    bool Lost,
    IReadOnlyList<ChangedFile> Changes,
    IReadOnlyList<string> Problems
);

/// <summary>
/// Saves the files of a worktree, either as a snapshot that leaves the agent's branch unchanged or as the commit of a task.
/// </summary>
public sealed class WorktreeContentSaver(GitRepository repository)
{
    private static readonly Dictionary<string, string?> Nothing = [];
    private readonly GitCommitReaderAndWriter _commits = new(repository);
    private readonly RefStore _refs = new(repository);

    /// <summary>
    /// Saves the files of a worktree as a snapshot commit under the ref <paramref name="name"/>, without changing the agent's branch. If
    /// nothing has changed since the last snapshot, that snapshot is returned.
    /// </summary>
    /// <param name="name">Name of the ref, such as <c>refs/orchestrator/wip/RUN/TASK</c>.</param>
    /// <param name="message">Commit message for users who find the commit.</param>
    /// <param name="trailers">Trailers that identify the origin of the commit.</param>
    /// <param name="replaced">Prefix of the ref that retains the last snapshot if the new one lacks some of its content. A number is
    /// appended.</param>
    /// <param name="cancellationToken">Checked between git calls.</param>
    public async Task<WorktreeSnapshot> SaveAsync(
        Worktree worktree,
        string name,
        string message,
        CommitTrailers trailers,
        string replaced,
        CancellationToken cancellationToken = default
    )
    {
        var last = await _refs.ReadAsync(name, cancellationToken);
        var (tree, head) = await new WorktreeGitTreeWriter(worktree).WriteAsync(cancellationToken);
        if (last is not null && await IsOfAsync(last, tree, head, cancellationToken))
        {
            return new WorktreeSnapshot(last, tree, IsNew: false);
        }
        var commit = await _commits.CreateAsync(tree, head is null ? [] : [head], message, trailers, cancellationToken);
        var kept =
            last is null || (await new WorkDeletionSafetyChecker(repository).CheckContentAsync(last, [commit], cancellationToken)).IsProven
                ? null
                : await KeepCommitAsync(last, replaced, cancellationToken);
        return (await _refs.UpdateAsync([new RefChange(name, commit, last)], "snapshot", cancellationToken)).Done
            ? new WorktreeSnapshot(commit, tree, IsNew: true, kept)
            : throw new GitException(
                $"'{name}' was moved by another program while a snapshot was created. Only one caller may create snapshots of a task."
            );
    }

    /// <summary>
    /// Saves the current files permanently under a new, numbered ref with the given prefix. Earlier refs are kept. If a ref with the prefix
    /// already has the same files and parent commit, that ref is returned instead.
    /// </summary>
    /// <param name="keep">Prefix of the ref and message of the commit.</param>
    /// <param name="cancellationToken">Checked between git calls.</param>
    /// <returns>Name of the ref.</returns>
    public async Task<string> KeepAsync(Worktree worktree, RetentionTarget keep, CancellationToken cancellationToken = default)
    {
        var (tree, head) = await new WorktreeGitTreeWriter(worktree).WriteAsync(cancellationToken);
        var known = await _refs.ListAsync([keep.Prefix], cancellationToken);
        foreach (var (name, id) in known)
        {
            if (await IsOfAsync(id, tree, head, cancellationToken))
            {
                return name;
            }
        }
        var commit = await _commits.CreateAsync(tree, head is null ? [] : [head], keep.Message, keep.Trailers, cancellationToken);
        return await KeepCommitAsync(commit, keep.Prefix, cancellationToken);
    }

    /// <summary>
    /// Retains a commit under a ref with a prefix. Creates a new, numbered ref unless an existing ref with the prefix already points to the
    /// commit.
    /// </summary>
    private async Task<string> KeepCommitAsync(string commit, string prefix, CancellationToken cancellationToken)
    {
        var known = await _refs.ListAsync([prefix], cancellationToken);
        if (known.FirstOrDefault(found => found.Value == commit).Key is { } already)
        {
            return already;
        }
        for (var number = known.Count + 1; ; number++)
        {
            var name = $"{prefix}/{number.ToString(CultureInfo.InvariantCulture)}";
            if ((await _refs.UpdateAsync([new RefChange(name, commit, null)], "kept", cancellationToken)).Done)
            {
                return name;
            }
        }
    }

    /// <summary>Restores a snapshot's files into a worktree as uncommitted changes. The worktree keeps its branch and commit.</summary>
    public static Task RestoreAsync(
        Worktree worktree,
        string snapshot,
        WorktreeDiscardPermit permit,
        CancellationToken cancellationToken = default
    ) => new WorktreeContentDiscarder(worktree, permit).PutInAsync(snapshot, new Dictionary<string, string?>(), cancellationToken);

    /// <summary>
    /// Creates the single commit for an attempt at a task on top of <paramref name="parents"/>, and moves the branch to the commit by
    /// compare-and-swap. The commit contains all files of the worktree except ignored ones, even if the agent made commits of its own.
    /// </summary>
    /// <param name="worktree">Worktree in which no agent or user is working.</param>
    /// <param name="branch">Full ref name of the task's branch.</param>
    /// <param name="parents">Previous commit of the task, followed by the merged commit if the commit is a merge.</param>
    /// <param name="message">Commit message.</param>
    /// <param name="trailers">Trailers that identify the origin of the commit.</param>
    /// <param name="leaveOut">Files that are never committed, relative to the root.</param>
    /// <param name="judge">Checks the tree and its changes from the first parent, and returns problems. Called here, because files could
    /// change between an earlier check and the commit.</param>
    /// <param name="alsoSet">Other refs to move to the commit in the same transaction, with their expected current values.</param>
    /// <param name="alsoAdd">Files that are committed although they are ignored.</param>
    /// <param name="committed">Commit by the agent that is known to contain all files, so that no file has to be added. Null if no such
    /// commit is known.</param>
    /// <param name="isWanted">As in <see cref="WorktreeDiffReader.ReadChangesAsync"/>.</param>
    /// <param name="cancellationToken">Checked between git calls.</param>
    public async Task<WorktreeCommitResult> CommitAsync(
        Worktree worktree,
        string branch,
        IReadOnlyList<string> parents,
        string message,
        CommitTrailers trailers,
        IEnumerable<string>? leaveOut = null,
        IReadOnlyDictionary<string, string?>? alsoSet = null,
        Func<string, IReadOnlyList<ChangedFile>, Task<IReadOnlyList<string>>>? judge = null,
        IReadOnlyCollection<string>? alsoAdd = null,
        CommitInfo? committed = null,
        Func<string, bool>? isWanted = null,
        CancellationToken cancellationToken = default
    )
    {
        var before = await _refs.ReadAsync(branch, cancellationToken);
        var (tree, changes) = committed is null
            ? await AddAsync(worktree, parents[0], [.. leaveOut ?? []], alsoAdd, isWanted, cancellationToken)
            : (committed.Tree, await new GitDiffReader(repository).BetweenAsync(parents[0], committed.Id, cancellationToken));
        if (judge is not null && await judge(tree, changes) is { Count: > 0 } problems)
        {
            return new WorktreeCommitResult(parents[0], tree, HasChanges: changes.Count > 0, Lost: false, changes, problems);
        }
        if (changes.Count == 0 && parents.Count == 1)
        {
            return new WorktreeCommitResult(parents[0], tree, HasChanges: false, Lost: false, [], []);
        }
        var commit = await _commits.CreateAsync(tree, parents, message, trailers, cancellationToken);
        var moved = await _refs.UpdateAsync(
            [
                new RefChange(branch, commit, before),
                .. (alsoSet ?? new Dictionary<string, string?>()).Select(other => new RefChange(other.Key, commit, other.Value)),
            ],
            $"attempt {trailers.Attempt}",
            cancellationToken
        );
        repository.Part<CommitAndDiffCache>().Add(parents[0], commit, changes);
        return new WorktreeCommitResult(commit, tree, HasChanges: true, Lost: !moved.Done, changes, []);
    }

    /// <summary>Adds the worktree's files to the index and writes them as a tree.</summary>
    private async Task<(string Tree, IReadOnlyList<ChangedFile> Changes)> AddAsync(
        Worktree worktree,
        string parent,
        IReadOnlyList<string> leaveOut,
        IReadOnlyCollection<string>? alsoAdd,
        Func<string, bool>? isWanted,
        CancellationToken cancellationToken
    )
    {
        if (alsoAdd is { Count: > 0 })
        {
            await worktree.WriteAsync(
                worktree.Call("--literal-pathspecs", "add", "--force", "--sparse", "--pathspec-from-file=-", "--pathspec-file-nul") with
                {
                    Input = ProcessStandardInput.FromBytes(FileNameEncoding.Encode(string.Concat(alsoAdd.Select(path => path + "\0")))),
                },
                cancellationToken
            );
        }
        await new WorktreeStager(worktree, call => worktree.WriteAsync(call, cancellationToken), Nothing).AddAllAsync(
            leaveOut,
            [],
            [0],
            cancellationToken
        );
        var changes = await ReadChangesAsync();
        var untouched = await new FalselyModifiedFileFinder(worktree).FindUntouchedAsync(changes, isWanted, cancellationToken);
        if (changes.Where(change => leaveOut.Contains(change.Path) || untouched.Contains(change.Path)).ToList() is { Count: > 0 } left)
        {
            // The index may contain these files, because an agent that commits its own work may have added them.
            var asBefore = left.Select(change =>
                change.Change == FileChange.Added
                    ? $"0 {new string('0', change.NewId.Length)}\t{change.Path}\0"
                    : $"{change.OldMode} {change.OldId}\t{change.Path}\0"
            );
            await worktree.WriteAsync(
                worktree.Call("update-index", "-z", "--index-info") with
                {
                    Input = ProcessStandardInput.FromBytes(FileNameEncoding.Encode(string.Concat(asBefore))),
                },
                cancellationToken
            );
            changes = await ReadChangesAsync();
        }
        return ((await worktree.WriteAsync(cancellationToken, "write-tree")).Text, changes);

        async Task<IReadOnlyList<ChangedFile>> ReadChangesAsync() =>
            GitDiffReader.ParseRaw(
                await repository.ReadAsync(
                    worktree.Call(GitDiffArgumentBuilder.OfIndex([.. GitDiffArgumentBuilder.Raw, parent, "--"])),
                    cancellationToken
                )
            );
    }

    private async Task<bool> IsOfAsync(string snapshot, string tree, string? head, CancellationToken cancellationToken) =>
        await _commits.ReadAsync(snapshot, cancellationToken) is { } commit
        && commit.Tree == tree
        && commit.Parents.SequenceEqual(head is null ? [] : [head]);
}
