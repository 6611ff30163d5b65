using System.Runtime.InteropServices;

namespace Orchestrator.Git.Losses;

/// <summary>A range of lines in the old version of a file and the range in the new version that replaces it.</summary>
/// <param name="OldStart">First removed line, counted from 0.</param>
/// <param name="OldCount">Number of removed lines.</param>
/// <param name="NewStart">First added line, counted from 0.</param>
/// <param name="NewCount">Number of added lines.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LineChange(int OldStart, int OldCount, int NewStart, int NewCount);

/// <summary>
/// Computes the differences between two versions of a file with Myers' algorithm on numbered lines. Does not call git, because thousands of
/// pairs of versions may have to be compared. Has no side effects.
/// </summary>
internal static class LineDiff
{
    // For larger edits, only lines that are unique in both versions are matched. The result is then coarser but still correct.
    private const int MostEdits = 1_500;

    /// <summary>Returns the changes from the old to the new version, in order.</summary>
    public static IReadOnlyList<LineChange> Between(ReadOnlySpan<int> old, ReadOnlySpan<int> now)
    {
        var start = old.CommonPrefixLength(now);
        var end = 0;
        while (end < old.Length - start && end < now.Length - start && old[^(end + 1)] == now[^(end + 1)])
        {
            end++;
        }
        var a = old[start..^end];
        var b = now[start..^end];
        var (keptOld, keptNew) = (new bool[a.Length], new bool[b.Length]);
        Match(a, b, keptOld, keptNew);
        return Changes(keptOld, keptNew, start);
    }

    private static void Match(ReadOnlySpan<int> a, ReadOnlySpan<int> b, bool[] keptOld, bool[] keptNew)
    {
        // Lines that occur on only one side can't match. Dropping them removes most of the work for rewritten files.
        var (inOld, inNew) = (new HashSet<int>(a.Length), new HashSet<int>(b.Length));
        inOld.UnionWith(a.ToArray());
        inNew.UnionWith(b.ToArray());
        var (oldAt, newAt) = (Places(a, inNew), Places(b, inOld));
        var (x, y) = (new int[oldAt.Length], new int[newAt.Length]);
        for (var i = 0; i < x.Length; i++)
        {
            x[i] = a[oldAt[i]];
        }
        for (var i = 0; i < y.Length; i++)
        {
            y[i] = b[newAt[i]];
        }
        foreach (var (from, to) in Shortest(x, y) ?? ByLinesThatAreThereOnce(x, y))
        {
            keptOld[oldAt[from]] = true;
            keptNew[newAt[to]] = true;
        }
    }

    private static int[] Places(ReadOnlySpan<int> lines, HashSet<int> others)
    {
        var places = new List<int>(lines.Length);
        for (var i = 0; i < lines.Length; i++)
        {
            if (others.Contains(lines[i]))
            {
                places.Add(i);
            }
        }
        return [.. places];
    }

    /// <summary>Returns the pairs of lines that a shortest edit script keeps, or null if the script would be too long.</summary>
    private static List<(int Old, int New)>? Shortest(int[] a, int[] b)
    {
        var most = Math.Min(a.Length + b.Length, MostEdits);
        var middle = most + 1;
        var reach = new int[(2 * middle) + 1];
        var rounds = new List<int[]>();
        for (var edits = 0; edits <= most; edits++)
        {
            for (var k = -edits; k <= edits; k += 2)
            {
                var isDown = k == -edits || (k != edits && reach[middle + k - 1] < reach[middle + k + 1]);
                var x = isDown ? reach[middle + k + 1] : reach[middle + k - 1] + 1;
                while (x < a.Length && x - k < b.Length && a[x] == b[x - k])
                {
                    x++;
                }
                reach[middle + k] = x;
                if (x >= a.Length && x - k >= b.Length)
                {
                    return Backwards(a.Length, b.Length, edits, rounds);
                }
            }
            rounds.Add(reach[(middle - edits)..(middle + edits + 1)]);
        }
        return null;
    }

    private static List<(int Old, int New)> Backwards(int x, int y, int edits, List<int[]> rounds)
    {
        var pairs = new List<(int, int)>();
        for (; edits > 0; edits--)
        {
            var before = rounds[edits - 1];
            var k = x - y;
            var isDown = k == -edits || (k != edits && before[k - 1 + edits - 1] < before[k + 1 + edits - 1]);
            var from = isDown ? k + 1 : k - 1;
            var fromX = before[from + edits - 1];
            var fromY = fromX - from;
            while (x > fromX && y > fromY)
            {
                pairs.Add((--x, --y));
            }
            (x, y) = (fromX, fromY);
        }
        while (x > 0 && y > 0)
        {
            pairs.Add((--x, --y));
        }
        return pairs;
    }

    /// <summary>Returns the longest common subsequence of the lines that occur exactly once in each version.</summary>
    private static List<(int Old, int New)> ByLinesThatAreThereOnce(int[] a, int[] b)
    {
        var (oldAt, newAt) = (Once(a), Once(b));
        var pairs = oldAt.Where(pair => newAt.ContainsKey(pair.Key)).Select(pair => (Old: pair.Value, New: newAt[pair.Key])).ToList();
        pairs.Sort();
        var (tails, before) = (new List<int>(), new int[pairs.Count]);
        for (var i = 0; i < pairs.Count; i++)
        {
            var at = i;
            // A linear search suffices, because few lines are unique in large edits.
            var place = tails.FindIndex(tail => pairs[tail].New >= pairs[at].New);
            before[i] =
                place < 0 ? tails.LastOrDefault(-1)
                : place == 0 ? -1
                : tails[place - 1];
            if (place < 0)
            {
                tails.Add(i);
            }
            else
            {
                tails[place] = i;
            }
        }
        var longest = new List<(int, int)>();
        for (var at = tails.LastOrDefault(-1); at >= 0; at = before[at])
        {
            longest.Add(pairs[at]);
        }
        return longest;
    }

    private static Dictionary<int, int> Once(int[] lines)
    {
        var at = new Dictionary<int, int>();
        for (var i = 0; i < lines.Length; i++)
        {
            at[lines[i]] = at.ContainsKey(lines[i]) ? -1 : i;
        }
        return at.Where(pair => pair.Value >= 0).ToDictionary(pair => pair.Key, pair => pair.Value);
    }

    private static List<LineChange> Changes(bool[] keptOld, bool[] keptNew, int start)
    {
        var changes = new List<LineChange>();
        for (int i = 0, j = 0; i < keptOld.Length || j < keptNew.Length; )
        {
            var (from, to) = (i, j);
            while (i < keptOld.Length && !keptOld[i])
            {
                i++;
            }
            while (j < keptNew.Length && !keptNew[j])
            {
                j++;
            }
            if (i > from || j > to)
            {
                changes.Add(new LineChange(start + from, i - from, start + to, j - to));
            }
            (i, j) = (i + 1, j + 1);
        }
        return changes;
    }
}
