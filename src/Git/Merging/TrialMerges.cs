namespace Orchestrator.Git.Merging;

/// <summary>Work that may be merged one day.</summary>
/// <param name="Objects">Folder with its objects, where they are not the repository's own; else null.</param>
public sealed record TrialCandidate(string Commit, string? Objects);

/// <summary>Merges that are only tried: nothing of them stays in the repository. One caller at a time.</summary>
/// <param name="scratch">Folder for what git writes in trying; emptied at the beginning.</param>
public sealed class TrialMerges(GitRepository repository, string scratch)
{
    /// <summary>Takes away what earlier trials have left.</summary>
    public void Begin()
    {
        FolderRemover.Remove(scratch);
        Directory.CreateDirectory(scratch);
    }

    /// <summary>The files that a candidate has changed since it left another commit.</summary>
    /// <exception cref="GitException">Git can't tell, for example since the candidate is gone.</exception>
    public async Task<IReadOnlySet<string>> ChangedAsync(string since, TrialCandidate candidate, CancellationToken cancellationToken)
    {
        var call = repository.Call("diff", "--name-only", "--no-renames", "-z", $"{since}...{candidate.Commit}") with
        {
            Environment = Objects(candidate),
        };
        return (await repository.ReadAsync(call, cancellationToken)).Fields().ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The files that two candidates can't be merged in; none: they can.</summary>
    /// <exception cref="GitException">Git can't tell, for example since a candidate is gone.</exception>
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
