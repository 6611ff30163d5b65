namespace Orchestrator.Git.Losses;

/// <summary>Counts the occurrences of each line, keyed by the number that <see cref="LineIdTable"/> assigns to the line.</summary>
internal static class LineCounts
{
    /// <summary>Counts each line in a version of a file.</summary>
    public static Dictionary<int, int> Of(GitFileVersion? version)
    {
        var counts = new Dictionary<int, int>();
        Add(counts, MergedFileVersions.LinesOf(version));
        return counts;
    }

    /// <summary>
    /// Increments the count of each given line. Counts are keyed by the numbers that <c>LineIdTable</c> assigns to lines.
    /// </summary>
    public static void Add(Dictionary<int, int> counts, ReadOnlySpan<int> lines)
    {
        foreach (var line in lines)
        {
            counts[line] = counts.GetValueOrDefault(line) + 1;
        }
    }

    /// <summary>Adds a hunk to the hunk list of each given line.</summary>
    public static void Add(Dictionary<int, List<WatchedMergedHunk>> counts, int[] lines, WatchedMergedHunk hunk)
    {
        foreach (var line in lines)
        {
            (counts.TryGetValue(line, out var hunks) ? hunks : counts[line] = []).Add(hunk);
        }
    }
}
