namespace Temporalio.Worker.Workflows;

/// <summary>A strand that waits until something is true.</summary>
internal sealed class Condition
{
    private readonly LinkedListNode<Condition> _node;
    private readonly Func<bool> _check;
    private readonly TaskCompletionSource<bool> _source = new();

    public Condition(LinkedList<Condition> conditions, Func<bool> check)
    {
        _check = check;
        _node = conditions.AddLast(this);
    }

    public Task<bool> Task => _source.Task;

    /// <summary>Timer that ends the wait.</summary>
    public TimerCall? Timer { get; set; }

    /// <summary>Token that ends the wait.</summary>
    public CancellationTokenRegistration Registration { get; set; }

    /// <summary>Asks, and ends the wait if the answer is yes. What the check throws is no answer and fails the task.</summary>
    public bool TryFinish()
    {
        if (!_check())
        {
            return false;
        }

        Finish(result: true);
        return true;
    }

    public void Finish(bool result)
    {
        Leave();
        _source.TrySetResult(result);
    }

    public void Cancel(CancellationToken token)
    {
        Leave();
        _source.TrySetCanceled(token);
    }

    private void Leave()
    {
        _node.List?.Remove(_node);
        Timer?.Cancel();
        Registration.Dispose();
    }
}
