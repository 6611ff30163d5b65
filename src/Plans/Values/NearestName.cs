namespace Orchestrator.Plans;

/// <summary>Finds the name that a user most likely meant.</summary>
public static class NearestName
{
    private const int LongestCompared = 64;

    /// <summary>
    /// Returns the known name that differs from <paramref name="given"/> by the fewest typing mistakes, ignoring case, or null if no name
    /// is similar enough.
    /// </summary>
    public static string? Of(string given, IEnumerable<string> known)
    {
        if (given.Length is 0 or > LongestCompared)
        {
            return null;
        }

        // At most a third of the letters may differ, because a name with more differences is another word. Names of one or two letters may
        // differ only in case.
        var best = (given.Length < 3 ? 0 : Math.Max(1, given.Length / 3)) + 1;
        string? nearest = null;
        foreach (var name in known)
        {
            if (name.Length > LongestCompared || Math.Abs(name.Length - given.Length) >= best)
            {
                continue;
            }
            var distance = Distance(given, name);
            if (distance < best)
            {
                best = distance;
                nearest = name;
            }
        }
        return nearest;
    }

    // Damerau-Levenshtein distance with swaps of adjacent letters (optimal string alignment), ignoring case.
    private static int Distance(string a, string b)
    {
        Span<int> beforeLast = stackalloc int[b.Length + 1];
        Span<int> last = stackalloc int[b.Length + 1];
        Span<int> row = stackalloc int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            last[j] = j;
        }
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = Same(a[i - 1], b[j - 1]) ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1] + 1, last[j] + 1), last[j - 1] + cost);
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                {
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
                }
            }
            var free = beforeLast;
            beforeLast = last;
            last = row;
            row = free;
        }
        return last[b.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
