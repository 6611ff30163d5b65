using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Temporalio.Api.History.V1;
using Temporalio.Converters;

namespace Orchestrator.Client;

/// <summary>
/// Handle with which a client watches and controls a run. The run's workflow answers the commands. Repeating a command has no further
/// effect.
/// </summary>
public sealed class RunHandle
{
    private const int TasksPerPage = 500;
    private const int MostTimesTooEarly = 150;

    /// <summary>
    /// Maximum number of status requests to a run that has just continued as new and is still reloading its tasks. After the last request,
    /// the run is returned without tasks.
    /// </summary>
    private const int MostTimesWithoutTasks = 25;
    private static readonly TimeSpan TooEarlyPause = TimeSpan.FromMilliseconds(200);
    private readonly ITemporalClient _client;

    internal RunHandle(ITemporalClient client, string runId)
    {
        _client = client;
        RunId = runId;
    }

    /// <summary>Id of the run.</summary>
    public string RunId { get; }

    private WorkflowHandle<IOrchestrationWorkflow, RunResult> Workflow =>
        _client.GetWorkflowHandle<IOrchestrationWorkflow, RunResult>(RunId);

    /// <summary>Returns the current status of the run with all its tasks. Needs a worker that executes the run's workflow.</summary>
    public async Task<RunStatus> StatusAsync(CancellationToken cancellation = default)
    {
        var options = new WorkflowQueryOptions { Rpc = new RpcOptions { CancellationToken = cancellation } };
        var status = await PagedRunStatusReader.JoinAsync(offset => PageAsync(offset, options));
        if (RunStateNames.IsFinal(status.State) || await FindExecutionAsync(cancellation) is not { End: { } end, EndedAt: var endedAt })
        {
            return status;
        }
        // The run may have ended between the two calls. If another client terminated it, the run does not know that and still returns its
        // previous status.
        status = await PagedRunStatusReader.JoinAsync(offset => PageAsync(offset, options));
        return RunStateNames.IsFinal(status.State)
            ? status
            : status with
            {
                State = end.State,
                Why = end.Why,
                UpdatedAt = endedAt ?? status.UpdatedAt,
            };
    }

    /// <summary>Returns the task queue for the run's activities. Needs a worker that executes the run's workflow.</summary>
    public async Task<string> FindQueueAsync(CancellationToken cancellation = default) =>
        (await Workflow.QueryAsync(w => w.Status(0, 1), new() { Rpc = new RpcOptions { CancellationToken = cancellation } })).Queue;

    /// <summary>
    /// Signals the run to resend all transitions that have not been recorded yet. Used if the owner host could not record the transitions
    /// that it received.
    /// </summary>
    public Task ReportNotRecordedAsync(CancellationToken cancellation = default) =>
        Workflow.SignalAsync(
            w => w.NotRecordedAsync(),
            new WorkflowSignalOptions { Rpc = new RpcOptions { CancellationToken = cancellation } }
        );

    private async Task<RunStatus> PageAsync(int offset, WorkflowQueryOptions options)
    {
        for (var asked = 1; ; asked++)
        {
            try
            {
                var page = await Workflow.QueryAsync(w => w.Status(offset, TasksPerPage), options);
                // If the tasks can't be read, the run reports failing activities.
                if (page.Tasks.Count > 0 || page.TaskCount <= offset || page.Failing.Count > 0 || asked >= MostTimesWithoutTasks)
                {
                    return page;
                }
                await Task.Delay(TooEarlyPause, options.Rpc?.CancellationToken ?? default);
            }
            catch (RpcException early) when (early.Code == RpcException.StatusCode.FailedPrecondition && asked < MostTimesTooEarly)
            {
                // After a run has continued as new, it can take up to a second until its first workflow task. The server rejects queries
                // during that time, and some runs continue as new often.
                await Task.Delay(TooEarlyPause, options.Rpc?.CancellationToken ?? default);
            }
        }
    }

    /// <summary>Reads the run's input from its history. Needs no worker.</summary>
    /// <exception cref="RpcException">The server can't be reached, or it does not know the run.</exception>
    public async Task<OrchestrationInput> InputAsync(CancellationToken cancellation = default)
    {
        var options = new WorkflowHistoryEventFetchOptions { Rpc = new RpcOptions { CancellationToken = cancellation } };
        await foreach (var first in Workflow.FetchHistoryEventsAsync(options).WithCancellation(cancellation))
        {
            return await _client.Options.DataConverter.ToValueAsync<OrchestrationInput>(
                first.WorkflowExecutionStartedEventAttributes.Input.Payloads_[0]
            );
        }
        throw new InvalidOperationException($"The history of {RunId} is empty.");
    }

    /// <summary>True while the run is open.</summary>
    public async Task<bool> IsOpenAsync(CancellationToken cancellation = default)
    {
        var description = await Workflow.DescribeAsync(
            new WorkflowDescribeOptions { Rpc = new RpcOptions { CancellationToken = cancellation } }
        );
        return description.Status == WorkflowExecutionStatus.Running;
    }

    /// <summary>
    /// Returns the latest execution of the run with its result, or null if the server has no record of the run. Needs no worker.
    /// </summary>
    public Task<RunWorkflowExecutionStatus?> FindExecutionAsync(CancellationToken cancellation = default) =>
        RunWorkflowExecutionStatus.FindAsync(_client, RunId, new RpcOptions { Retry = true, CancellationToken = cancellation });

    /// <summary>
    /// True if the run or one of its open tasks has a pending workflow task or activity, so that the status may soon change. For example, a
    /// task whose question was answered while no worker was running still has to report that answer.
    /// </summary>
    /// <param name="status">Last known status of the run.</param>
    /// <param name="cancellation">Cancels the request.</param>
    public async Task<bool> IsMovingAsync(RunStatus status, CancellationToken cancellation = default)
    {
        if (status.Telling)
        {
            return true;
        }
        var open = status.Tasks.Where(task => task.State != TaskStateNames.Pending && !TaskStateNames.IsEnd(task.State));
        foreach (var id in open.Select(task => RunIds.ForTask(RunId, task.Id)).Prepend(RunId))
        {
            if (await IsMovingAsync(id, cancellation))
            {
                return true;
            }
        }
        return false;
    }

    private async Task<bool> IsMovingAsync(string workflowId, CancellationToken cancellation)
    {
        var describe = new DescribeWorkflowExecutionRequest
        {
            Namespace = _client.Options.Namespace,
            Execution = new Temporalio.Api.Common.V1.WorkflowExecution { WorkflowId = workflowId },
        };
        try
        {
            var described = await _client.WorkflowService.DescribeWorkflowExecutionAsync(
                describe,
                new RpcOptions { Retry = true, CancellationToken = cancellation }
            );
            return described.PendingActivities.Count > 0 || described.PendingWorkflowTask is not null;
        }
        catch (RpcException gone) when (gone.Code == RpcException.StatusCode.NotFound && workflowId != RunId)
        {
            return false; // The task has not started.
        }
    }

    /// <summary>
    /// Waits for the run to end. If the run failed, returns the reason instead of throwing an exception. After a reset, waits for the new
    /// execution.
    /// </summary>
    /// <exception cref="RpcException">The server can't be reached, or it does not know the run.</exception>
    public async Task<RunResult> ResultAsync(CancellationToken cancellation = default)
    {
        while (true)
        {
            try
            {
                return await Workflow.GetResultAsync(rpcOptions: new RpcOptions { CancellationToken = cancellation });
            }
            catch (WorkflowFailedException failure)
            {
                if (await FindExecutionAsync(cancellation) is not { } newest)
                {
                    return new RunResult { State = RunStateNames.Failed, Why = RunWorkflowExecutionStatus.Failed(failure) };
                }
                if (newest.End is { } end)
                {
                    return end;
                }
            }
        }
    }

    /// <summary>Pauses the run or a single task.</summary>
    public Task<SteeringUpdateResult> PauseAsync(string? task = null, CancellationToken cancellation = default)
    {
        var command = task is null ? null : new TaskSteeringArguments(task);
        return SteerAsync(w => w.PauseAsync(command), cancellation);
    }

    /// <summary>Resumes the run or a single task.</summary>
    public Task<SteeringUpdateResult> ResumeAsync(string? task = null, CancellationToken cancellation = default)
    {
        var command = task is null ? null : new TaskSteeringArguments(task);
        return SteerAsync(w => w.ResumeAsync(command), cancellation);
    }

    /// <summary>Cancels a task.</summary>
    public Task<SteeringUpdateResult> CancelTaskAsync(TaskSteeringArguments command, CancellationToken cancellation = default) =>
        SteerAsync(w => w.CancelTaskAsync(command), cancellation);

    /// <summary>Retries a failed task, or resumes a task that is blocked or in backoff.</summary>
    public Task<SteeringUpdateResult> RetryTaskAsync(TaskSteeringArguments command, CancellationToken cancellation = default) =>
        SteerAsync(w => w.RetryTaskAsync(command), cancellation);

    /// <summary>Skips a task, which then counts as done without changes.</summary>
    public Task<SteeringUpdateResult> SkipTaskAsync(TaskSteeringArguments command, CancellationToken cancellation = default) =>
        SteerAsync(w => w.SkipTaskAsync(command), cancellation);

    /// <summary>Moves a verified task to the front of the merge queue.</summary>
    public Task<SteeringUpdateResult> MergeNextAsync(TaskSteeringArguments command, CancellationToken cancellation = default) =>
        SteerAsync(w => w.MergeNextAsync(command), cancellation);

    /// <summary>Adds tasks that are described in plain text to the run.</summary>
    public Task<SteeringUpdateResult> AddTasksAsync(AddTasksArguments command, CancellationToken cancellation = default) =>
        SteerAsync(w => w.AddTasksAsync(command), cancellation);

    /// <summary>Approves the plan (<c>plan</c>) or a task.</summary>
    /// <param name="command">Subject of the approval, the approver, and the content that the approver saw.</param>
    /// <param name="cancellation">Cancels the request.</param>
    public Task<SteeringUpdateResult> ApproveAsync(ApprovalDecisionArguments command, CancellationToken cancellation = default) =>
        SteerAsync(w => w.ApproveAsync(command), cancellation);

    /// <summary>Rejects the plan (<c>plan</c>) or a task.</summary>
    /// <param name="command">Subject of the rejection, the approver, the reason, and the content that the approver saw.</param>
    /// <param name="cancellation">Cancels the request.</param>
    public Task<SteeringUpdateResult> RejectAsync(ApprovalDecisionArguments command, CancellationToken cancellation = default) =>
        SteerAsync(w => w.RejectAsync(command), cancellation);

    /// <summary>Retries the landing of a run that is waiting to be promoted.</summary>
    public Task<SteeringUpdateResult> PromoteAsync(RunSteeringArguments command, CancellationToken cancellation = default) =>
        SteerAsync(w => w.PromoteAsync(command), cancellation);

    /// <summary>Lands the run's merged work without waiting for its other tasks, which stay open.</summary>
    public Task<SteeringUpdateResult> LandMergedAsync(RunSteeringArguments command, CancellationToken cancellation = default) =>
        SteerAsync(w => w.LandMergedAsync(command), cancellation);

    /// <summary>Raises a budget, so that tasks that are waiting for the budget can continue.</summary>
    public Task<SteeringUpdateResult> IncreaseBudgetAsync(RaiseBudgetArguments command, CancellationToken cancellation = default) =>
        SteerAsync(w => w.IncreaseBudgetAsync(command), cancellation);

    /// <summary>Moves the run's activities to another host.</summary>
    public Task<SteeringUpdateResult> MoveAsync(MoveRunArguments command, CancellationToken cancellation = default) =>
        SteerAsync(w => w.MoveAsync(command), cancellation);

    /// <summary>
    /// Returns the absent host that the run is waiting for, or null if there is none. See
    /// <see cref="UnreachableHostDetector.FindAwayAsync"/>.
    /// </summary>
    public Task<UnreachableHost?> FindAwayAsync(
        RunStatus status,
        Func<string, bool> isDead,
        DateTimeOffset now,
        CancellationToken cancellation = default
    ) => UnreachableHostDetector.FindAwayAsync(_client, status, isDead, now, cancellation);

    /// <summary>Decides how an escalated run continues.</summary>
    public Task<SteeringUpdateResult> ResolveAsync(ResolveEscalationArguments command, CancellationToken cancellation = default) =>
        SteerAsync(w => w.ResolveEscalationAsync(command), cancellation);

    /// <summary>Cancels the run. Merged work stays on staging.</summary>
    public Task<SteeringUpdateResult> CancelAsync(RunSteeringArguments command, CancellationToken cancellation = default) =>
        SteerAsync(w => w.CancelAsync(command), cancellation);

    /// <summary>Sends a command from <see cref="SteeringCatalog"/> and waits for the run's answer.</summary>
    /// <exception cref="WorkflowUpdateFailedException">The run refused the command.</exception>
    public Task<SteeringUpdateResult> SteerAsync(SteeringMessage call, CancellationToken cancellation = default) =>
        Workflow.ExecuteUpdateAsync<SteeringUpdateResult>(
            call.Name,
            [call.Message],
            new WorkflowUpdateOptions { Rpc = new RpcOptions { CancellationToken = cancellation } }
        );

    /// <summary>Delivers a command durably without waiting for an answer. Used for runs that no worker is serving.</summary>
    public Task DeliverAsync(SteeringMessage call, CancellationToken cancellation = default) =>
        Workflow.SignalAsync(
            call.Name,
            [call.Message],
            new WorkflowSignalOptions { Rpc = new RpcOptions { CancellationToken = cancellation } }
        );

    /// <summary>
    /// Yields a value each time the run's history grows, as a hint that the status might have changed. Follows the run into new executions,
    /// including those after a reset, and completes when the run ends.
    /// </summary>
    public async IAsyncEnumerable<long> ChangesAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (var change in EventsAsync(cancellation))
        {
            yield return change.EventId;
        }
    }

    /// <summary>
    /// Yields the state transitions that the owner host has to record, as soon as they are in the history, until the run ends. Each value
    /// contains all transitions whose recording is not confirmed yet, so no value depends on an earlier one. Needs a worker that executes
    /// the run's workflow.
    /// </summary>
    /// <exception cref="RpcException">The server can't be reached, or it does not know the run.</exception>
    /// <exception cref="WorkflowQueryFailedException">The version of the run's workflow does not support the query.</exception>
    public IAsyncEnumerable<RecordProgressInput> UnrecordedAsync(CancellationToken cancellation = default) =>
        ReadOnNewsAsync(
            stop => FindUnrecordedAsync(new WorkflowQueryOptions { Rpc = new RpcOptions { CancellationToken = stop } }),
            cancellation
        );

    /// <summary>
    /// Yields the current status of the run and then each change, until the run ends. Changes in quick succession are combined. Unless the
    /// caller stops earlier, the state in the last value is final (<see cref="RunStateNames.IsFinal"/>). Needs a worker that executes the
    /// run's workflow.
    /// </summary>
    /// <param name="cancellation">Stops watching. The run continues.</param>
    /// <exception cref="RpcException">The server can't be reached, or it does not know the run.</exception>
    public async IAsyncEnumerable<RunStatusChange> WatchAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        RunStatus? last = null;
        await foreach (var status in ReadOnNewsAsync<RunStatus>(async stop => await StatusAsync(stop), cancellation))
        {
            if (RunStatusChange.Between(last, status) is { } change)
            {
                last = status;
                yield return change;
            }
        }
        // A run that another client terminated has no workflow task after its end.
        if (last is null || !RunStateNames.IsFinal(last.State))
        {
            if (RunStatusChange.Between(last, await StatusAsync(cancellation)) is { } end)
            {
                yield return end;
            }
        }
    }

    /// <summary>
    /// Calls a function immediately, and again after each completed workflow task, until the run ends. Several workflow tasks during one
    /// call cause only one more call.
    /// </summary>
    private async IAsyncEnumerable<T> ReadOnNewsAsync<T>(
        Func<CancellationToken, Task<T?>> read,
        [EnumeratorCancellation] CancellationToken cancellation
    )
        where T : class
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        news.Writer.TryWrite(true);
        var following = FollowAsync(news.Writer, stop.Token);
        try
        {
            await foreach (var _ in news.Reader.ReadAllAsync(stop.Token))
            {
                if (await read(stop.Token) is { } value)
                {
                    yield return value;
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
            await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Writes a value for each completed workflow task of the run. A run reports changes only during its workflow tasks.</summary>
    private async Task FollowAsync(ChannelWriter<bool> news, CancellationToken stop)
    {
        Exception? why = null;
        try
        {
            await foreach (var happened in EventsAsync(stop))
            {
                if (happened.EventType == EventType.WorkflowTaskCompleted)
                {
                    news.TryWrite(true);
                }
            }
        }
        catch (Exception failed)
        {
            why = failed;
        }
        news.TryComplete(why);
    }

    private async Task<RecordProgressInput?> FindUnrecordedAsync(WorkflowQueryOptions options)
    {
        for (var asked = 1; ; asked++)
        {
            try
            {
                return await Workflow.QueryAsync(w => w.Unrecorded(), options);
            }
            catch (RpcException early) when (early.Code == RpcException.StatusCode.FailedPrecondition && asked < MostTimesTooEarly)
            {
                await Task.Delay(TooEarlyPause, options.Rpc?.CancellationToken ?? default);
            }
        }
    }

    private async IAsyncEnumerable<HistoryEvent> EventsAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            var follow = false;
            var options = new WorkflowHistoryEventFetchOptions
            {
                WaitNewEvent = true,
                Rpc = new RpcOptions { CancellationToken = cancellation },
            };
            await foreach (var change in Workflow.FetchHistoryEventsAsync(options).WithCancellation(cancellation))
            {
                follow = change.EventType == EventType.WorkflowExecutionContinuedAsNew;
                yield return change;
            }
            if (!follow && await FindExecutionAsync(cancellation) is not { IsOpen: true })
            {
                yield break;
            }
        }
    }

    private Task<SteeringUpdateResult> SteerAsync(
        Expression<Func<IOrchestrationWorkflow, Task<SteeringUpdateResult>>> update,
        CancellationToken cancellation
    ) => Workflow.ExecuteUpdateAsync(update, new WorkflowUpdateOptions { Rpc = new RpcOptions { CancellationToken = cancellation } });
}
