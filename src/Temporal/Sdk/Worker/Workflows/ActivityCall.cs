using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Converters;
using Temporalio.Workflows;

namespace Temporalio.Worker.Workflows;

/// <summary>An activity that the workflow waits for.</summary>
internal abstract class ActivityCall(
    WorkflowCommands commands,
    ScheduleActivityTaskCommandAttributes attributes,
    ActivityCancellationType cancellationType
) : CancellableCall
{
    private bool _cancelRequested;
    private bool _resolvedInHistory;
    private bool _closed;

    /// <summary>What it was scheduled with.</summary>
    public ScheduleActivityTaskCommandAttributes Attributes => attributes;

    /// <summary>The command that schedules it; set once, when it is issued.</summary>
    public PendingCommand Start { get; set; } = null!;

    /// <summary>The event that history has for the command.</summary>
    public long ScheduledEventId { get; set; }

    public override void Cancel()
    {
        if (_closed || _cancelRequested || _resolvedInHistory)
        {
            return;
        }

        _cancelRequested = true;
        if (Start.TryWithdraw() || cancellationType == ActivityCancellationType.Abandon)
        {
            commands.FollowUp(CloseAsCancelled);
            return;
        }

        commands.Issue(
            new(
                new Command
                {
                    CommandType = CommandType.RequestCancelActivityTask,
                    RequestCancelActivityTaskCommandAttributes = new() { ScheduledEventId = ScheduledEventId },
                }
            )
        );
        if (cancellationType == ActivityCancellationType.TryCancel)
        {
            commands.FollowUp(CloseAsCancelled);
        }
    }

    /// <summary>History has its result.</summary>
    public Action Completed(Payloads? result)
    {
        _resolvedInHistory = true;
        return () => Close(() => SetResult(result));
    }

    /// <summary>History has its failure, time-out or cancellation.</summary>
    public Action Failed(Failure? cause, RetryState retryState, long startedEventId, string identity)
    {
        _resolvedInHistory = true;
        var message = cause?.FailureInfoCase switch
        {
            Api.Failure.V1.Failure.FailureInfoOneofCase.CanceledFailureInfo => "Activity cancelled",
            Api.Failure.V1.Failure.FailureInfoOneofCase.TimeoutFailureInfo => "Activity task timed out",
            _ => "Activity task failed",
        };
        return () => Close(() => SetFailure(FailureOf(message, cause, retryState, startedEventId, identity)));
    }

    protected abstract void SetResult(Payloads? result);

    protected abstract void SetFailure(Failure failure);

    private void CloseAsCancelled() =>
        Close(() =>
            SetFailure(
                FailureOf(
                    "Activity cancelled",
                    new() { Message = "Activity cancelled", CanceledFailureInfo = new() },
                    RetryState.CancelRequested,
                    startedEventId: 0,
                    identity: string.Empty
                )
            )
        );

    private void Close(Action settle)
    {
        if (!_closed)
        {
            _closed = true;
            Registration.Dispose();
            settle();
        }
    }

    private Failure FailureOf(string message, Failure? cause, RetryState retryState, long startedEventId, string identity) =>
        new()
        {
            Message = message,
            Cause = cause,
            ActivityFailureInfo = new()
            {
                ActivityId = attributes.ActivityId,
                ActivityType = attributes.ActivityType,
                ScheduledEventId = ScheduledEventId,
                StartedEventId = startedEventId,
                Identity = identity,
                RetryState = retryState,
            },
        };
}

/// <summary>An activity with a result of a known type.</summary>
internal sealed class ActivityCall<TResult>(
    WorkflowCommands commands,
    ScheduleActivityTaskCommandAttributes attributes,
    ActivityCancellationType cancellationType,
    DataConverter converter
) : ActivityCall(commands, attributes, cancellationType)
{
    private readonly TaskCompletionSource<TResult> _source = new();

    public Task<TResult> Task => _source.Task;

    protected override void SetResult(Payloads? result) => Results.Set(_source, result, converter.PayloadConverter);

    protected override void SetFailure(Failure failure) =>
        _source.SetException(converter.FailureConverter.ToException(failure, converter.PayloadConverter));
}
