namespace Orchestrator.Git.Losses;

/// <summary>Formats hunks and lines for the report about lost changes. Has no side effects.</summary>
/// <param name="lines">Table of the lines of all file versions.</param>
internal sealed class HunkFormatter(LineIdTable lines)
{
    /// <summary>Returns the current state of a hunk for the report.</summary>
    public MergedHunk Format(WatchedMergedHunk hunk) =>
        new(hunk.Task, hunk.Merge, hunk.Path, hunk.Line, Of(hunk), hunk.Fate, hunk.By, hunk.ByMerge);

    /// <summary>Returns the most informative line of a hunk, preferably a line that is missing from staging.</summary>
    private string Of(WatchedMergedHunk hunk)
    {
        if (hunk.Fact.Length > 0)
        {
            return hunk.Fact;
        }
        var isAdded = hunk.Added.Count > 0;
        var of = isAdded ? hunk.Added : hunk.Removed;
        return (isAdded ? "" : "-") + Of(hunk.Missing.Concat(of).FirstOrDefault(lines.IsTelling, of[0]));
    }

    /// <summary>Formats a line, cut to at most 100 characters.</summary>
    public string Of(int line) => Program.FileNameEncoding.Show(lines.Text(line).Trim(), 100);
}
