using System.Collections.Concurrent;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Temporalio.Activities;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Worker.Telemetry;
using Temporalio.Worker.Tuning;
using Priority = Temporalio.Common.Priority;
using RetryPolicy = Temporalio.Common.RetryPolicy;

namespace Temporalio.Worker.Activities;

/// <summary>Settings of <see cref="ActivityTaskWorker" />.</summary>
internal sealed record ActivityTaskWorkerOptions
{
    public required ActivityRunner Runner { get; init; }

    public required string Namespace { get; init; }

    public required string TaskQueue { get; init; }

    public required string Identity { get; init; }

    public required DataConverter DataConverter { get; init; }

    public required TimeSpan DefaultHeartbeatThrottleInterval { get; init; }

    public required TimeSpan MaxHeartbeatThrottleInterval { get; init; }

    public required WorkerStatistics Statistics { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>The worker's connection; it may be replaced while the worker runs.</summary>
    public required Func<WorkerRpc> Rpc { get; init; }
}

/// <summary>Runs activity tasks that were polled: decodes, runs, heartbeats, and delivers the outcome.</summary>
internal sealed class ActivityTaskWorker(ActivityTaskWorkerOptions options)
{
    // The server's clock decides about time-outs; here they only stop an attempt whose outcome nobody takes any more.
    private static readonly TimeSpan TimeoutBuffer = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<ActivityAttempt, Task> _running = new();

    /// <summary>Begins a task; its slot is released when it has ended.</summary>
    public void Start(PollActivityTaskQueueResponse task, SlotReservation slot)
    {
        slot.MarkUsed(new SlotInfo.ActivitySlotInfo(TypeOf(task)));
        var attempt = new ActivityAttempt();
        var work = Task.Run(() => ExecuteAsync(task, attempt, slot));
        _running[attempt] = work;
        _ = work.ContinueWith(
            _ => _running.TryRemove(attempt, out var _),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
    }

    /// <summary>Cancels all running attempts because the worker shuts down.</summary>
    public void CancelAll()
    {
        foreach (var attempt in _running.Keys)
        {
            attempt.Cancel(ActivityCancelReason.WorkerShutdown, new() { IsWorkerShutdown = true });
        }
    }

    /// <summary>Waits until no attempt runs.</summary>
    public async Task WaitAsync()
    {
        while (!_running.IsEmpty)
        {
            await Task.WhenAll(_running.Values);
        }
    }

    private static IReadOnlyList<Payload> List(IReadOnlyCollection<Payload> payloads) =>
        payloads as IReadOnlyList<Payload> ?? [.. payloads];

    // A task that says nothing fails as one of an unknown activity.
    private static string TypeOf(PollActivityTaskQueueResponse task) => task.ActivityType?.Name ?? string.Empty;

    private static TimeSpan? Positive(Google.Protobuf.WellKnownTypes.Duration? duration) =>
        duration?.ToTimeSpan() is { Ticks: > 0 } span ? span : null;

    private async Task ExecuteAsync(PollActivityTaskQueueResponse task, ActivityAttempt attempt, SlotReservation slot)
    {
        using (slot)
        using (attempt)
        {
            try
            {
                await ExecuteAsync(task, attempt);
            }
            catch (Exception error)
            {
                Log.ActivityOutcomeLost(options.Logger, error, task.ActivityId, task.WorkflowExecution?.WorkflowId);
            }
        }
    }

    private async Task ExecuteAsync(PollActivityTaskQueueResponse task, ActivityAttempt attempt)
    {
        var info = InfoOf(task);
        var token = task.TaskToken;
        var throttle = new HeartbeatThrottle(
            HeartbeatThrottle.IntervalFor(
                info.HeartbeatTimeout,
                options.DefaultHeartbeatThrottleInterval,
                options.MaxHeartbeatThrottleInterval
            ),
            options.Time,
            details => SendHeartbeatAsync(token, details, attempt, info)
        );
        var metrics = options.Statistics.Metrics.Activity(info.ActivityType);
        metrics.Begun.Add(1);
        metrics.ScheduleToStartLatency.Record(info.StartedTime - info.CurrentAttemptScheduledTime);
        var began = options.Time.GetTimestamp();
        ActivityOutcome outcome;
        using (TimeoutOf(info, attempt))
        {
            outcome = await RunAsync(task, attempt, info, throttle.Record);
        }

        metrics.Count(outcome, options.Time.GetElapsedTime(began), options.Time.GetUtcNow().UtcDateTime - info.ScheduledTime);
        options.Statistics.ActivitySlots.Processed(failed: outcome is ActivityOutcome.Failed);

        var held = await throttle.CloseAsync();
        await DeliverAsync(token, outcome, held, info);
    }

    private async Task<ActivityOutcome> RunAsync(
        PollActivityTaskQueueResponse task,
        ActivityAttempt attempt,
        ActivityInfo info,
        Action<object?[]> heartbeat
    )
    {
        IReadOnlyCollection<Payload> input = task.Input?.Payloads_ ?? [];
        IReadOnlyDictionary<string, Payload>? headers = task.Header?.Fields is { Count: > 0 } fields ? fields.ToDictionary() : null;
        if (info.DataConverter.PayloadCodec is { } codec)
        {
            try
            {
                input = input.Count == 0 ? input : await codec.DecodeAsync(input);
                foreach (var name in headers?.Keys.ToArray() ?? [])
                {
                    ((Dictionary<string, Payload>)headers!)[name] = await codec.DecodeSingleAsync(headers[name]);
                }
            }
            catch (Exception error)
            {
                var failure = new ApplicationFailureException($"Failed decoding parameters: {error.Message}", error);
                return new ActivityOutcome.Failed(
                    info.DataConverter.FailureConverter.ToFailure(failure, info.DataConverter.PayloadConverter),
                    failure
                );
            }
        }

        return await options.Runner.RunAsync(attempt, info, List(input), headers, heartbeat);
    }

    private ActivityInfo InfoOf(PollActivityTaskQueueResponse task)
    {
        var workflowId = task.WorkflowExecution?.WorkflowId is { Length: > 0 } id ? id : null;
        var context = new ISerializationContext.Activity(
            options.Namespace,
            task.ActivityId,
            workflowId,
            task.WorkflowType?.Name,
            TypeOf(task),
            options.TaskQueue,
            IsLocal: false
        );
        var scheduled = task.ScheduledTime?.ToDateTime() ?? DateTime.UnixEpoch;
        return new(
            ActivityId: task.ActivityId,
            ActivityType: TypeOf(task),
            Attempt: task.Attempt,
            CurrentAttemptScheduledTime: task.CurrentAttemptScheduledTime?.ToDateTime() ?? scheduled,
            DataConverter: options.DataConverter.WithSerializationContext(context),
            HeartbeatDetails: task.HeartbeatDetails?.Payloads_ ?? new(),
            HeartbeatTimeout: Positive(task.HeartbeatTimeout),
            IsLocal: false,
            Namespace: options.Namespace,
            Priority: Priority.FromProto(task.Priority),
            RetryPolicy: RetryPolicy.FromProto(task.RetryPolicy),
            ScheduleToCloseTimeout: Positive(task.ScheduleToCloseTimeout),
            ScheduledTime: scheduled,
            StartToCloseTimeout: Positive(task.StartToCloseTimeout),
            StartedTime: task.StartedTime?.ToDateTime() ?? scheduled,
            TaskQueue: options.TaskQueue,
            TaskToken: task.TaskToken.ToByteArray(),
            WorkflowId: workflowId,
            WorkflowNamespace: task.WorkflowNamespace,
            WorkflowRunId: task.WorkflowExecution?.RunId,
            WorkflowType: task.WorkflowType?.Name
        );
    }

    private ITimer? TimeoutOf(ActivityInfo info, ActivityAttempt attempt)
    {
        var limit = info.StartToCloseTimeout;
        if (info.ScheduleToCloseTimeout is { } total)
        {
            var rest = total - (info.StartedTime - info.ScheduledTime);
            limit = limit is { } own && own < rest ? own : rest;
        }

        return limit is { } due && due + TimeoutBuffer < TimeSpan.FromDays(40)
            ? options.Time.CreateTimer(
                _ => attempt.Cancel(ActivityCancelReason.Timeout, new() { IsTimedOut = true }),
                null,
                due > TimeSpan.Zero ? due + TimeoutBuffer : TimeoutBuffer,
                Timeout.InfiniteTimeSpan
            )
            : null;
    }

    private async Task SendHeartbeatAsync(ByteString token, object?[] details, ActivityAttempt attempt, ActivityInfo info)
    {
        Payloads? payloads;
        try
        {
            payloads = await info.DataConverter.ToPayloadsProtoAsync(details);
        }
        catch (Exception error)
        {
            FailHeartbeat(attempt, error, info);
            return;
        }

        try
        {
            var answer = await options
                .Rpc()
                .HeartbeatAsync(
                    new()
                    {
                        Namespace = options.Namespace,
                        TaskToken = token,
                        Details = payloads,
                        Identity = options.Identity,
                    }
                );
            attempt.CancelBy(answer.CancelRequested, answer.ActivityPaused, answer.ActivityReset);
        }
        catch (RpcException error) when (error.Code == RpcException.StatusCode.NotFound)
        {
            attempt.Cancel(ActivityCancelReason.GoneFromServer, new() { IsGoneFromServer = true });
        }
        catch (PayloadsTooLargeException error)
        {
            Log.PayloadsTooLarge(options.Logger, error.Message);
            FailHeartbeat(attempt, error, info);
        }
        catch (Exception error)
        {
            // The next heartbeat may get through; when none does, the server times the attempt out.
            Log.HeartbeatFailed(options.Logger, error, info.ActivityId);
        }
    }

    /// <summary>These details will never get through: the attempt is told so.</summary>
    private void FailHeartbeat(ActivityAttempt attempt, Exception error, ActivityInfo info)
    {
        Log.HeartbeatNotConverted(options.Logger, error, info.ActivityId);
        attempt.HeartbeatFailure = error;
        attempt.Cancel(ActivityCancelReason.HeartbeatRecordFailure, new() { IsHeartbeatRecordFailure = true });
    }

    private async Task DeliverAsync(ByteString token, ActivityOutcome outcome, object?[]? held, ActivityInfo info)
    {
        var codec = info.DataConverter.PayloadCodec;
        switch (outcome)
        {
            case ActivityOutcome.Completed completed:
                var result = completed.Result;
                if (codec is not null && result.Payloads_.Count > 0)
                {
                    result = new() { Payloads_ = { await codec.EncodeAsync(result.Payloads_) } };
                }

                await DeliverAsync(
                    rpc =>
                        rpc.CompleteActivityAsync(
                            new()
                            {
                                Namespace = options.Namespace,
                                TaskToken = token,
                                Result = result.Payloads_.Count == 0 ? null : result,
                                Identity = options.Identity,
                            }
                        ),
                    token,
                    info
                );
                break;

            case ActivityOutcome.Failed failed:
                LogFailure(failed, info);
                var failure = failed.Failure;
                if (codec is not null)
                {
                    failure = failure.Clone();
                    await codec.EncodeFailureAsync(failure);
                }

                await DeliverAsync(
                    async rpc =>
                        await rpc.FailActivityAsync(
                            new()
                            {
                                Namespace = options.Namespace,
                                TaskToken = token,
                                Failure = failure,
                                LastHeartbeatDetails = await HeldAsync(held, info),
                                Identity = options.Identity,
                            }
                        ),
                    token,
                    info
                );
                break;

            case ActivityOutcome.Canceled canceled:
                var details = canceled.Details;
                if (codec is not null && details is { Payloads_.Count: > 0 })
                {
                    details = new() { Payloads_ = { await codec.EncodeAsync(details.Payloads_) } };
                }

                await DeliverAsync(
                    rpc =>
                        rpc.CancelActivityAsync(
                            new()
                            {
                                Namespace = options.Namespace,
                                TaskToken = token,
                                Details = details,
                                Identity = options.Identity,
                            }
                        ),
                    token,
                    info
                );
                break;

            default:
                // Completed from elsewhere: only what was held back of its heartbeats is sent.
                if (held is not null)
                {
                    await SendHeartbeatAsync(token, held, new(), info);
                }

                break;
        }
    }

    private async Task DeliverAsync(Func<WorkerRpc, Task> deliver, ByteString token, ActivityInfo info)
    {
        try
        {
            await deliver(options.Rpc());
        }
        catch (RpcException error) when (error.Code == RpcException.StatusCode.NotFound)
        {
            Log.ActivityOutcomeUnwanted(options.Logger, info.ActivityId, info.WorkflowId);
        }
        catch (Exception error) when (IsRefusal(error))
        {
            // The same outcome will always be refused: say so instead, and let the retry policy decide.
            if (error is PayloadsTooLargeException)
            {
                Log.PayloadsTooLarge(options.Logger, error.Message);
            }

            await DeliverRefusalAsync(error, token, info);
        }
    }

    private static bool IsRefusal(Exception error) =>
        error is PayloadsTooLargeException
        || (
            error is RpcException refused
            && (RpcRetrier.IsMessageTooLarge(refused) || refused.Code == RpcException.StatusCode.InvalidArgument)
        );

    private async Task DeliverRefusalAsync(Exception error, ByteString token, ActivityInfo info)
    {
        try
        {
            await options
                .Rpc()
                .FailActivityAsync(
                    new()
                    {
                        Namespace = options.Namespace,
                        TaskToken = token,
                        Identity = options.Identity,
                        Failure = new()
                        {
                            Message = $"The outcome of activity {info.ActivityType} is refused: {error.Message}",
                            ApplicationFailureInfo = new()
                            {
                                Type =
                                    error is PayloadsTooLargeException
                                        ? nameof(WorkflowTaskFailedCause.PayloadsTooLarge)
                                        : "OutcomeRefused",
                            },
                        },
                    }
                );
        }
        catch (RpcException second) when (second.Code == RpcException.StatusCode.NotFound)
        {
            Log.ActivityOutcomeUnwanted(options.Logger, info.ActivityId, info.WorkflowId);
        }
    }

    private async Task<Payloads?> HeldAsync(object?[]? held, ActivityInfo info)
    {
        if (held is null)
        {
            return null;
        }

        try
        {
            return await info.DataConverter.ToPayloadsProtoAsync(held);
        }
        catch (Exception error)
        {
            Log.HeartbeatNotConverted(options.Logger, error, info.ActivityId);
            return null;
        }
    }

    private void LogFailure(ActivityOutcome.Failed failed, ActivityInfo info)
    {
        if (failed.Error is ApplicationFailureException { Category: ApplicationErrorCategory.Benign })
        {
            Log.ActivityFailedBenignly(options.Logger, failed.Error, info.ActivityType, info.ActivityId, info.Attempt);
        }
        else
        {
            Log.ActivityFailed(options.Logger, failed.Error, info.ActivityType, info.ActivityId, info.Attempt);
        }
    }
}
