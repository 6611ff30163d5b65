namespace Orchestrator.Temporal.Sdk.Tests.Scripts;

/// <summary>
/// A scope of cancellation in the tree of a script. Cancelling one cancels what is below it, in the order in which it was begun.
/// </summary>
internal sealed class ScriptScope
{
    private readonly CancellationTokenSource _source = new();
    private readonly LinkedList<ScriptScope> _children = new();
    private readonly ScriptScope? _parent;
    private readonly bool _cancellable;
    private LinkedListNode<ScriptScope>? _node;

    public ScriptScope(ScriptScope? parent, bool cancellable = true)
    {
        (_parent, _cancellable) = (parent, cancellable);
        _node = parent?._children.AddLast(this);
        if (cancellable && parent?._source.IsCancellationRequested == true)
        {
            _source.Cancel();
        }
    }

    public CancellationToken Token => _source.Token;

    public void Cancel()
    {
        if (_source.IsCancellationRequested)
        {
            return;
        }

        _source.Cancel();
        foreach (var child in _children.ToList())
        {
            if (child._cancellable)
            {
                child.Cancel();
            }
        }
    }

    /// <summary>Nothing in it is left to cancel.</summary>
    public void Leave()
    {
        if (_node is not null)
        {
            _parent!._children.Remove(_node);
            _node = null;
        }
    }
}
