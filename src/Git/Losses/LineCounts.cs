namespace Orchestrator.Git.Losses;

/// <summary>Counts lines by their numbers in the table of lines.</summary>
internal static class LineCounts
{
    /// <summary>Counts each line of a version of a file.</summary>
    public static Dictionary<int, int> Of(FileVersion? version)
    {
        var counts = new Dictionary<int, int>();
        Add(counts, MergedFile.LinesOf(version));
        return counts;
    }

    /// <summary>Counts lines.</summary>
    public static void Add(Dictionary<int, int> counts, ReadOnlySpan<int> lines)
    {
        foreach (var line in lines)
        {
            counts[line] = counts.GetValueOrDefault(line) + 1;
        }
    }

    /// <summary>Adds a hunk by line.</summary>
    public static void Add(Dictionary<int, List<TrackedHunk>> counts, int[] lines, TrackedHunk hunk)
    {
        foreach (var line in lines)
        {
            (counts.TryGetValue(line, out var hunks) ? hunks : counts[line] = []).Add(hunk);
        }
    }
}
