namespace Orchestrator.Plans;

/// <summary>
/// Checks for an overlap between two patterns whose wildcards can match any number of elements. The elements are the characters of a name
/// or the segments of a path.
/// </summary>
internal static class PatternIntersection
{
    /// <summary>
    /// True if some text matches both patterns. Fills a table of the pairs of positions that a common text can reach, so the cost is
    /// proportional to the product of both lengths.
    /// </summary>
    public static bool Exists<T>(T[] a, T[] b, Func<T, bool> isAnyLength, Func<T, T, bool> meets)
    {
        var width = b.Length + 1;
        var reach = new bool[(a.Length + 1) * width];
        reach[0] = true;
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (!reach[(i * width) + j])
                {
                    continue;
                }
                var moreA = i < a.Length;
                var moreB = j < b.Length;
                var anyA = moreA && isAnyLength(a[i]);
                var anyB = moreB && isAnyLength(b[j]);
                if (anyA || (anyB && moreA))
                {
                    reach[((i + 1) * width) + j] = true;
                }
                if (anyB || (anyA && moreB))
                {
                    reach[(i * width) + j + 1] = true;
                }
                if (!anyA && !anyB && moreA && moreB && meets(a[i], b[j]))
                {
                    reach[((i + 1) * width) + j + 1] = true;
                }
            }
        }
        return reach[^1];
    }
}
