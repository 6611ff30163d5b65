using System.Diagnostics;
using Temporalio.Activities;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Converters;
using Temporalio.Worker.Telemetry;
using Temporalio.Worker.Tuning;
using Temporalio.Worker.Workflows;
using RetryPolicy = Temporalio.Common.RetryPolicy;

namespace Temporalio.Worker.Activities;

/// <summary>Runs attempts of local activities in slots of their own.</summary>
internal sealed class LocalActivityExecutor(
    ActivityRunner runner,
    SlotAhead slots,
    string ns,
    DataConverter dataConverter,
    WorkerStatistics statistics,
    TimeProvider time
) : ILocalActivityExecutor
{
    /// <inheritdoc />
    public async Task<LocalActivityOutcome> ExecuteAsync(LocalActivityAttempt attempt, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var deadline = attempt.ScheduleToCloseTimeout is { } total ? attempt.OriginalScheduleTime + total - now : (TimeSpan?)null;
        var queueLimit = Shorter(attempt.ScheduleToStartTimeout, deadline);
        SlotReservation slot;
        using (var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            using var timer = TimerFor(queueLimit, waiting.Cancel);
            try
            {
                slot = await slots.TakeAsync(waiting.Token);
            }
            catch (OperationCanceledException)
            {
                return cancellationToken.IsCancellationRequested
                    ? Canceled()
                    : TimedOut(
                        deadline is { } closing && closing <= queueLimit ? TimeoutType.ScheduleToClose : TimeoutType.ScheduleToStart
                    );
            }
        }

        slot.MarkUsed(new SlotInfo.LocalActivitySlotInfo(attempt.ActivityType));
        return await RunAsync(attempt, slot, cancellationToken);
    }

    private static TimeSpan? Shorter(TimeSpan? one, TimeSpan? other) =>
        one is { } first && other is { } second ? (first < second ? first : second) : one ?? other;

    private static LocalActivityOutcome Canceled() =>
        new()
        {
            Failure = new() { Message = "Local activity canceled", CanceledFailureInfo = new() },
        };

    private static LocalActivityOutcome TimedOut(TimeoutType type) =>
        new()
        {
            Failure = new()
            {
                Message = "Local activity timed out",
                TimeoutFailureInfo = new() { TimeoutType = type },
            },
        };

    private async Task<LocalActivityOutcome> RunAsync(LocalActivityAttempt task, SlotReservation slot, CancellationToken cancellationToken)
    {
        var started = time.GetUtcNow().UtcDateTime;
        var closing = task.ScheduleToCloseTimeout is { } total ? task.OriginalScheduleTime + total - started : (TimeSpan?)null;
        var limit = Shorter(task.StartToCloseTimeout, closing);
        var attempt = new ActivityAttempt();
        var timedOut = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var timer = TimerFor(
            limit,
            () =>
            {
                attempt.Cancel(ActivityCancelReason.Timeout, new() { IsTimedOut = true });
                timedOut.TrySetResult();
            }
        );
        await using var registration = cancellationToken.Register(() =>
            attempt.Cancel(ActivityCancelReason.CancelRequested, new() { IsCancelRequested = true })
        );
        var info = InfoOf(task, started);
        var run = RunToEndAsync(attempt, slot, info, task);

        // An attempt that does not heed its time-out is left behind; nobody takes its outcome, but it holds its slot until it ends.
        if (await Task.WhenAny(run, timedOut.Task) != run)
        {
            return TimedOut(closing is { } rest && rest <= limit ? TimeoutType.ScheduleToClose : TimeoutType.StartToClose);
        }

        return await run switch
        {
            ActivityOutcome.Completed completed => new() { Result = completed.Result },
            ActivityOutcome.Failed failed => new() { Failure = failed.Failure },
            ActivityOutcome.Canceled canceled => new() { Failure = canceled.Failure },
            ActivityOutcome.Asynchronous => new()
            {
                Failure = new Failure
                {
                    Message = $"Local activity {task.ActivityType} cannot complete asynchronously",
                    ApplicationFailureInfo = new() { Type = "CompleteAsyncNotAllowed", NonRetryable = true },
                },
            },
            _ => throw new UnreachableException(),
        };
    }

    private async Task<ActivityOutcome> RunToEndAsync(
        ActivityAttempt attempt,
        SlotReservation slot,
        ActivityInfo info,
        LocalActivityAttempt task
    )
    {
        using (slot)
        using (attempt)
        {
            var metrics = statistics.Metrics.LocalActivity(info.ActivityType);
            metrics.Begun.Add(1);
            var began = time.GetTimestamp();
            var outcome = await runner.RunAsync(
                attempt,
                info,
                [.. task.Arguments],
                task.Headers.Count == 0 ? null : task.Headers,
                _ => { }
            );
            metrics.Count(outcome, time.GetElapsedTime(began), time.GetUtcNow().UtcDateTime - info.ScheduledTime);
            statistics.LocalActivitySlots.Processed(failed: outcome is ActivityOutcome.Failed);
            return outcome;
        }
    }

    private ActivityInfo InfoOf(LocalActivityAttempt task, DateTime started)
    {
        var context = new ISerializationContext.Activity(
            ns,
            task.ActivityId,
            task.WorkflowId,
            task.WorkflowType,
            task.ActivityType,
            task.TaskQueue,
            IsLocal: true
        );
        return new(
            ActivityId: task.ActivityId,
            ActivityType: task.ActivityType,
            Attempt: task.Attempt,
            CurrentAttemptScheduledTime: task.CurrentAttemptScheduledTime,
            DataConverter: dataConverter.WithSerializationContext(context),
            HeartbeatDetails: [],
            HeartbeatTimeout: null,
            IsLocal: true,
            Namespace: ns,
            Priority: Common.Priority.Default,
            RetryPolicy: RetryPolicy.FromProto(task.RetryPolicy),
            ScheduleToCloseTimeout: task.ScheduleToCloseTimeout,
            ScheduledTime: task.OriginalScheduleTime,
            StartToCloseTimeout: task.StartToCloseTimeout,
            StartedTime: started,
            TaskQueue: task.TaskQueue,
            TaskToken: [],
            WorkflowId: task.WorkflowId,
            WorkflowNamespace: ns,
            WorkflowRunId: task.RunId,
            WorkflowType: task.WorkflowType
        );
    }

    private ITimer? TimerFor(TimeSpan? limit, Action act) =>
        limit is { } span
            ? time.CreateTimer(_ => act(), null, span > TimeSpan.Zero ? span : TimeSpan.Zero, Timeout.InfiniteTimeSpan)
            : null;
}
