namespace Orchestrator.Gates.Runners;

/// <summary>
/// Recognizes TAP test points that summarize nested points. Such a point either follows its nested points, which are indented, or opens a
/// block of nested points with a brace.
/// </summary>
internal sealed class TapPointNesting
{
    private const int MostBlocks = 100;

    private readonly Stack<int> _blocks = [];
    private int _previous;

    /// <summary>Processes the next point. Returns true if the point has no nested points.</summary>
    /// <param name="indent">Number of spaces before the point.</param>
    /// <param name="opens">True if the point opens a block.</param>
    public bool IsLeaf(int indent, bool opens)
    {
        var isLeaf = !opens && indent >= _previous;
        while (_blocks.TryPeek(out var block) && indent <= block)
        {
            // The deeper points before this one belong to a block that has ended.
            isLeaf = !opens;
            _ = _blocks.Pop();
        }
        if (opens && _blocks.Count < MostBlocks)
        {
            _blocks.Push(indent);
        }
        _previous = indent;
        return isLeaf;
    }
}
