namespace Orchestrator.Git.Losses;

/// <summary>How hunks and lines are shown to a person. Pure.</summary>
/// <param name="lines">The lines of all versions.</param>
internal sealed class HunkTexts(LineTable lines)
{
    /// <summary>A hunk as it stands, for the report.</summary>
    public MergedHunk Told(TrackedHunk hunk) =>
        new(hunk.Task, hunk.Merge, hunk.Path, hunk.Line, Of(hunk), hunk.Fate, hunk.By, hunk.ByMerge);

    /// <summary>A line that tells most of a hunk: one that is missing, if any.</summary>
    private string Of(TrackedHunk hunk)
    {
        if (hunk.Fact.Length > 0)
        {
            return hunk.Fact;
        }
        var isAdded = hunk.Added.Count > 0;
        var of = isAdded ? hunk.Added : hunk.Removed;
        return (isAdded ? "" : "-") + Of(hunk.Missing.Concat(of).FirstOrDefault(lines.IsTelling, of[0]));
    }

    /// <summary>A line, cut where it is long.</summary>
    public string Of(int line) => Program.FileNames.Show(lines.Text(line).Trim(), 100);
}
