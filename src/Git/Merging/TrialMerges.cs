namespace Orchestrator.Git.Merging;

/// <summary>Work for a trial merge.</summary>
/// <param name="Objects">Folder with its objects, if they are not in the repository; else null.</param>
public sealed record TrialCandidate(string Commit, string? Objects);

/// <summary>Trial merges: nothing of them remains in the repository. One caller at a time.</summary>
/// <param name="scratch">Folder for temporary objects of git; emptied at the beginning.</param>
public sealed class TrialMerges(GitRepository repository, string scratch)
{
    /// <summary>Removes leftovers of earlier trials.</summary>
    public void Begin()
    {
        FolderRemover.Remove(scratch);
        OwnFolder.Ensure(scratch);
    }

    /// <summary>The files that a candidate has changed since a commit.</summary>
    /// <exception cref="GitException">git can't tell, for example because the candidate is gone.</exception>
    public async Task<IReadOnlySet<string>> ChangedAsync(string since, TrialCandidate candidate, CancellationToken cancellationToken)
    {
        var call = repository.Call(DiffCommands.OfFiles("--name-only", "-z", $"{since}...{candidate.Commit}", "--")) with
        {
            Environment = Objects(candidate),
        };
        return (await repository.ReadAsync(call, cancellationToken)).Fields().ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The conflicted files of two candidates; empty: they can be merged.</summary>
    /// <exception cref="GitException">git can't tell, for example because a candidate is gone.</exception>
    public async Task<IReadOnlyList<string>> ConflictsAsync(
        TrialCandidate one,
        TrialCandidate other,
        IReadOnlyCollection<string> appendedFiles,
        CancellationToken cancellationToken
    ) =>
        (
            await new Merges(repository).MergeAsync(one.Commit, other.Commit, appendedFiles, cancellationToken, Objects(one, other))
        ).ConflictedFiles;

    private IReadOnlyDictionary<string, string?> Objects(params TrialCandidate[] candidates) =>
        ObjectFolders.Of(repository, scratch, candidates.Select(candidate => candidate.Objects).OfType<string>());
}
