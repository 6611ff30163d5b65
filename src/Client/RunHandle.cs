using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Temporalio.Api.History.V1;
using Temporalio.Converters;

namespace Orchestrator.Client;

/// <summary>A run, to be watched and steered. Steering commands are answered by the run itself and do nothing the second time.</summary>
public sealed class RunHandle
{
    private const int TasksPerPage = 500;
    private const int MostTimesTooEarly = 150;

    /// <summary>A run that has just continued as new reads its tasks again; after this many polls it is shown without them.</summary>
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

    /// <summary>The present status of the run, with all its tasks. Needs a worker with the run's workflow.</summary>
    public async Task<RunStatus> StatusAsync(CancellationToken cancellation = default)
    {
        var options = new WorkflowQueryOptions { Rpc = new RpcOptions { CancellationToken = cancellation } };
        var status = await StatusPages.JoinAsync(offset => PageAsync(offset, options));
        if (RunStates.IsFinal(status.State) || await FindExecutionAsync(cancellation) is not { End: { } end, EndedAt: var endedAt })
        {
            return status;
        }
        // It may have ended between the two questions. One that was ended from outside has not heard of it, and answers as before.
        status = await StatusPages.JoinAsync(offset => PageAsync(offset, options));
        return RunStates.IsFinal(status.State)
            ? status
            : status with
            {
                State = end.State,
                Why = end.Why,
                UpdatedAt = endedAt ?? status.UpdatedAt,
            };
    }

    /// <summary>The queue of the run's steps, as it says itself. Needs a worker with the run's workflow.</summary>
    public async Task<string> FindQueueAsync(CancellationToken cancellation = default) =>
        (await Workflow.QueryAsync(w => w.Status(0, 1), new() { Rpc = new RpcOptions { CancellationToken = cancellation } })).Queue;

    /// <summary>Has the run send everything that it has to record: its machine can't write what it has read.</summary>
    public Task TellNotRecordedAsync(CancellationToken cancellation = default) =>
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
                // One whose tasks can't be read says so.
                if (page.Tasks.Count > 0 || page.TaskCount <= offset || page.Failing.Count > 0 || asked >= MostTimesWithoutTasks)
                {
                    return page;
                }
                await Task.Delay(TooEarlyPause, options.Rpc?.CancellationToken ?? default);
            }
            catch (RpcException early) when (early.Code == RpcException.StatusCode.FailedPrecondition && asked < MostTimesTooEarly)
            {
                // A run that has just continued as new has no first workflow task for up to a second, and the server answers no query until
                // then; some continue often.
                await Task.Delay(TooEarlyPause, options.Rpc?.CancellationToken ?? default);
            }
        }
    }

    /// <summary>The input that the run was started with, from its history. Needs no worker.</summary>
    /// <exception cref="RpcException">The server can't be reached or does not know the run.</exception>
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

    /// <summary>True while the run has not ended.</summary>
    public async Task<bool> IsOpenAsync(CancellationToken cancellation = default)
    {
        var description = await Workflow.DescribeAsync(
            new WorkflowDescribeOptions { Rpc = new RpcOptions { CancellationToken = cancellation } }
        );
        return description.Status == WorkflowExecutionStatus.Running;
    }

    /// <summary>The newest execution of the run, and how it ended; null where the server does not know the run. Needs no worker.</summary>
    public Task<RunExecution?> FindExecutionAsync(CancellationToken cancellation = default) =>
        RunExecution.FindAsync(_client, RunId, new RpcOptions { Retry = true, CancellationToken = cancellation });

    /// <summary>True while a workflow task or an activity of the run or of one of its open tasks is under way, so that its state may change
    /// at once: a task that was answered while no worker ran has yet to report.</summary>
    /// <param name="status">The last known status of the run.</param>
    public async Task<bool> IsMovingAsync(RunStatus status, CancellationToken cancellation = default)
    {
        if (status.Telling)
        {
            return true;
        }
        var open = status.Tasks.Where(task => task.State != TaskStates.Pending && !TaskStates.IsEnd(task.State));
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
            return false; // A task that has not begun.
        }
    }

    /// <summary>Waits for the end. A failed run returns its reason, not an exception; after a reset, waits for the newest
    /// execution.</summary>
    /// <exception cref="RpcException">The server can't be reached or does not know the run.</exception>
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
                    return new RunResult { State = RunStates.Failed, Why = RunExecution.Failed(failure) };
                }
                if (newest.End is { } end)
                {
                    return end;
                }
            }
        }
    }

    /// <summary>Pauses the run, or one task.</summary>
    public Task<SteeringAnswer> PauseAsync(string? task = null, CancellationToken cancellation = default)
    {
        var command = task is null ? null : new TaskCommand(task);
        return SteerAsync(w => w.PauseAsync(command), cancellation);
    }

    /// <summary>Resumes the run, or one task.</summary>
    public Task<SteeringAnswer> ResumeAsync(string? task = null, CancellationToken cancellation = default)
    {
        var command = task is null ? null : new TaskCommand(task);
        return SteerAsync(w => w.ResumeAsync(command), cancellation);
    }

    /// <summary>Cancels one task.</summary>
    public Task<SteeringAnswer> CancelTaskAsync(TaskCommand command, CancellationToken cancellation = default) =>
        SteerAsync(w => w.CancelTaskAsync(command), cancellation);

    /// <summary>Retries a failed task, or resumes a blocked or parked one.</summary>
    public Task<SteeringAnswer> RetryTaskAsync(TaskCommand command, CancellationToken cancellation = default) =>
        SteerAsync(w => w.RetryTaskAsync(command), cancellation);

    /// <summary>Counts a task as done without changes.</summary>
    public Task<SteeringAnswer> SkipTaskAsync(TaskCommand command, CancellationToken cancellation = default) =>
        SteerAsync(w => w.SkipTaskAsync(command), cancellation);

    /// <summary>Adds tasks in words.</summary>
    public Task<SteeringAnswer> AddTasksAsync(AddTasksCommand command, CancellationToken cancellation = default) =>
        SteerAsync(w => w.AddTasksAsync(command), cancellation);

    /// <summary>Approves <c>plan</c> or a task.</summary>
    /// <param name="command">Which, by whom, and what they were shown.</param>
    public Task<SteeringAnswer> ApproveAsync(ApprovalCommand command, CancellationToken cancellation = default) =>
        SteerAsync(w => w.ApproveAsync(command), cancellation);

    /// <summary>Rejects <c>plan</c> or a task.</summary>
    /// <param name="command">Which, by whom, why, and what they were shown.</param>
    public Task<SteeringAnswer> RejectAsync(ApprovalCommand command, CancellationToken cancellation = default) =>
        SteerAsync(w => w.RejectAsync(command), cancellation);

    /// <summary>Retries landing for a run that waits for it.</summary>
    public Task<SteeringAnswer> PromoteAsync(PersonCommand command, CancellationToken cancellation = default) =>
        SteerAsync(w => w.PromoteAsync(command), cancellation);

    /// <summary>Lands what is merged of a run whose other tasks did not end well; those stay open.</summary>
    public Task<SteeringAnswer> LandMergedAsync(PersonCommand command, CancellationToken cancellation = default) =>
        SteerAsync(w => w.LandMergedAsync(command), cancellation);

    /// <summary>Raises a budget; tasks that wait for it continue.</summary>
    public Task<SteeringAnswer> IncreaseBudgetAsync(RaiseBudgetCommand command, CancellationToken cancellation = default) =>
        SteerAsync(w => w.IncreaseBudgetAsync(command), cancellation);

    /// <summary>Has the steps of the run done on another machine.</summary>
    public Task<SteeringAnswer> MoveAsync(MoveRunCommand command, CancellationToken cancellation = default) =>
        SteerAsync(w => w.MoveAsync(command), cancellation);

    /// <summary>The machine that the run waits for: see <see cref="MachinePresence.FindAwayAsync"/>.</summary>
    public Task<MachineAway?> FindAwayAsync(
        RunStatus status,
        Func<string, bool> isDead,
        DateTimeOffset now,
        CancellationToken cancellation = default
    ) => MachinePresence.FindAwayAsync(_client, status, isDead, now, cancellation);

    /// <summary>Decides how a run continues that can't continue by itself.</summary>
    public Task<SteeringAnswer> ResolveAsync(ResolutionCommand command, CancellationToken cancellation = default) =>
        SteerAsync(w => w.ResolveEscalationAsync(command), cancellation);

    /// <summary>Ends the run; merged work stays on staging.</summary>
    public Task<SteeringAnswer> CancelAsync(PersonCommand command, CancellationToken cancellation = default) =>
        SteerAsync(w => w.CancelAsync(command), cancellation);

    /// <summary>Sends a command of <see cref="SteeringCatalog"/> and waits for the run's answer.</summary>
    /// <exception cref="WorkflowUpdateFailedException">The run refuses the command.</exception>
    public Task<SteeringAnswer> SteerAsync(SteeringCall call, CancellationToken cancellation = default) =>
        Workflow.ExecuteUpdateAsync<SteeringAnswer>(
            call.Name,
            [call.Message],
            new WorkflowUpdateOptions { Rpc = new RpcOptions { CancellationToken = cancellation } }
        );

    /// <summary>Delivers a command durably without waiting for an answer, for runs that no worker serves.</summary>
    public Task DeliverAsync(SteeringCall call, CancellationToken cancellation = default) =>
        Workflow.SignalAsync(
            call.Name,
            [call.Message],
            new WorkflowSignalOptions { Rpc = new RpcOptions { CancellationToken = cancellation } }
        );

    /// <summary>Waits until the run's history has grown, following it into new executions, also those of a reset; returns at the end of the
    /// run. Each value is a hint to read the status again.</summary>
    public async IAsyncEnumerable<long> ChangesAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (var change in EventsAsync(cancellation))
        {
            yield return change.EventId;
        }
    }

    /// <summary>The transitions that the run's machine has to record, as soon as they are in history, until the end of the run. Each value
    /// contains everything that the run does not know to be recorded, so that none depends on one before. Needs a worker with the run's
    /// workflow.</summary>
    /// <exception cref="RpcException">The server can't be reached or does not know the run.</exception>
    /// <exception cref="WorkflowQueryFailedException">The workflow is of a version that does not answer.</exception>
    public async IAsyncEnumerable<ProgressInput> UnrecordedAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        news.Writer.TryWrite(true);
        var following = FollowAsync(news.Writer, stop.Token);
        try
        {
            var options = new WorkflowQueryOptions { Rpc = new RpcOptions { CancellationToken = stop.Token } };
            await foreach (var _ in news.Reader.ReadAllAsync(stop.Token))
            {
                if (await FindUnrecordedAsync(options) is { } unrecorded)
                {
                    yield return unrecorded;
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
            await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Follows the workflow tasks of a run, in which everything that it reports happens.</summary>
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

    private async Task<ProgressInput?> FindUnrecordedAsync(WorkflowQueryOptions options)
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

    private Task<SteeringAnswer> SteerAsync(
        Expression<Func<IOrchestrationWorkflow, Task<SteeringAnswer>>> update,
        CancellationToken cancellation
    ) => Workflow.ExecuteUpdateAsync(update, new WorkflowUpdateOptions { Rpc = new RpcOptions { CancellationToken = cancellation } });
}
