using Temporalio.Exceptions;

namespace Temporalio.Worker.Workflows;

/// <summary>A signal to, or cancellation of, another workflow that waits for delivery.</summary>
internal sealed class ExternalCall(WorkflowCommands commands, string what) : CancellableCall
{
    private readonly TaskCompletionSource _source = new();
    private bool _closed;

    /// <summary>The command; set once, when it is issued.</summary>
    public PendingCommand Start { get; set; } = null!;

    public Task Task => _source.Task;

    /// <summary>Takes it back if it is not sent; what is sent is waited for.</summary>
    public override void Cancel()
    {
        if (!_closed && Start.TryWithdraw())
        {
            commands.FollowUp(() => Close(new CanceledFailureException($"{what} was cancelled before it was sent")));
        }
    }

    public Action Delivered() => () => Close(failure: null);

    public Action Failed(string message) =>
        () => Close(new ApplicationFailureException(message, errorType: "ExternalWorkflowExecutionNotFound"));

    private void Close(Exception? failure)
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        Registration.Dispose();
        if (failure is null)
        {
            _source.SetResult();
        }
        else
        {
            _source.SetException(failure);
        }
    }
}
