namespace Orchestrator.Git.Losses;

/// <summary>Counts the occurrences of each line, keyed by the line's number in <see cref="LineIdTable"/>.</summary>
internal static class LineCounts
{
    /// <summary>Counts each line in a version of a file.</summary>
    public static Dictionary<int, int> Of(GitFileVersion? version)
    {
        var counts = new Dictionary<int, int>();
        Add(counts, MergedFileVersions.LinesOf(version));
        return counts;
    }

    /// <summary>Adds lines to counts that are keyed by the lines' numbers in <c>LineIdTable</c>.</summary>
    public static void Add(Dictionary<int, int> counts, ReadOnlySpan<int> lines)
    {
        foreach (var line in lines)
        {
            counts[line] = counts.GetValueOrDefault(line) + 1;
        }
    }

    /// <summary>Adds a hunk to the hunks that are listed for each of its lines.</summary>
    public static void Add(Dictionary<int, List<TrackedTaskHunk>> counts, int[] lines, TrackedTaskHunk hunk)
    {
        foreach (var line in lines)
        {
            (counts.TryGetValue(line, out var hunks) ? hunks : counts[line] = []).Add(hunk);
        }
    }
}
