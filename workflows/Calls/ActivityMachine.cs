using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Workflows.Calls;

/// <summary>A workflow whose activities may be done on another machine from some moment on.</summary>
internal interface IHasMachine
{
    /// <summary>The machine that does its activities.</summary>
    ActivityMachine Machine { get; }
}

/// <summary>The machine that does the activities of a workflow: the one that their options name, until its run is moved to another
/// one.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A source without a timer holds nothing, and it lives as long as its workflow.")]
internal sealed class ActivityMachine
{
    private string? _queue;
    private CancellationTokenSource _move = new();

    /// <summary>Cancelled when the run is moved: what is under way on the machine before is not waited for.</summary>
    public CancellationToken Moved => _move.Token;

    /// <summary>The queue of an activity now.</summary>
    /// <param name="asked">The one that its options name.</param>
    public string QueueOf(string asked) => _queue is null || asked == QueueNames.Workflows ? asked : _queue;

    /// <summary>The activities are done on another machine from now on.</summary>
    /// <param name="queue">Its queue of the repository.</param>
    public void MoveTo(string queue)
    {
        if (queue == _queue)
        {
            return;
        }
        _queue = queue;
        var moved = _move;
        _move = new CancellationTokenSource();
        moved.Cancel();
    }
}
