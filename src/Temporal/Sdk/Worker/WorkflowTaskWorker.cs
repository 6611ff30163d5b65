using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Worker.Activities;
using Temporalio.Worker.Telemetry;
using Temporalio.Worker.Tuning;
using Temporalio.Worker.Workflows;

namespace Temporalio.Worker;

/// <summary>Settings of <see cref="WorkflowTaskWorker" />.</summary>
internal sealed record WorkflowTaskWorkerOptions
{
    public required IWorkflowTaskHandler Handler { get; init; }

    public required string Namespace { get; init; }

    public required string TaskQueue { get; init; }

    public required string Identity { get; init; }

    public required Func<WorkerRpc> Rpc { get; init; }

    /// <summary>Slots for activities that come with the answer to a completion; null: none are taken.</summary>
    public required SlotPool? ActivitySlots { get; init; }

    public required ActivityTaskWorker? Activities { get; init; }

    public required int MaxEagerActivities { get; init; }

    public required WorkerStatistics Statistics { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }
}

/// <summary>Works on workflow tasks that were polled and delivers what the handler answers.</summary>
internal sealed class WorkflowTaskWorker(WorkflowTaskWorkerOptions options)
{
    // The run has news that the commands did not see: the server has scheduled the next task already.
    private const string UnhandledCommand = "UnhandledCommand";

    private readonly WorkflowTaskFailures _failures = new(options);
    private readonly ConcurrentDictionary<Task, bool> _running = new();

    /// <summary>Begins a task; its slot is released when nothing more is to be done for it.</summary>
    public void Start(PollWorkflowTaskQueueResponse task, SlotReservation slot, bool sticky, CancellationToken cancellationToken)
    {
        slot.MarkUsed(new SlotInfo.WorkflowSlotInfo(task.WorkflowType?.Name ?? string.Empty, sticky));
        var work = Task.Run(() => WorkAsync(task, slot, cancellationToken), CancellationToken.None);
        _running[work] = true;
        _ = work.ContinueWith(
            ended => _running.TryRemove(ended, out _),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
    }

    /// <summary>Waits until no task is being worked on.</summary>
    public async Task WaitAsync()
    {
        while (!_running.IsEmpty)
        {
            await Task.WhenAll(_running.Keys);
        }
    }

    private async Task WorkAsync(PollWorkflowTaskQueueResponse first, SlotReservation slot, CancellationToken cancellationToken)
    {
        using (slot)
        {
            var task = first;
            while (task is not null)
            {
                var current = task;
                try
                {
                    var metrics = options.Statistics.Metrics.Workflow(task.WorkflowType?.Name ?? string.Empty);
                    if (task.Query is null && task is { ScheduledTime: { } scheduled, StartedTime: { } started })
                    {
                        metrics.TaskScheduleToStartLatency.Record((started - scheduled).ToTimeSpan());
                    }

                    var began = options.Time.GetTimestamp();
                    var reply = await options.Handler.HandleAsync(task, FetchPageAsync, cancellationToken);
                    metrics.TaskExecutionLatency.Record(options.Time.GetElapsedTime(began));
                    options.Statistics.WorkflowSlots.Processed(failed: reply.Failed is not null);
                    task = await DeliverAsync(reply, task.Attempt, metrics);
                }
                catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
                {
                    return;
                }
                catch (Exception error)
                {
                    Log.WorkflowTaskDropped(options.Logger, error, current.WorkflowExecution?.WorkflowId ?? string.Empty);
                    await _failures.ReportDroppedAsync(current, error);
                    return;
                }
            }
        }
    }

    private Task<GetWorkflowExecutionHistoryResponse> FetchPageAsync(
        string workflowId,
        string runId,
        Google.Protobuf.ByteString nextPageToken,
        CancellationToken cancellationToken
    ) =>
        options
            .Rpc()
            .GetHistoryAsync(
                new()
                {
                    Namespace = options.Namespace,
                    Execution = new() { WorkflowId = workflowId, RunId = runId },
                    NextPageToken = nextPageToken,
                },
                cancellationToken
            );

    /// <summary>Sends a reply; returns the next task of the run if the server handed one back.</summary>
    private async Task<PollWorkflowTaskQueueResponse?> DeliverAsync(WorkflowTaskReply reply, int attempt, WorkflowMetrics metrics)
    {
        if (reply.Completed is { } completed)
        {
            return await CompleteAsync(reply, completed, attempt, metrics);
        }

        try
        {
            if (reply.Failed is { } failed)
            {
                metrics.TaskFailed.Add(
                    1,
                    [
                        new(
                            "failure_reason",
                            failed.Cause == WorkflowTaskFailedCause.NonDeterministicError ? "NonDeterminismError" : "WorkflowError"
                        ),
                    ]
                );
                Log.WorkflowTaskFailed(
                    options.Logger,
                    reply.FailureException,
                    reply.WorkflowId,
                    reply.RunId,
                    reply.FailureException?.Message
                );
                await _failures.ReportAsync(failed, attempt);
            }
            else if (reply.Query is { } query)
            {
                await AnswerQueryAsync(query);
            }
        }
        catch (RpcException error)
        {
            Log.WorkflowTaskNotDelivered(options.Logger, error, reply.WorkflowId, reply.RunId);
            options.Handler.Refused(reply);
        }

        return null;
    }

    private async Task<PollWorkflowTaskQueueResponse?> CompleteAsync(
        WorkflowTaskReply reply,
        RespondWorkflowTaskCompletedRequest completed,
        int attempt,
        WorkflowMetrics metrics
    )
    {
        using var eager = ReserveEager(completed);
        RespondWorkflowTaskCompletedResponse response;
        try
        {
            response = await SendAsync(completed);
        }
        catch (Exception error) when (error is RpcException or PayloadsTooLargeException)
        {
            Log.WorkflowTaskNotDelivered(options.Logger, error, reply.WorkflowId, reply.RunId);
            if (error is PayloadsTooLargeException)
            {
                Log.PayloadsTooLarge(options.Logger, error.Message);
            }

            options.Handler.Refused(reply);
            if (TooLarge(error) is { } cause)
            {
                metrics.TaskFailed.Add(1, [new("failure_reason", cause.ToString())]);
                await _failures.FailAsync(
                    completed.TaskToken,
                    reply.WorkflowId,
                    attempt,
                    cause,
                    $"The commands of one workflow task are too large for the server: {error.Message}",
                    cause.ToString()
                );
            }
            else if (error is RpcException { Message: not UnhandledCommand } refused && WorkflowTaskFailures.IsRefusal(refused))
            {
                metrics.TaskFailed.Add(1, [new("failure_reason", "WorkflowError")]);
                await _failures.FailAsync(
                    completed.TaskToken,
                    reply.WorkflowId,
                    attempt,
                    WorkflowTaskFailedCause.WorkflowWorkerUnhandledFailure,
                    $"The server refused the commands of this workflow task: {error.Message}",
                    nameof(RpcException)
                );
            }

            return null;
        }

        Count(reply, completed, metrics);
        foreach (var task in response.ActivityTasks)
        {
            // The server gives no more than were asked for, and each one asked for has its slot.
            if (eager.TryTake() is { } slot && options.Activities is { } activities)
            {
                activities.Start(task, slot);
            }
        }

        return options.Handler.Accepted(reply, response);
    }

    private async Task<RespondWorkflowTaskCompletedResponse> SendAsync(RespondWorkflowTaskCompletedRequest completed)
    {
        try
        {
            return await options.Rpc().CompleteWorkflowTaskAsync(completed);
        }
        catch (RpcException error) when (RpcRetrier.IsMessageTooLarge(error) && TakeBackAnswers(completed, error))
        {
            return await options.Rpc().CompleteWorkflowTaskAsync(completed);
        }
    }

    /// <summary>
    /// Has queries fail whose answers made a completion too large: a task that failed for them would only be asked the same again. False
    /// when there are none.
    /// </summary>
    private static bool TakeBackAnswers(RespondWorkflowTaskCompletedRequest completed, RpcException error)
    {
        var answered = completed.QueryResults.Where(result => result.Value.Answer is not null).Select(result => result.Key).ToArray();
        foreach (var id in answered)
        {
            completed.QueryResults[id] = TooLargeAnswer.Of(error);
        }

        return answered.Length > 0;
    }

    private static WorkflowTaskFailedCause? TooLarge(Exception error) =>
        error switch
        {
            PayloadsTooLargeException => WorkflowTaskFailedCause.PayloadsTooLarge,
            RpcException refused when RpcRetrier.IsMessageTooLarge(refused) => WorkflowTaskFailedCause.GrpcMessageTooLarge,
            _ => null,
        };

    private void Count(WorkflowTaskReply reply, RespondWorkflowTaskCompletedRequest completed, WorkflowMetrics metrics)
    {
        if (completed.Commands.Count == 0)
        {
            return;
        }

        // The command that closes the run is the last one.
        var counter = completed.Commands[^1].CommandType switch
        {
            CommandType.CompleteWorkflowExecution => metrics.Completed,
            CommandType.FailWorkflowExecution => metrics.Failed,
            CommandType.CancelWorkflowExecution => metrics.Canceled,
            CommandType.ContinueAsNewWorkflowExecution => metrics.ContinuedAsNew,
            _ => null,
        };
        counter?.Add(1);
        if (counter is not null && reply.WorkflowStartTime is { } start)
        {
            metrics.EndToEndLatency.Record(options.Time.GetUtcNow().UtcDateTime - start);
        }
    }

    private async Task AnswerQueryAsync(RespondQueryTaskCompletedRequest query)
    {
        try
        {
            await options.Rpc().CompleteQueryAsync(query);
        }
        catch (Exception error) when (TooLarge(error) is not null)
        {
            await options
                .Rpc()
                .CompleteQueryAsync(
                    new()
                    {
                        Namespace = query.Namespace,
                        TaskToken = query.TaskToken,
                        CompletedType = QueryResultType.Failed,
                        ErrorMessage = TooLargeAnswer.Message(error),
                    }
                );
        }
    }

    /// <summary>Reserves activity slots for the activities that may come back with the answer; the others are not asked for.</summary>
    private EagerSlots ReserveEager(RespondWorkflowTaskCompletedRequest completed)
    {
        var slots = new EagerSlots();
        foreach (var command in completed.Commands)
        {
            if (command.ScheduleActivityTaskCommandAttributes is not { RequestEagerExecution: true } activity)
            {
                continue;
            }

            var slot =
                slots.Count < options.MaxEagerActivities && activity.TaskQueue?.Name == options.TaskQueue
                    ? options.ActivitySlots?.TryReserve()
                    : null;
            if (slot is null)
            {
                activity.RequestEagerExecution = false;
            }
            else
            {
                slots.Add(slot);
            }
        }

        return slots;
    }

    /// <summary>Reserved slots; those that were not taken are released.</summary>
    private sealed class EagerSlots : IDisposable
    {
        private readonly Queue<SlotReservation> _slots = [];

        public int Count => _slots.Count;

        public void Add(SlotReservation slot) => _slots.Enqueue(slot);

        public SlotReservation? TryTake() => _slots.TryDequeue(out var slot) ? slot : null;

        public void Dispose()
        {
            while (_slots.TryDequeue(out var slot))
            {
                slot.Dispose();
            }
        }
    }
}
