namespace Orchestrator.Plans;

/// <summary>Checks whether two patterns with wildcards of any length overlap; for characters of a name and for parts of a path.</summary>
internal static class Intersection
{
    /// <summary>Finds the reachable pairs of positions by reading the same text: a table of the two lengths, so its cost is their
    /// product.</summary>
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
