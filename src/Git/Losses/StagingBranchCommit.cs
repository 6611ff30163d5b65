namespace Orchestrator.Git.Losses;

/// <summary>A file changed by a step of the staging branch, or by the work merged in that step.</summary>
/// <param name="Path">Path of the file.</param>
/// <param name="IsTheirs">True if the merged work changed the file, so that <paramref name="Base"/> and <paramref name="Theirs"/> are
/// set.</param>
/// <param name="Base">Version that the work started from, or null if the file did not exist.</param>
/// <param name="Theirs">Version in the merged work, or null if the file does not exist there.</param>
/// <param name="Ours">Version in staging before the step, or null if the file did not exist.</param>
/// <param name="Result">Version in staging after the step, or null if the file does not exist.</param>
internal sealed record MergedFileVersions(
    string Path,
    bool IsTheirs,
    GitFileVersion? Base,
    GitFileVersion? Theirs,
    GitFileVersion? Ours,
    GitFileVersion? Result
)
{
    /// <summary>True if only the merged work changed the file and the result equals the version in that work.</summary>
    public bool IsPlain => IsTheirs && HasSameContent(Base, Ours) && HasSameContent(Theirs, Result);

    /// <summary>True if all versions are text files.</summary>
    public bool IsText =>
        LinesOf(Base) is not null && LinesOf(Theirs) is not null && LinesOf(Ours) is not null && LinesOf(Result) is not null;

    /// <summary>
    /// Returns the lines of a version. Empty for a missing file, and null for a file that is not compared by lines, such as a binary file.
    /// </summary>
    public static int[]? LinesOf(GitFileVersion? version) => version is null ? [] : version.Lines;

    /// <summary>True if both versions have the same content or both are missing.</summary>
    public static bool HasSameContent(GitFileVersion? one, GitFileVersion? other) =>
        one?.Id == other?.Id && (one is null) == (other is null);
}

/// <summary>A step of the staging branch, usually a merge, with the files that it affects.</summary>
/// <param name="Author">Author of the work.</param>
/// <param name="Commit">Commit on staging.</param>
/// <param name="Files">Files that the step changed or should have changed.</param>
internal sealed record StagingBranchCommit(StagingBranchCommitAuthor Author, string Commit, IReadOnlyList<MergedFileVersions> Files);

/// <summary>A hunk of a merged task. The positions of its lines are followed while later merges change the staging branch.</summary>
internal sealed class WatchedMergedHunk(
    string task,
    string merge,
    string path,
    int line,
    IReadOnlyList<int> added,
    IReadOnlyList<int> removed
)
{
    public string Task => task;

    public string Merge => merge;

    public string Path => path;

    /// <summary>Number of the hunk's first line in the task's version of the file, counted from 1.</summary>
    public int Line => line;

    public IReadOnlyList<int> Added => added;

    public IReadOnlyList<int> Removed => removed;

    /// <summary>
    /// Description of a change that affects no lines, or empty for other hunks. Examples are <c>(removed)</c>, <c>mode 100755</c> (the new
    /// file mode) and <c>content</c> followed by the first 12 digits of the new blob id.
    /// </summary>
    public string Fact { get; init; } = "";

    public MergedHunkSurvivalStatus Fate { get; private set; }

    public string By { get; private set; } = "";

    public string ByMerge { get; private set; } = "";

    /// <summary>Lost lines that have not been restored.</summary>
    public List<int> Missing { get; } = [];

    public void Overwritten(StagingBranchCommit step)
    {
        if (Fate == MergedHunkSurvivalStatus.Present)
        {
            (Fate, By, ByMerge) = (MergedHunkSurvivalStatus.Overwritten, step.Author.Name, step.Commit);
        }
    }

    public void Lost(StagingBranchCommit step)
    {
        if (Fate != MergedHunkSurvivalStatus.Lost)
        {
            (Fate, By, ByMerge) = (MergedHunkSurvivalStatus.Lost, step.Author.Name, step.Commit);
        }
    }

    /// <summary>Records that the user accepts the loss of the hunk.</summary>
    public void Accepted(StagingBranchCommit step)
    {
        Missing.Clear();
        (Fate, By, ByMerge) = (MergedHunkSurvivalStatus.Overwritten, step.Author.Name, step.Commit);
    }

    /// <summary>Records that a lost line is present again.</summary>
    public void RecordRestored(int lost)
    {
        if (Missing.Remove(lost) && Missing.Count == 0)
        {
            (Fate, By, ByMerge) = (MergedHunkSurvivalStatus.Present, "", "");
        }
    }
}
