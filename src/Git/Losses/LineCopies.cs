namespace Orchestrator.Git.Losses;

/// <summary>Copies of a line in a file that a step changes.</summary>
/// <param name="Path">Path of the file.</param>
/// <param name="Line">Number of the line in the table of lines.</param>
/// <param name="Count">Number of copies.</param>
internal sealed record LineCopies(string Path, int Line, int Count)
{
    /// <summary>Hunks of the merged work that change the copies, one per copy, or empty if the work does not change them.</summary>
    public IReadOnlyList<TrackedHunk> Hunks { get; init; } = [];

    /// <summary>Number of copies in staging before the step.</summary>
    public int Before { get; init; }

    /// <summary>True if the file has, or should have, other copies and it is unknown which ones changed. Such copies never count as lost
    /// or restored.</summary>
    public bool IsAmbiguous { get; init; }
}
