namespace Orchestrator.Git.Merging;

/// <summary>A commit to be merged in a trial merge.</summary>
/// <param name="Objects">Object folder that contains the commit, or null if the repository contains it.</param>
public sealed record TrialMergeCommit(string Commit, string? Objects);

/// <summary>Performs trial merges whose objects do not enter the repository. Supports one caller at a time.</summary>
/// <param name="scratch">Folder for git's temporary objects, emptied before the first trial.</param>
public sealed class TrialMerges(GitRepository repository, string scratch)
{
    /// <summary>Prepares a series of trial merges by removing leftovers of earlier ones.</summary>
    public void Begin()
    {
        FolderRemover.Remove(scratch);
        OrchestratorFolderCreator.Ensure(scratch);
    }

    /// <summary>Returns the files that a commit to be trial-merged changed since its common ancestor with another commit.</summary>
    /// <exception cref="GitException">Git can't compare the commits, for example because the candidate no longer exists.</exception>
    public async Task<IReadOnlySet<string>> ChangedAsync(string since, TrialMergeCommit candidate, CancellationToken cancellationToken)
    {
        var call = repository.Call(GitDiffArgumentBuilder.OfFiles("--name-only", "-z", $"{since}...{candidate.Commit}", "--")) with
        {
            Environment = Objects(candidate),
        };
        return (await repository.ReadAsync(call, cancellationToken)).Fields().ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Returns the files in which two commits to be trial-merged conflict, or an empty list if they can be merged.</summary>
    /// <exception cref="GitException">Git can't merge the candidates, for example because a candidate no longer exists.</exception>
    public async Task<IReadOnlyList<string>> ConflictsAsync(
        TrialMergeCommit one,
        TrialMergeCommit other,
        IReadOnlyCollection<string> appendedFiles,
        CancellationToken cancellationToken
    ) =>
        (
            await new TreeMerger(repository).MergeAsync(one.Commit, other.Commit, appendedFiles, cancellationToken, Objects(one, other))
        ).ConflictedFiles;

    private IReadOnlyDictionary<string, string?> Objects(params TrialMergeCommit[] candidates) =>
        ObjectFolders.Of(repository, scratch, candidates.Select(candidate => candidate.Objects).OfType<string>());
}
