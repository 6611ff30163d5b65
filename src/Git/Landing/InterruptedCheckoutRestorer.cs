using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git.Landing;

/// <summary>
/// Restores a checkout after git was killed while moving it between two commits. In such a checkout, each file may have the old or the new
/// content, and one may be partially written. Only files that differ between the commits are restored, because all other changes belong to
/// the user.
/// </summary>
internal sealed class InterruptedCheckoutRestorer(Worktree checkout)
{
    private readonly WorktreeFileReaderAndWriter _files = new(checkout.Path);

    /// <summary>
    /// Restores the files to their versions in the old commit. Restores nothing if any of these files was changed after the interruption.
    /// </summary>
    /// <returns>Files that were changed after the interruption. If the list is not empty, nothing was restored.</returns>
    internal async Task<IReadOnlyList<string>> RestoreOldFilesAsync(string old, string @new, CancellationToken cancellationToken)
    {
        var changes = await new GitDiffReader(checkout.Repository).BetweenAsync(old, @new, cancellationToken);
        var paths = changes.Select(change => change.Path).ToArray();
        var unlikeOld = await DifferingAsync(
            [
                .. changes.Select(change =>
                    change.Change == FileChange.Added ? null : new GitTreeFile(change.Path, change.OldMode, change.OldId)
                ),
            ],
            paths,
            cancellationToken
        );
        var unlikeNew = await DifferingAsync(
            [
                .. changes.Select(change =>
                    change.Change == FileChange.Deleted ? null : new GitTreeFile(change.Path, change.NewMode, change.NewId)
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

    /// <summary>
    /// Returns the files on disk that differ from <paramref name="entries"/>. Compares through a temporary index, so that git's rules for
    /// line endings and filters apply. Ignores files that git reports as changed even right after a checkout.
    /// </summary>
    private async Task<IReadOnlyCollection<string>> DifferingAsync(
        IReadOnlyList<GitTreeFile?> entries,
        IEnumerable<string> paths,
        CancellationToken cancellationToken
    )
    {
        using var index = new TemporaryIndex(checkout.Repository);
        var present = entries.OfType<GitTreeFile>().ToArray();
        var script = string.Concat(present.Select(file => $"{file.Mode} {file.Id}\t{file.Path}\0"));
        await checkout.WriteAsync(
            checkout.Call("update-index", "-z", "--index-info") with
            {
                Environment = index.Environment,
                Input = ProcessStandardInput.FromBytes(FileNameEncoding.Encode(script)),
            },
            cancellationToken
        );
        var output = await checkout.Repository.ReadAsync(
            checkout.Call(GitDiffArgumentBuilder.OfFiles("--name-only", "-z")) with
            {
                Environment = index.Environment,
            },
            cancellationToken
        );
        var differing = output.Fields().ToHashSet(StringComparer.Ordinal);
        var pristine = await new FalselyModifiedFileFinder(checkout).FindAsync(
            [.. present.Where(file => differing.Contains(file.Path))],
            cancellationToken
        );
        return [.. differing.Except(pristine), .. paths.Except(present.Select(file => file.Path)).Where(HasFile)];
    }

    /// <summary>True if the file may be missing or partially written because git was killed. Git removes a file before it creates and
    /// writes the new one, so restoring such a file loses nothing.</summary>
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
        // The index matches the old or the new commit and may lack a path, so each entry is given with its blob id.
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
                Input = ProcessStandardInput.FromBytes(FileNameEncoding.Encode(script)),
            },
            cancellationToken
        );
        var toWrite = string.Concat(changes.Where(change => change.Change != FileChange.Added).Select(change => change.Path + "\0"));
        await checkout.WriteAsync(
            checkout.Call("checkout-index", "--force", "--index", "-z", "--stdin") with
            {
                Input = ProcessStandardInput.FromBytes(FileNameEncoding.Encode(toWrite)),
            },
            cancellationToken
        );
    }

    /// <summary>True if a file or a symbolic link exists at the path. A folder does not count.</summary>
    private bool HasFile(string path) => _files.HasFileOrLink(path);
}
