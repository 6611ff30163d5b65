using Google.Protobuf;
using Grpc.Core;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Orchestrator.ServerKillTest.Load;

/// <summary>Polls and answers tasks of planned workflows and of their activities.</summary>
internal sealed class ScriptedWorker(ServerCalls calls, AccountLedger ledger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>One poller of workflow tasks.</summary>
    public async Task DecideAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var poll = new PollWorkflowTaskQueueRequest
            {
                Namespace = "default",
                TaskQueue = new TaskQueue { Name = ScriptedWorkflow.Queue },
                Identity = "scripted",
            };
            var task = await PollAsync(poll, PollWorkflowTaskQueueResponse.Parser, stop);
            if (task is { TaskToken.IsEmpty: false })
            {
                await DecideAsync(task, stop);
            }
        }
    }

    /// <summary>One poller of activity tasks.</summary>
    public async Task ActAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var poll = new PollActivityTaskQueueRequest
            {
                Namespace = "default",
                TaskQueue = new TaskQueue { Name = ScriptedWorkflow.ActivityQueue },
                Identity = "scripted",
            };
            var task = await PollAsync(poll, PollActivityTaskQueueResponse.Parser, stop);
            if (task is { TaskToken.IsEmpty: false })
            {
                await ActAsync(task, stop);
            }
        }
    }

    private async Task DecideAsync(PollWorkflowTaskQueueResponse task, CancellationToken stop)
    {
        // Unique, so that this completion is found in the history.
        var answer = new RespondWorkflowTaskCompletedRequest
        {
            Namespace = "default",
            TaskToken = task.TaskToken,
            Identity = Guid.NewGuid().ToString(),
        };
        answer.Commands.AddRange(ScriptedWorkflow.Decide(task.History.Events));
        if (await RespondAsync(answer, RespondWorkflowTaskCompletedResponse.Parser, stop))
        {
            ledger.WorkflowTasks[(task.WorkflowExecution.RunId, answer.Identity)] = true;
        }
    }

    private async Task ActAsync(PollActivityTaskQueueResponse task, CancellationToken stop)
    {
        var result = Guid.NewGuid().ToString();
        var answer = new RespondActivityTaskCompletedRequest
        {
            Namespace = "default",
            TaskToken = task.TaskToken,
            Result = ScriptedWorkflow.Payloads(result),
        };
        if (!await RespondAsync(answer, RespondActivityTaskCompletedResponse.Parser, stop))
        {
            return;
        }
        if (!ledger.ActivityResults.TryAdd((task.WorkflowExecution.RunId, task.ActivityId), result))
        {
            ledger.Faults.Enqueue($"activity {task.ActivityId} of {task.WorkflowExecution.WorkflowId} was taken as completed twice");
        }
    }

    private async Task<TResponse?> PollAsync<TResponse>(IMessage poll, MessageParser<TResponse> parser, CancellationToken stop)
        where TResponse : class, IMessage<TResponse>
    {
        try
        {
            return await calls.CallAsync(poll, parser, stop);
        }
        catch (RpcException gone) when (ServerCalls.IsGone(gone))
        {
            await Task.Delay(Pause, stop);
            return null;
        }
        catch (RpcException fault)
        {
            ledger.Faults.Enqueue($"a poll was answered {fault.StatusCode} {fault.Status.Detail}");
            await Task.Delay(Pause, stop);
            return null;
        }
    }

    /// <summary>
    /// True when the server took it. A task that is gone was taken before its answer was lost, or has timed out; a refused completion comes
    /// again as another task.
    /// </summary>
    private async Task<bool> RespondAsync<TResponse>(IMessage answer, MessageParser<TResponse> parser, CancellationToken stop)
        where TResponse : IMessage<TResponse>
    {
        try
        {
            await calls.InsistAsync(answer, parser, stop);
            return true;
        }
        catch (RpcException refused) when (refused.StatusCode is StatusCode.NotFound or StatusCode.InvalidArgument)
        {
            return false;
        }
        catch (RpcException fault)
        {
            ledger.Faults.Enqueue($"a worker was answered {fault.StatusCode} {fault.Status.Detail}");
            return false;
        }
    }
}
