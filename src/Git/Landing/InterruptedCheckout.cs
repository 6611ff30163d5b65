using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git.Landing;

/// <summary>A checkout in which a move between two commits was killed, forward or back: some files are old, some new, one may be partial,
/// and the index may be either. Only these are ours to restore; all others are the user's.</summary>
internal sealed class InterruptedCheckout(Worktree checkout)
{
    private readonly WorktreeFiles _files = new(checkout.Path);

    /// <summary>Restores the files of the move to the old commit, unless one of them was changed since.</summary>
    /// <returns>The files that were changed since; if there are any, nothing was done.</returns>
    internal async Task<IReadOnlyList<string>> TakeBackAsync(string old, string @new, CancellationToken cancellationToken)
    {
        var changes = await new Diffs(checkout.Repository).BetweenAsync(old, @new, cancellationToken);
        var paths = changes.Select(change => change.Path).ToArray();
        var unlikeOld = await DifferingAsync(
            [
                .. changes.Select(change =>
                    change.Change == FileChange.Added ? null : new TreeFile(change.Path, change.OldMode, change.OldId)
                ),
            ],
            paths,
            cancellationToken
        );
        var unlikeNew = await DifferingAsync(
            [
                .. changes.Select(change =>
                    change.Change == FileChange.Deleted ? null : new TreeFile(change.Path, change.NewMode, change.NewId)
                ),
            ],
            paths,
            cancellationToken
        );
        var foreign = new List<string>();
        foreach (
            var change in changes
                .Where(change => unlikeOld.Contains(change.Path) && unlikeNew.Contains(change.Path))
                .OrderBy(change => change.Path, StringComparer.Ordinal)
        )
        {
            if (!await IsHalfWrittenAsync(change, old, @new, cancellationToken))
            {
                foreign.Add(change.Path);
            }
        }
        if (foreign.Count > 0)
        {
            return foreign;
        }
        foreach (var added in changes.Where(change => change.Change == FileChange.Added && HasFile(change.Path)))
        {
            _files.RemoveFile(added.Path);
        }
        await RestoreAsync(changes, cancellationToken);
        return [];
    }

    /// <summary>The files of <paramref name="entries"/> that differ on disk. Compared with a temporary index of just these, so that git's
    /// own rules for line ends and filters apply; what differs right after a checkout does not count.</summary>
    private async Task<IReadOnlyCollection<string>> DifferingAsync(
        IReadOnlyList<TreeFile?> entries,
        IEnumerable<string> paths,
        CancellationToken cancellationToken
    )
    {
        using var index = new TemporaryIndex(checkout.Repository);
        var present = entries.OfType<TreeFile>().ToArray();
        var script = string.Concat(present.Select(file => $"{file.Mode} {file.Id}\t{file.Path}\0"));
        await checkout.WriteAsync(
            checkout.Call("update-index", "-z", "--index-info") with
            {
                Environment = index.Environment,
                Input = ProcessInput.FromBytes(FileNames.Encode(script)),
            },
            cancellationToken
        );
        var output = await checkout.Repository.ReadAsync(
            checkout.Call(DiffCommands.OfFiles("--name-only", "-z")) with
            {
                Environment = index.Environment,
            },
            cancellationToken
        );
        var differing = output.Fields().ToHashSet(StringComparer.Ordinal);
        var pristine = await new PristineFiles(checkout).FindAsync(
            [.. present.Where(file => differing.Contains(file.Path))],
            cancellationToken
        );
        return [.. differing.Except(pristine), .. paths.Except(present.Select(file => file.Path)).Where(HasFile)];
    }

    /// <summary>git removes a file, creates the new one and writes it, so one file may be missing or partial. Restoring it loses
    /// nothing.</summary>
    private async Task<bool> IsHalfWrittenAsync(ChangedFile change, string old, string @new, CancellationToken cancellationToken)
    {
        if (!HasFile(change.Path))
        {
            return _files.CanHaveFile(change.Path);
        }
        if (!_files.HasFile(change.Path))
        {
            return false;
        }
        foreach (var (commit, lacksIt) in ((string, FileChange)[])[(@new, FileChange.Deleted), (old, FileChange.Added)])
        {
            if (change.Change == lacksIt)
            {
                continue;
            }
            var whole = (
                await checkout.Repository.ReadAsync(checkout.Call("cat-file", "--filters", $"{commit}:{change.Path}"), cancellationToken)
            ).Bytes;
            var found = _files.TryRead(change.Path, whole.Length);
            if (found?.Length < whole.Length && whole.Span.StartsWith(found))
            {
                return true;
            }
        }
        return false;
    }

    private async Task RestoreAsync(IReadOnlyList<ChangedFile> changes, CancellationToken cancellationToken)
    {
        // The index is that of the old or the new commit and may not know a path: so each path is given with its content.
        var script = string.Concat(
            changes.Select(change =>
                change.Change == FileChange.Added
                    ? $"0 {new string('0', change.OldId.Length)}\t{change.Path}\0"
                    : $"{change.OldMode} {change.OldId}\t{change.Path}\0"
            )
        );
        await checkout.WriteAsync(
            checkout.Call("update-index", "-z", "--index-info") with
            {
                Input = ProcessInput.FromBytes(FileNames.Encode(script)),
            },
            cancellationToken
        );
        var toWrite = string.Concat(changes.Where(change => change.Change != FileChange.Added).Select(change => change.Path + "\0"));
        await checkout.WriteAsync(
            checkout.Call("checkout-index", "--force", "--index", "-z", "--stdin") with
            {
                Input = ProcessInput.FromBytes(FileNames.Encode(toWrite)),
            },
            cancellationToken
        );
    }

    /// <summary>A folder in place of a file does not count.</summary>
    private bool HasFile(string path) => _files.HasFileOrLink(path);
}
