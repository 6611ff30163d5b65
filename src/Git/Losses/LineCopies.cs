namespace Orchestrator.Git.Losses;

/// <summary>Copies of a line in a file that something happens to.</summary>
/// <param name="Path">The file.</param>
/// <param name="Line">The line's number.</param>
/// <param name="Count">How many.</param>
internal sealed record LineCopies(string Path, int Line, int Count)
{
    /// <summary>The merged work's hunks that do it, one for each copy; none where they don't.</summary>
    public IReadOnlyList<TrackedHunk> Hunks { get; init; } = [];

    /// <summary>How many there were in staging.</summary>
    public int Before { get; init; }

    /// <summary>There are, or should be, others in the file: which of them are meant nobody can tell, so that none counts as lost or as
    /// back.</summary>
    public bool IsAmbiguous { get; init; }
}
