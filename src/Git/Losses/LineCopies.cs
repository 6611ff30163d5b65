namespace Orchestrator.Git.Losses;

/// <summary>Copies of the same line in one file, affected by a step of the staging branch.</summary>
/// <param name="Path">Path of the file.</param>
/// <param name="Line">Number of the line in <see cref="LineIdTable"/>.</param>
/// <param name="Count">Number of copies.</param>
internal sealed record LineCopies(string Path, int Line, int Count)
{
    /// <summary>Hunks of the merged work that changed the copies, one per copy. Empty if the work does not change the copies.</summary>
    public IReadOnlyList<TrackedHunk> Hunks { get; init; } = [];

    /// <summary>Number of copies in the staging version of the file before the step.</summary>
    public int Before { get; init; }

    /// <summary>
    /// True if the file also contains unchanged copies of the line, so that the changed ones can't be identified. Ambiguous copies never
    /// count as lost or restored.
    /// </summary>
    public bool IsAmbiguous { get; init; }
}
