namespace Orchestrator.Plans;

/// <summary>
/// Outgoing edges of a node in the pattern tree. Most nodes have only one or two edges, which are searched without an index.
/// </summary>
internal sealed class PathTrieEdgeList
{
    private const int WorthAnIndex = 8;
    private readonly List<PathTrieEdge> _edges = new(1);
    private Dictionary<string, int>? _index;
    private GlobPrefixSuffixIndex? _affixes;

    public int Count => _edges.Count;

    public PathTrieEdge this[int position] => _edges[position];

    /// <summary>Returns the child node for a path part, or null if there is none.</summary>
    public PathTrie.PathTrieNode? Find(string part)
    {
        if (_index is not null)
        {
            return _index.TryGetValue(part, out var position) ? _edges[position].Node : null;
        }
        foreach (var edge in _edges)
        {
            if (string.Equals(edge.Segment.Raw, part, StringComparison.Ordinal))
            {
                return edge.Node;
            }
        }
        return null;
    }

    public void Add(GlobPathSegment segment, PathTrie.PathTrieNode node)
    {
        _edges.Add(new PathTrieEdge(segment, node));
        if (_edges.Count == WorthAnIndex)
        {
            _index = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var i = 0; i < _edges.Count; i++)
            {
                _index.Add(_edges[i].Segment.Raw, i);
            }
        }
        else
        {
            _index?.Add(segment.Raw, _edges.Count - 1);
        }
    }

    /// <summary>Returns the child nodes whose parts overlap with the given part. All edges must be added before the first call.</summary>
    public IEnumerable<PathTrie.PathTrieNode> OverlappingChildren(GlobPathSegment segment)
    {
        const int worthAffixes = 16;
        if (_edges.Count < worthAffixes)
        {
            return _edges.Where(e => e.Segment.Overlaps(segment)).Select(e => e.Node);
        }
        _affixes ??= new GlobPrefixSuffixIndex([.. _edges.Select(e => e.Segment)]);
        return _affixes.Candidates(segment).Where(i => _edges[i].Segment.Overlaps(segment)).Select(i => _edges[i].Node);
    }

    /// <summary>A path part and the child node that it leads to.</summary>
    internal readonly record struct PathTrieEdge(GlobPathSegment Segment, PathTrie.PathTrieNode Node);
}
