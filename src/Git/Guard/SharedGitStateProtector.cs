using System.Text.Json;
using Orchestrator.Git.Refs;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git.Guard;

/// <summary>
/// Protects the repository state that all worktrees share while an agent works in one of them. Compares the state before and after the
/// agent run, restores orchestrate's own files and quarantines items that would run programs. Other changes are left in place, and content
/// is stored before it is replaced, so that a wrong decision causes no loss.
/// </summary>
/// <param name="storeFolder">Folder outside the repository, for example <c>~/.cache/orchestrator/KEY/guard</c>.</param>
public sealed class SharedGitStateProtector(GitRepository repository, string storeFolder)
{
    private readonly SharedGitAdminFileContentStore _store = new(storeFolder);

    /// <summary>Records the shared files before an agent starts in a worktree. Holds the worktree lock, so that no worktree is created or
    /// moved meanwhile.</summary>
    /// <param name="worktree">Worktree of the agent.</param>
    /// <param name="recordFile">Path of the record for <see cref="CompareAsync"/>. An existing record is kept, because after a crash only
    /// the first record shows the state before the agent started.</param>
    /// <param name="cancellationToken">Cancels waiting for the worktree lock.</param>
    public async Task RecordAsync(Worktree worktree, string recordFile, CancellationToken cancellationToken = default)
    {
        if (!File.Exists(recordFile))
        {
            using var one = await WorktreeLock.AcquireAsync(repository, cancellationToken);
            _store.Held.Clear();
            var branches = await UserBranchAndTagRecord.ReadAsync(repository, worktree, cancellationToken);
            var record = new SharedGitStateRecord(new SharedGitAdminFileReader(repository, _store).Read(worktree), branches)
            {
                Contents = _store.Held,
            };
            DurableFile.Write(
                recordFile,
                file => JsonSerializer.Serialize(file, record, SharedGitStateJsonContext.Default.SharedGitStateRecord)
            );
        }
    }

    /// <summary>
    /// Compares the shared state with the record and reverts foreign changes, such as those made by the agent. A difference counts only if
    /// a second comparison, made under the worktree lock, confirms it. Orchestrate's own worktree operations can briefly look like foreign
    /// changes.
    /// </summary>
    /// <param name="worktree">As in <see cref="CompareAsync"/>.</param>
    /// <param name="recordFile">As in <see cref="CompareAsync"/>.</param>
    /// <param name="ours">As in <see cref="CompareAsync"/>.</param>
    /// <param name="during">Agent run, shown to users who review quarantined items.</param>
    /// <param name="note">Called with the differences before anything is changed.</param>
    public async Task RestoreAsync(
        Worktree worktree,
        string recordFile,
        string ours,
        string during,
        Action<IReadOnlyList<SharedGitStateDifference>> note,
        CancellationToken cancellationToken = default
    )
    {
        if ((await CompareAsync(worktree, recordFile, ours, cancellationToken)).Count == 0)
        {
            return;
        }
        using var one = await WorktreeLock.AcquireAsync(repository, cancellationToken);
        var foreign = await CompareAsync(worktree, recordFile, ours, cancellationToken);
        if (foreign.Count > 0)
        {
            note(foreign);
            await PutBackAsync(foreign, during, cancellationToken);
        }
    }

    /// <summary>
    /// Returns the differences between the current state of the repository and the record. Orchestrate's own refs are not compared, because
    /// the run's record contains their expected positions and a task's branch belongs to its agent.
    /// </summary>
    /// <param name="worktree">Worktree of the agent.</param>
    /// <param name="ours">Prefix of our branches, such as <c>refs/heads/orchestrator</c>.</param>
    public async Task<IReadOnlyList<SharedGitStateDifference>> CompareAsync(
        Worktree worktree,
        string recordFile,
        string ours,
        CancellationToken cancellationToken = default
    )
    {
        var changes = new List<SharedGitStateDifference>();
        if (worktree.FindReplacement() is { } found)
        {
            changes.Add(
                new SharedGitStateDifference(
                    SharedGitStateDifferenceKind.Link,
                    Path.Combine(worktree.Path, ".git"),
                    worktree.AdminDirectory,
                    found
                )
            );
        }
        if (TryRead(recordFile) is { } record)
        {
            foreach (var (hash, content) in record.Contents)
            {
                _store.Held[hash] = content;
            }
            changes.AddRange(
                await new SharedGitAdminFileReader(repository, _store).CompareAsync(record.Files, worktree, cancellationToken)
            );
            changes.AddRange(await record.Branches.CompareAsync(repository, worktree, ours, cancellationToken));
        }
        return changes;
    }

    /// <summary>Reads the record, or returns null if the record is unreadable. Without a record, foreign changes are unknown and nothing is
    /// undone.</summary>
    private static SharedGitStateRecord? TryRead(string recordFile) =>
        StoredJsonReader.TryRead(recordFile, SharedGitStateJsonContext.Default.SharedGitStateRecord);

    /// <summary>
    /// Returns the name of the ref or the path of the stored file that retains replaced, removed or lost content. Null if nothing was
    /// retained.
    /// </summary>
    public string? KeptAt(SharedGitStateDifference change) =>
        change switch
        {
            { Kind: SharedGitStateDifferenceKind.Stash, Found: null } => RefStore.KeptPrefix + change.Expected,
            { Kind: SharedGitStateDifferenceKind.Left, Found: null, Expected: not null }
                when GitSettingLocation.TryParse(change.Name) is null => _store.PathOf(
                SharedGitAdminFileRecord.Parse(change.Expected!).Hash
            ),
            { IsLeft: true } or { Found: null } => null,
            { Kind: SharedGitStateDifferenceKind.Branch } => RefStore.KeptPrefix + change.Found,
            { Kind: SharedGitStateDifferenceKind.File } => _store.PathOf(SharedGitAdminFileRecord.Parse(change.Found).Hash),
            _ => null,
        };

    /// <summary>
    /// Undoes foreign changes to orchestrate's own files and quarantines files and settings that run programs. Replaced content is stored
    /// in the store folder, and foreign commits are retained below <c>refs/orchestrator/foreign/</c>. Changes that the user may have made
    /// are left unchanged.
    /// </summary>
    public async Task PutBackAsync(
        IEnumerable<SharedGitStateDifference> changes,
        string during,
        CancellationToken cancellationToken = default
    )
    {
        foreach (var change in changes)
        {
            switch (change.Kind)
            {
                case SharedGitStateDifferenceKind.Branch:
                    await PutBranchBackAsync(change, cancellationToken);
                    break;
                case SharedGitStateDifferenceKind.Link:
                    PutLinkBack(change);
                    break;
                case SharedGitStateDifferenceKind.File:
                    PutFileBack(change.Name, change.Expected);
                    break;
                case SharedGitStateDifferenceKind.Program:
                    await QuarantineAsync(change, during, cancellationToken);
                    break;
                case SharedGitStateDifferenceKind.Stash when change.Found is null:
                    await KeepAsync(change.Expected!, cancellationToken);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>
    /// Restores a branch only if it still points to the agent's commit. If it does not, the user has moved it in the meantime.
    /// </summary>
    private async Task PutBranchBackAsync(SharedGitStateDifference change, CancellationToken cancellationToken)
    {
        var refs = new RefStore(repository);
        await refs.UpdateAsync([new RefChange(RefStore.KeptPrefix + change.Found, change.Found, null)], "kept", cancellationToken);

        // No checkout update is needed, because the files of the checkout still match the restored commit.
        await refs.UpdateWithFilesAsync([new RefChange(change.Name, change.Expected, change.Found)], "put back", cancellationToken);
    }

    private async Task QuarantineAsync(SharedGitStateDifference change, string during, CancellationToken cancellationToken)
    {
        if (GitSettingLocation.TryParse(change.Name) is { } setting)
        {
            new BlockedGitHookOrSettingStore(repository).Keep(change, [], string.Empty, during);
            await setting.WriteAsync(repository, change.Expected is null ? [] : GitSettingValues.Read(change.Expected), cancellationToken);
            return;
        }
        var found = SharedGitAdminFileRecord.Parse(change.Found!);
        new BlockedGitHookOrSettingStore(repository).Keep(change, _store.Read(found.Hash) ?? [], found.Mode, during);
        PutFileBack(change.Name, change.Expected);
    }

    /// <summary>Creates a ref for the commit of a removed stash entry, unless git has already deleted the commit.</summary>
    private async Task KeepAsync(string commit, CancellationToken cancellationToken)
    {
        if (ObjectId.IsId(commit) && await new GitCommitReaderAndWriter(repository).ReadAsync(commit, cancellationToken) is not null)
        {
            await new RefStore(repository).UpdateAsync(
                [new RefChange(RefStore.KeptPrefix + commit, commit, null)],
                "kept",
                cancellationToken
            );
        }
    }

    /// <summary>
    /// Rewrites a worktree's <c>.git</c> file. If a repository has replaced the file, first moves that repository to the store folder. If a
    /// symbolic link has replaced the whole worktree, leaves the link for the user to handle.
    /// </summary>
    private void PutLinkBack(SharedGitStateDifference change)
    {
        var folder = new DirectoryInfo(Path.GetDirectoryName(change.Name)!);
        if (!folder.Exists || folder.LinkTarget is not null)
        {
            return;
        }
        if (Directory.Exists(change.Name) && new DirectoryInfo(change.Name).LinkTarget is null)
        {
            OrchestratorFolderCreator.Ensure(storeFolder);
            Directory.Move(change.Name, Path.Combine(storeFolder, $"git-{Guid.NewGuid():N}"));
        }
        else
        {
            File.Delete(change.Name);
        }
        File.WriteAllText(change.Name, $"gitdir: {change.Expected}\n");
    }

    private void PutFileBack(string name, string? wanted)
    {
        var path = Path.Combine(repository.CommonDirectory, name);
        if (wanted is null)
        {
            File.Delete(path);
            return;
        }
        var expected = SharedGitAdminFileRecord.Parse(wanted);
        if (_store.Read(expected.Hash) is { } content) // If a power failure destroyed the content, only the name is known.
        {
            SharedGitAdminFileRecord.Write(path, content, expected.Mode);
        }
    }
}
