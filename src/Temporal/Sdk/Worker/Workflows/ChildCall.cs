using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Temporalio.Worker.Workflows;

/// <summary>A child workflow: its start, then its result.</summary>
internal sealed class ChildCall(
    WorkflowCommands commands,
    StartChildWorkflowExecutionCommandAttributes attributes,
    ChildWorkflowCancellationType cancellationType,
    DataConverter converter
) : CancellableCall
{
    private readonly List<Action> _waiters = [];
    private Action<ChildCall>? _started;
    private Action<Exception>? _notStarted;
    private bool _cancelRequested;
    private bool _resolvedInHistory;
    private bool _closed;
    private Payloads? _result;
    private Exception? _failure;

    /// <summary>Where the code started it, for the trace of what the workflow waits for.</summary>
    public StackTraces.Place? Trace { get; init; }

    /// <summary>The command that starts it; set once, when it is issued.</summary>
    public PendingCommand Start { get; set; } = null!;

    public long InitiatedEventId { get; set; }

    public string Id => attributes.WorkflowId;

    /// <summary>First run of the child; empty before it has started.</summary>
    public string RunId { get; private set; } = string.Empty;

    /// <summary>What happens when the start has succeeded or failed.</summary>
    public void WhenStarted(Action<ChildCall> started, Action<Exception> notStarted) => (_started, _notStarted) = (started, notStarted);

    /// <summary>The child's result, converted.</summary>
    public Task<TResult> ResultAsync<TResult>()
    {
        var source = new TaskCompletionSource<TResult>();
        void Settle()
        {
            if (_failure is not null)
            {
                source.SetException(_failure);
            }
            else
            {
                Results.Set(source, _result, converter.PayloadConverter);
            }
        }

        if (_closed)
        {
            Settle();
        }
        else
        {
            _waiters.Add(Settle);
        }

        return source.Task;
    }

    public override void Cancel()
    {
        if (_closed || _cancelRequested || _resolvedInHistory)
        {
            return;
        }

        _cancelRequested = true;
        if (Start.TryWithdraw() || cancellationType == ChildWorkflowCancellationType.Abandon)
        {
            commands.FollowUp(CloseAsCancelled);
            return;
        }

        commands.Issue(
            new(
                new Command
                {
                    CommandType = CommandType.RequestCancelExternalWorkflowExecution,
                    RequestCancelExternalWorkflowExecutionCommandAttributes = new()
                    {
                        Namespace = attributes.Namespace,
                        WorkflowId = Id,
                        RunId = RunId,
                        ChildWorkflowOnly = true,
                    },
                }
            )
        );
        if (cancellationType == ChildWorkflowCancellationType.TryCancel)
        {
            commands.FollowUp(CloseAsCancelled);
        }
    }

    public Action Started(string runId)
    {
        RunId = runId;
        return () =>
        {
            if (!_closed)
            {
                _started?.Invoke(this);
                _started = null;
                _notStarted = null;
            }
        };
    }

    public Action StartFailed(StartChildWorkflowExecutionFailedCause cause)
    {
        _resolvedInHistory = true;
        Exception failure =
            cause == StartChildWorkflowExecutionFailedCause.WorkflowAlreadyExists
                ? new WorkflowAlreadyStartedException(
                    "Child workflow already started",
                    Id,
                    attributes.WorkflowType.Name,
                    runId: "<unknown>"
                )
                : new ApplicationFailureException(
                    $"Child workflow '{Id}' could not be started: {cause}",
                    errorType: "StartChildWorkflowFailed",
                    nonRetryable: true
                );
        return () => Close(result: null, failure);
    }

    public Action Completed(Payloads? result)
    {
        _resolvedInHistory = true;
        return () => Close(result, failure: null);
    }

    public Action Failed(Failure? cause, RetryState retryState, long startedEventId)
    {
        _resolvedInHistory = true;
        return () => CloseFailed(cause, retryState, startedEventId);
    }

    private void CloseAsCancelled() =>
        CloseFailed(
            new() { Message = "Child workflow cancelled", CanceledFailureInfo = new() },
            RetryState.NonRetryableFailure,
            startedEventId: 0
        );

    private void CloseFailed(Failure? cause, RetryState retryState, long startedEventId)
    {
        var failure = new Failure
        {
            Message = "Child Workflow execution failed",
            Cause = cause,
            ChildWorkflowExecutionFailureInfo = new()
            {
                Namespace = attributes.Namespace,
                WorkflowExecution = new() { WorkflowId = Id, RunId = RunId },
                WorkflowType = attributes.WorkflowType,
                InitiatedEventId = InitiatedEventId,
                StartedEventId = startedEventId,
                RetryState = retryState,
            },
        };
        Close(result: null, converter.FailureConverter.ToException(failure, converter.PayloadConverter));
    }

    private void Close(Payloads? result, Exception? failure)
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        Registration.Dispose();
        (_result, _failure) = (result, failure);
        if (failure is not null)
        {
            _notStarted?.Invoke(failure);
        }

        foreach (var settle in _waiters)
        {
            settle();
        }

        _waiters.Clear();
    }
}
