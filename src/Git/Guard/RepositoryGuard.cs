using System.Text.Json;
using Orchestrator.Git.Refs;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git.Guard;

/// <summary>Guards what all worktrees share while an agent works in one of them: records before it starts, compares when it has ended and
/// names what differs. Others work there at the same time, agents and the person whose repository it is: what is ours is put back, what
/// would run programs is put aside, all else is left. What is overwritten or removed in doing so is kept, so that a mistake of ours loses
/// nothing either.</summary>
/// <param name="storeFolder">A folder outside the repository, for example <c>~/.cache/orchestrator/KEY/guard</c>.</param>
public sealed class RepositoryGuard(GitRepository repository, string storeFolder)
{
    private readonly GuardStore _store = new(storeFolder);

    /// <summary>Records the shared files, before an agent starts in a worktree. No worktree is half made or half moved in the
    /// record.</summary>
    /// <param name="worktree">The agent's worktree.</param>
    /// <param name="recordFile">Where the record is kept for <see cref="CompareAsync"/>, also after a crash. An existing one stays: the
    /// first is the true one.</param>
    /// <param name="cancellationToken">Ends waiting for what others do with worktrees.</param>
    public async Task RecordAsync(Worktree worktree, string recordFile, CancellationToken cancellationToken = default)
    {
        if (!File.Exists(recordFile))
        {
            using var one = await WorktreeLock.AcquireAsync(repository, cancellationToken);
            _store.Held.Clear();
            var branches = await UserBranches.ReadAsync(repository, worktree, cancellationToken);
            var record = new GuardRecord(new SharedFiles(repository, _store).Read(worktree), branches) { Contents = _store.Held };
            DurableFile.Write(recordFile, file => JsonSerializer.Serialize(file, record, GuardRecordJson.Default.GuardRecord));
        }
    }

    /// <summary>Compares and puts back. Our own steps with worktrees show for a moment what looks foreign, so what is found counts only if
    /// it is found again while nobody of us takes such a step, and is put back before anybody does.</summary>
    /// <param name="worktree">As in <see cref="CompareAsync"/>.</param>
    /// <param name="recordFile">As in <see cref="CompareAsync"/>.</param>
    /// <param name="ours">As in <see cref="CompareAsync"/>.</param>
    /// <param name="during">Which agent was at work, for who finds what was put aside.</param>
    /// <param name="note">Is told what is foreign before anything is done about it.</param>
    public async Task RestoreAsync(
        Worktree worktree,
        string recordFile,
        string ours,
        string during,
        Action<IReadOnlyList<TamperedItem>> note,
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

    /// <summary>Names what is not as it was recorded. Refs of ours are not looked at: whoever uses one knows from the run's record where it
    /// has to be, and a task's branch belongs to the task's agent.</summary>
    /// <param name="worktree">The agent's worktree.</param>
    /// <param name="ours">The folder of our branches, such as <c>refs/heads/orchestrator</c>.</param>
    public async Task<IReadOnlyList<TamperedItem>> CompareAsync(
        Worktree worktree,
        string recordFile,
        string ours,
        CancellationToken cancellationToken = default
    )
    {
        var changes = new List<TamperedItem>();
        if (worktree.FindReplacement() is { } found)
        {
            changes.Add(new TamperedItem(TamperedKind.Link, Path.Combine(worktree.Path, ".git"), worktree.AdminDirectory, found));
        }
        if (TryRead(recordFile) is { } record)
        {
            foreach (var (hash, content) in record.Contents)
            {
                _store.Held[hash] = content;
            }
            changes.AddRange(await new SharedFiles(repository, _store).CompareAsync(record.Files, worktree, cancellationToken));
            changes.AddRange(await record.Branches.CompareAsync(repository, worktree, ours, cancellationToken));
        }
        return changes;
    }

    /// <summary>A record that is gone or torn says nothing: then nothing is foreign, and nothing is undone.</summary>
    private static GuardRecord? TryRead(string recordFile) => StoredJson.TryRead(recordFile, GuardRecordJson.Default.GuardRecord);

    /// <summary>Where a person finds what was overwritten, removed or lost: a ref, or a file in the store folder; null where there was
    /// nothing to keep.</summary>
    public string? KeptAt(TamperedItem change) =>
        change switch
        {
            { Kind: TamperedKind.Stash, Found: null } => RefStore.KeptPrefix + change.Expected,
            { Kind: TamperedKind.Left, Found: null, Expected: not null } when SettingPlace.TryParse(change.Name) is null => _store.PathOf(
                GuardedFile.Parse(change.Expected!).Hash
            ),
            { IsLeft: true } or { Found: null } => null,
            { Kind: TamperedKind.Branch } => RefStore.KeptPrefix + change.Found,
            { Kind: TamperedKind.File } => _store.PathOf(GuardedFile.Parse(change.Found).Hash),
            _ => null,
        };

    /// <summary>Puts back what is ours and puts aside what runs programs. Foreign content goes to the store folder, foreign commits to
    /// <c>refs/orchestrator/foreign/</c>; what a person may have done is left.</summary>
    public async Task PutBackAsync(IEnumerable<TamperedItem> changes, string during, CancellationToken cancellationToken = default)
    {
        foreach (var change in changes)
        {
            switch (change.Kind)
            {
                case TamperedKind.Branch:
                    await PutBranchBackAsync(change, cancellationToken);
                    break;
                case TamperedKind.Link:
                    PutLinkBack(change);
                    break;
                case TamperedKind.File:
                    PutFileBack(change.Name, change.Expected);
                    break;
                case TamperedKind.Program:
                    await PutAsideAsync(change, during, cancellationToken);
                    break;
                case TamperedKind.Stash when change.Found is null:
                    await KeepAsync(change.Expected!, cancellationToken);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Only from where the agent put it: if the user has moved it on since, it is the user's.</summary>
    private async Task PutBranchBackAsync(TamperedItem change, CancellationToken cancellationToken)
    {
        var refs = new RefStore(repository);
        await refs.UpdateAsync([new RefChange(RefStore.KeptPrefix + change.Found, change.Found, null)], "kept", cancellationToken);
        await refs.UpdateAsync([new RefChange(change.Name, change.Expected, change.Found)], "put back", cancellationToken);
    }

    private async Task PutAsideAsync(TamperedItem change, string during, CancellationToken cancellationToken)
    {
        if (SettingPlace.TryParse(change.Name) is { } setting)
        {
            new Quarantine(repository).Keep(change, [], string.Empty, during);
            await setting.WriteAsync(repository, change.Expected is null ? [] : SettingValues.Read(change.Expected), cancellationToken);
            return;
        }
        var found = GuardedFile.Parse(change.Found!);
        new Quarantine(repository).Keep(change, _store.Read(found.Hash) ?? [], found.Mode, during);
        PutFileBack(change.Name, change.Expected);
    }

    /// <summary>Keeps a commit that no stash names any more; one that git has already thrown away is gone.</summary>
    private async Task KeepAsync(string commit, CancellationToken cancellationToken)
    {
        if (ObjectId.IsId(commit) && await new CommitStore(repository).ReadAsync(commit, cancellationToken) is not null)
        {
            await new RefStore(repository).UpdateAsync(
                [new RefChange(RefStore.KeptPrefix + commit, commit, null)],
                "kept",
                cancellationToken
            );
        }
    }

    /// <summary>A repository that was made in the worktree's place is moved to the store. A worktree that is a link itself is left for a
    /// person.</summary>
    private void PutLinkBack(TamperedItem change)
    {
        var folder = new DirectoryInfo(Path.GetDirectoryName(change.Name)!);
        if (!folder.Exists || folder.LinkTarget is not null)
        {
            return;
        }
        if (Directory.Exists(change.Name) && new DirectoryInfo(change.Name).LinkTarget is null)
        {
            Directory.CreateDirectory(storeFolder);
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
        var expected = GuardedFile.Parse(wanted);
        if (_store.Read(expected.Hash) is { } content) // Else named it was; what it held is gone with the power.
        {
            GuardedFile.Write(path, content, expected.Mode);
        }
    }
}
