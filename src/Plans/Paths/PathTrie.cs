namespace Orchestrator.Plans;

/// <summary>Patterns of many owners as a tree of their parts, so that overlaps are found without comparing each with each.</summary>
internal sealed class PathTrie
{
    private int _count;

    public PathTrie() => Root = NewNode(loops: false);

    public Node Root { get; }

    /// <summary>Adds a pattern.</summary>
    public void Add(int owner, PathPattern pattern)
    {
        bool isAlternative = pattern.Alternatives.Count > 1;
        foreach (PathSegment[] segments in pattern.Alternatives)
        {
            Node node = Root;
            foreach (PathSegment segment in segments)
            {
                node = Child(node, segment);
            }

            node.Entries ??= [];
            node.Entries.Add(new Entry(owner, pattern.Text, pattern.IsLiteral, isAlternative));
            node.IsFolder |= PathPattern.IsFullyLiteral(segments);
        }
    }

    private Node Child(Node node, PathSegment segment)
    {
        if (segment.IsAnyDepth)
        {
            return node.AnyDepth ??= NewNode(loops: true);
        }

        Dictionary<string, (PathSegment Segment, Node Node)> edges = segment.IsLiteral ? node.Literals ??= [] : node.Wildcards ??= [];
        if (!edges.TryGetValue(segment.Raw, out (PathSegment Segment, Node Node) edge))
        {
            edge = (segment, NewNode(loops: false));
            edges.Add(segment.Raw, edge);
        }

        return edge.Node;
    }

    private Node NewNode(bool loops) => new(_count++, loops);

    /// <summary>A pattern that ends at a node.</summary>
    /// <param name="Owner">Who listed it.</param>
    /// <param name="Text">The pattern.</param>
    /// <param name="IsLiteral">It has no wildcards.</param>
    /// <param name="IsAlternative">It ends at several nodes, because of braces.</param>
    internal readonly record struct Entry(int Owner, string Text, bool IsLiteral, bool IsAlternative);

    /// <summary>What is known of a path after some of its parts.</summary>
    internal sealed class Node(int id, bool loops)
    {
        private (PathSegment Segment, Node Node)[]? _wildcardList;
        private AffixIndex? _wildcardIndex;
        private (PathSegment Segment, Node Node)[]? _literalList;
        private AffixIndex? _literalIndex;

        public int Id { get; } = id;

        /// <summary>Reached by <c>**</c>: any further part leads here again.</summary>
        public bool Loops { get; } = loops;

        public Dictionary<string, (PathSegment Segment, Node Node)>? Literals { get; set; }

        public Dictionary<string, (PathSegment Segment, Node Node)>? Wildcards { get; set; }

        public Node? AnyDepth { get; set; }

        public List<Entry>? Entries { get; set; }

        /// <summary>A path without wildcards ends here; it also stands for everything below.</summary>
        public bool IsFolder { get; set; }

        /// <summary>Nothing goes on from here.</summary>
        public bool IsLeaf => Literals is null && Wildcards is null && AnyDepth is null && !Loops;

        public IEnumerable<Node> Children => (Literals?.Values.Select(e => e.Node) ?? []).Concat(Wildcards?.Values.Select(e => e.Node) ?? []);

        /// <summary>The children by wildcard whose part overlaps with the given one.</summary>
        public IEnumerable<Node> WildcardsThatMeet(PathSegment segment)
        {
            if (Wildcards is null)
            {
                return [];
            }

            _wildcardList ??= [.. Wildcards.Values];
            return Meet(_wildcardList, ref _wildcardIndex, segment);
        }

        /// <summary>The literal children whose part is matched by the given wildcard.</summary>
        public IEnumerable<Node> LiteralsThatMeet(PathSegment wildcard)
        {
            if (Literals is null)
            {
                return [];
            }

            _literalList ??= [.. Literals.Values];
            return Meet(_literalList, ref _literalIndex, wildcard);
        }

        private static IEnumerable<Node> Meet((PathSegment Segment, Node Node)[] edges, ref AffixIndex? index, PathSegment segment)
        {
            const int worthAnIndex = 16;
            if (edges.Length < worthAnIndex)
            {
                return edges.Where(e => e.Segment.Overlaps(segment)).Select(e => e.Node);
            }

            index ??= new AffixIndex([.. edges.Select(e => e.Segment)]);
            return index.Candidates(segment).Where(i => edges[i].Segment.Overlaps(segment)).Select(i => edges[i].Node);
        }
    }
}
