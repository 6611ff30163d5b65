namespace Orchestrator.Plans;

/// <summary>
/// Tree of the path patterns of many owners, such as tasks, with one level for each path segment. Finds overlapping patterns without
/// comparing all pairs.
/// </summary>
internal sealed class PathTrie
{
    private int _count;

    public PathTrie() => Root = NewNode(loops: false);

    public PathTrieNode Root { get; }

    /// <summary>Adds a pattern of an owner.</summary>
    public void Add(int owner, PathPattern pattern)
    {
        var isAlternative = pattern.Alternatives.Count > 1;
        foreach (var segments in pattern.Alternatives)
        {
            var node = Root;
            foreach (var segment in segments)
            {
                node = Child(node, segment);
            }
            node.Entries ??= new(1);
            node.Entries.Add(new OwnedPathPattern(owner, pattern.Text, pattern.IsLiteral, isAlternative));
            node.IsFolder |= PathPattern.IsFullyLiteral(segments);
        }
    }

    private PathTrieNode Child(PathTrieNode node, GlobPathSegment segment)
    {
        if (segment.IsAnyDepth)
        {
            return node.AnyDepth ??= NewNode(loops: true);
        }
        var edges = segment.IsLiteral ? node.Literals ??= new() : node.Wildcards ??= new();
        if (edges.Find(segment.Raw) is { } known)
        {
            return known;
        }
        var added = NewNode(loops: false);
        edges.Add(segment, added);
        return added;
    }

    private PathTrieNode NewNode(bool loops) => new(_count++, loops);

    /// <summary>Entry for a pattern that ends at a node.</summary>
    /// <param name="Owner">Index of the owner, such as a task.</param>
    /// <param name="Text">Text of the pattern.</param>
    /// <param name="IsLiteral">True if the pattern has no wildcards.</param>
    /// <param name="IsAlternative">True if the pattern ends at several nodes, because it contains braces.</param>
    internal readonly record struct OwnedPathPattern(int Owner, string Text, bool IsLiteral, bool IsAlternative);

    /// <summary>A tree node that stands for all paths that match the segments from the root to this node.</summary>
    internal sealed class PathTrieNode(int id, bool loops)
    {
        public int Id { get; } = id;

        /// <summary>True if the node is reached by <c>**</c>, so that any further path part leads back to it.</summary>
        public bool Loops { get; } = loops;

        public PathTrieEdgeList? Literals { get; set; }

        public PathTrieEdgeList? Wildcards { get; set; }

        public PathTrieNode? AnyDepth { get; set; }

        public List<OwnedPathPattern>? Entries { get; set; }

        /// <summary>True if a path without wildcards ends at this node. Such a path also matches everything below it.</summary>
        public bool IsFolder { get; set; }

        /// <summary>True if no edge leaves this node.</summary>
        public bool IsLeaf => Literals is null && Wildcards is null && AnyDepth is null && !Loops;

        /// <summary>Child nodes, except the one reached by <c>**</c>.</summary>
        public IEnumerable<PathTrieNode> Children
        {
            get
            {
                for (var i = 0; i < Literals?.Count; i++)
                {
                    yield return Literals[i].Node;
                }
                for (var i = 0; i < Wildcards?.Count; i++)
                {
                    yield return Wildcards[i].Node;
                }
            }
        }
    }
}
