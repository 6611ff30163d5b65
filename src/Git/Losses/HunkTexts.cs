namespace Orchestrator.Git.Losses;

/// <summary>Text for hunks and lines. Pure.</summary>
/// <param name="lines">The lines of all versions.</param>
internal sealed class HunkTexts(LineTable lines)
{
    /// <summary>A hunk in its present state, for the report.</summary>
    public MergedHunk Told(TrackedHunk hunk) =>
        new(hunk.Task, hunk.Merge, hunk.Path, hunk.Line, Of(hunk), hunk.Fate, hunk.By, hunk.ByMerge);

    /// <summary>The most informative line of a hunk: a missing one, if any.</summary>
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

    /// <summary>A line, cut to a limit.</summary>
    public string Of(int line) => Program.FileNames.Show(lines.Text(line).Trim(), 100);
}
