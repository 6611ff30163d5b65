namespace Orchestrator.Plans;

/// <summary>
/// Walks two pattern trees in parallel, along the path parts that both accept. Visits each pair of nodes once, and only if some path leads
/// to both nodes. The time depends on the number of patterns and overlaps, and not on the number of pairs.
/// </summary>
internal sealed class PathTrieOverlaps
{
    private readonly PathTrie _left;
    private readonly PathTrie _right;
    private readonly PathPatternOverlapReporter _report;

    // A tuple is used because the hash of a long combines its halves by XOR, which gives 0 for every node paired with itself.
    private readonly HashSet<(int Left, int Right)> _seen = [];
    private readonly Stack<(PathTrie.PathTrieNode Left, PathTrie.PathTrieNode Right)> _open = new();

    private PathTrieOverlaps(PathTrie left, PathTrie right, PathPatternOverlapReporter report)
    {
        _left = left;
        _right = right;
        _report = report;
    }

    private bool IsSelf => ReferenceEquals(_left, _right);

    /// <summary>
    /// Reports each pair of overlapping patterns once. If a tree is compared with itself, the order within a pair does not matter, and
    /// pairs with the same owner are skipped.
    /// </summary>
    /// <param name="left">First tree.</param>
    /// <param name="right">The second tree, which may be the same.</param>
    /// <param name="found">Called for each pair. Returns true to continue, false to stop.</param>
    /// <param name="isSettled">Called for all equal patterns in one tree. Returns true to skip their pairs.</param>
    public static void Find(
        PathTrie left,
        PathTrie right,
        Func<PathTrie.OwnedPathPattern, PathTrie.OwnedPathPattern, bool> found,
        Func<IReadOnlyList<PathTrie.OwnedPathPattern>, bool>? isSettled = null
    )
    {
        var walk = new PathTrieOverlaps(left, right, new PathPatternOverlapReporter(ReferenceEquals(left, right), found, isSettled));
        walk.Folders();
        walk.Open(left.Root, right.Root);
        while (!walk._report.Stopped && walk._open.TryPop(out var pair))
        {
            walk.Visit(pair.Left, pair.Right);
        }
    }

    private void Open(PathTrie.PathTrieNode left, PathTrie.PathTrieNode right)
    {
        // Most paths end at a node that no other pattern reaches.
        if (IsSelf && ReferenceEquals(left, right) && left is { IsLeaf: true, Entries.Count: 1 })
        {
            return;
        }
        if (IsSelf && left.Id > right.Id)
        {
            (left, right) = (right, left);
        }
        if (_seen.Add((left.Id, right.Id)))
        {
            _open.Push((left, right));
        }
    }

    private void Visit(PathTrie.PathTrieNode left, PathTrie.PathTrieNode right)
    {
        _report.Add(left, right);
        if (left.IsLeaf && right.IsLeaf)
        {
            return;
        }

        // ** can match no path part at all.
        if (left.AnyDepth is { } anyLeft)
        {
            Open(anyLeft, right);
        }
        if (right.AnyDepth is { } anyRight)
        {
            Open(left, anyRight);
        }

        // Each side consumes one path part.
        BothLiteral(left, right);
        LiteralAndWildcard(left, right, isSwapped: false);
        LiteralAndWildcard(right, left, isSwapped: true);
        for (var i = 0; right.Wildcards is not null && i < left.Wildcards?.Count; i++)
        {
            (var segment, var next) = left.Wildcards[i];
            foreach (var other in right.Wildcards.OverlappingChildren(segment))
            {
                Open(next, other);
            }
        }
        if (left.Loops)
        {
            foreach (var next in right.Children)
            {
                Open(left, next);
            }
        }
        if (right.Loops)
        {
            foreach (var next in left.Children)
            {
                Open(next, right);
            }
        }
    }

    private void BothLiteral(PathTrie.PathTrieNode left, PathTrie.PathTrieNode right)
    {
        if (left.Literals is null || right.Literals is null)
        {
            return;
        }
        var swap = left.Literals.Count > right.Literals.Count;
        (var few, var many) = swap ? (right.Literals, left.Literals) : (left.Literals, right.Literals);
        for (var i = 0; i < few.Count; i++)
        {
            (var part, var small) = few[i];
            if (many.Find(part.Raw) is { } large)
            {
                Open(swap ? large : small, swap ? small : large);
            }
        }
    }

    private void LiteralAndWildcard(PathTrie.PathTrieNode literals, PathTrie.PathTrieNode wildcards, bool isSwapped)
    {
        if (literals.Literals is null || wildcards.Wildcards is null)
        {
            return;
        }

        // Iterates over the smaller set and searches the larger one.
        var fewLiterals = literals.Literals.Count <= wildcards.Wildcards.Count;
        (var few, var many) = fewLiterals ? (literals.Literals, wildcards.Wildcards) : (wildcards.Wildcards, literals.Literals);
        for (var i = 0; i < few.Count; i++)
        {
            (var segment, var next) = few[i];
            foreach (var other in many.OverlappingChildren(segment))
            {
                var isLeftFirst = fewLiterals != isSwapped;
                Open(isLeftFirst ? next : other, isLeftFirst ? other : next);
            }
        }
    }

    // A path without wildcards also matches everything below it, but only patterns that spell out the way there count as overlaps. "src"
    // overlaps "src/*.py" but not "**/x.py", because otherwise every file would count as a folder.
    private void Folders()
    {
        var open = new Stack<(PathTrie.PathTrieNode Left, PathTrie.PathTrieNode Right)>();
        open.Push((_left.Root, _right.Root));
        while (!_report.Stopped && open.TryPop(out var pair))
        {
            if (pair.Left.IsFolder && !pair.Right.IsLeaf)
            {
                Below(pair.Right, below => _report.Add(pair.Left, below));
            }
            if (pair.Right.IsFolder && !IsSelf && !pair.Left.IsLeaf)
            {
                Below(pair.Left, below => _report.Add(below, pair.Right));
            }
            if (pair.Left.Literals is not { } parts || pair.Right.Literals is not { } others)
            {
                continue;
            }
            for (var i = 0; i < parts.Count; i++)
            {
                (var part, var next) = parts[i];
                if (others.Find(part.Raw) is { } other)
                {
                    open.Push((next, other));
                }
            }
        }
    }

    private void Below(PathTrie.PathTrieNode folder, Action<PathTrie.PathTrieNode> report)
    {
        // The walk already finds "src/**" itself, because ** can match nothing.
        var open = new Stack<PathTrie.PathTrieNode>(folder.Children);
        for (var any = folder.AnyDepth; any is not null; any = any.AnyDepth)
        {
            foreach (var child in any.Children)
            {
                open.Push(child);
            }
        }
        while (!_report.Stopped && open.TryPop(out var node))
        {
            report(node);
            foreach (var child in node.Children)
            {
                open.Push(child);
            }
            if (node.AnyDepth is { } further)
            {
                open.Push(further);
            }
        }
    }
}
