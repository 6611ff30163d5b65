namespace Orchestrator.Git.Losses;

/// <summary>Copies of a line in a file that a step changes.</summary>
/// <param name="Path">The file.</param>
/// <param name="Line">The line's number.</param>
/// <param name="Count">How many.</param>
internal sealed record LineCopies(string Path, int Line, int Count)
{
    /// <summary>The merged work's hunks that change them, one for each copy; empty where it does not.</summary>
    public IReadOnlyList<TrackedHunk> Hunks { get; init; } = [];

    /// <summary>The number of them in staging.</summary>
    public int Before { get; init; }

    /// <summary>There are, or should be, other copies in the file, and it is unknown which are meant: so none counts as lost or
    /// restored.</summary>
    public bool IsAmbiguous { get; init; }
}
