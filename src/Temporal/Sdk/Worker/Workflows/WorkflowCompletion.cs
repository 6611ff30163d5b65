using Temporalio.Api.Enums.V1;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Temporalio.Worker.Workflows;

/// <summary>How a run ends, and what becomes of exceptions of its code: the run's failure, or that of the workflow task.</summary>
internal sealed class WorkflowCompletion(WorkflowInstance instance, IReadOnlyCollection<Type> failureTypes)
{
    private PendingCommand? _command;

    /// <summary>Whether the command that closes the run is moved to the end of its task.</summary>
    public bool ClosesLast { get; set; } = true;

    /// <summary>Whether the run has ended.</summary>
    public bool Completed => _command is not null;

    /// <summary>What the workflow task must fail with; null for nothing.</summary>
    public Exception? TaskFailure { get; private set; }

    /// <summary>Ends a workflow task.</summary>
    /// <returns>The commands to send; the one that closes the run is the last.</returns>
    public List<PendingCommand> EndTask()
    {
        if (_command is { Sent: false } && !instance.Commands.Log.Closed)
        {
            instance.Commands.Log.Add(_command);
        }

        return instance.Commands.Log.Flush();
    }

    /// <summary>Lets the exception of a strand decide what becomes of the run or of the task.</summary>
    public void EndStrandWith(Exception exception)
    {
        if (exception is ContinueAsNewException next)
        {
            Complete(WorkflowOutbound.ContinueAsNew(instance, next));
        }
        else if (instance.CancellationToken.IsCancellationRequested && TemporalException.IsCanceledException(exception))
        {
            Complete(WorkflowCommands.Of(CommandType.CancelWorkflowExecution, c => c.CancelWorkflowExecutionCommandAttributes = new()));
        }
        else if (IsFailure(exception))
        {
            var failure = ToFailure(exception);
            Complete(
                WorkflowCommands.Of(
                    CommandType.FailWorkflowExecution,
                    c => c.FailWorkflowExecutionCommandAttributes = new() { Failure = failure }
                )
            );
        }
        else
        {
            FailTask(exception);
        }
    }

    /// <summary>Whether an exception fails the workflow (or the update) and not the task.</summary>
    public bool IsFailure(Exception exception) =>
        exception is FailureException or OperationCanceledException
        || failureTypes.Any(t => t.IsInstanceOfType(exception))
        || (instance.DynamicOptions?.FailureExceptionTypes ?? []).Any(t => t.IsInstanceOfType(exception));

    /// <summary>
    /// The failure of an exception. A cancellation that the workflow was not asked for, of a token of its own, is a failure like others.
    /// </summary>
    public Api.Failure.V1.Failure ToFailure(Exception exception) =>
        instance.Converter.FailureConverter.ToFailure(
            exception is OperationCanceledException && instance.CancellationToken.IsCancellationRequested
                ? new CanceledFailureException(exception.Message, exception)
                : exception,
            instance.Converter.PayloadConverter
        );

    /// <summary>The workflow task must fail with this, if there is no reason yet.</summary>
    public void FailTask(Exception exception) => TaskFailure ??= exception;

    /// <summary>The run ends with a command, unless it has ended.</summary>
    public void Complete(Api.Command.V1.Command command)
    {
        if (_command is null)
        {
            _command = new(command);
            if (!ClosesLast)
            {
                instance.Commands.Log.Close(_command);
            }

            // A workflow that fails has told why nobody gets an answer.
            if (command.CommandType != CommandType.FailWorkflowExecution)
            {
                WarnOfUnfinishedHandlers();
            }
        }
    }

    private void WarnOfUnfinishedHandlers()
    {
        if (instance.IsReplaying)
        {
            return;
        }

        var unfinished = instance.RunningHandlers.Unfinished();
        if (unfinished.Count > 0)
        {
            Log.UnfinishedHandlers(instance.Logger, instance.Info.WorkflowId, string.Join(", ", unfinished));
        }
    }
}
