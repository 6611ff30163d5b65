namespace Orchestrator.Plans;

/// <summary>Reports each pair of overlapping patterns once.</summary>
/// <param name="isSelf">True if both sides are the same tree.</param>
/// <param name="found">Called for each pair. Returns true to continue, false to stop.</param>
/// <param name="isSettled">Called for all equal patterns in one tree. Returns true to skip their pairs.</param>
internal sealed class PathPatternOverlapReporter(
    bool isSelf,
    Func<PathTrie.OwnedPathPattern, PathTrie.OwnedPathPattern, bool> found,
    Func<IReadOnlyList<PathTrie.OwnedPathPattern>, bool>? isSettled
)
{
    private readonly HashSet<(string, int, string, int)> _alternatives = [];

    /// <summary>True if the callback has ended the search.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Reports that the patterns that end at these two nodes overlap.</summary>
    public void Add(PathTrie.PathTrieNode left, PathTrie.PathTrieNode right)
    {
        if (left.Entries is null || right.Entries is null)
        {
            return;
        }
        var isOneNode = isSelf && ReferenceEquals(left, right);
        if (isOneNode && (left.Entries.Count == 1 || isSettled?.Invoke(left.Entries) == true))
        {
            return;
        }
        for (var i = 0; i < left.Entries.Count && !Stopped; i++)
        {
            for (var j = isOneNode ? i + 1 : 0; j < right.Entries.Count && !Stopped; j++)
            {
                Add(left.Entries[i], right.Entries[j]);
            }
        }
    }

    private void Add(PathTrie.OwnedPathPattern left, PathTrie.OwnedPathPattern right)
    {
        if (left.Owner == right.Owner && isSelf)
        {
            return;
        }

        // A pattern with braces ends at several nodes, so the same pair may be found repeatedly.
        var mayRepeat = left.IsAlternative || right.IsAlternative;
        if (
            mayRepeat
            && !_alternatives.Add(
                isSelf && left.Owner > right.Owner
                    ? (right.Text, right.Owner, left.Text, left.Owner)
                    : (left.Text, left.Owner, right.Text, right.Owner)
            )
        )
        {
            return;
        }
        Stopped = !found(left, right);
    }
}
