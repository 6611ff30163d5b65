namespace Orchestrator.Dashboard.Views;

/// <summary>A row of a side-by-side diff.</summary>
/// <param name="Old">Line of the old file, or null for an empty cell.</param>
/// <param name="New">Line of the new file, or null for an empty cell.</param>
public sealed record SideBySideDiffRow(DiffLine? Old, DiffLine? New)
{
    /// <summary>
    /// Pairs the old and new lines of a file. Each unchanged line is paired with itself. Removed lines are paired with the added lines that
    /// follow them.
    /// </summary>
    public static IEnumerable<SideBySideDiffRow> Of(IReadOnlyList<DiffLine> lines)
    {
        for (var at = 0; at < lines.Count; )
        {
            if (lines[at].Look is not ("removed" or "added"))
            {
                yield return new SideBySideDiffRow(lines[at], lines[at]);
                at++;
                continue;
            }
            var removed = lines.Skip(at).TakeWhile(line => line.Look == "removed").ToList();
            var added = lines.Skip(at + removed.Count).TakeWhile(line => line.Look == "added").ToList();
            for (var row = 0; row < Math.Max(removed.Count, added.Count); row++)
            {
                yield return new SideBySideDiffRow(removed.ElementAtOrDefault(row), added.ElementAtOrDefault(row));
            }
            at += removed.Count + added.Count;
        }
    }
}
