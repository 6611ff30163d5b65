namespace Orchestrator.Git.Losses;

/// <summary>Identical copies of a line in one file that are affected by a step (usually a merge) of the staging branch.</summary>
/// <param name="Path">Path of the file.</param>
/// <param name="Line">Number of the line in <see cref="LineIdTable"/>.</param>
/// <param name="Count">Number of copies.</param>
internal sealed record IdenticalLineGroup(string Path, int Line, int Count)
{
    /// <summary>
    /// Hunks of the merged work that changed the copies of the line, one per copy. Empty if the work does not change them.
    /// </summary>
    public IReadOnlyList<WatchedMergedHunk> Hunks { get; init; } = [];

    /// <summary>Number of copies of the line in the file on staging before the step.</summary>
    public int Before { get; init; }

    /// <summary>
    /// True if the file also contains unchanged copies of the line, which makes it impossible to tell which copies changed. Ambiguous
    /// copies never count as lost or restored.
    /// </summary>
    public bool IsAmbiguous { get; init; }
}
