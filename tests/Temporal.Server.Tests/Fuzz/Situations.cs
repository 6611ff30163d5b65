using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Temporalio.Api.Batch.V1;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Protocol.V1;
using Temporalio.Api.Query.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Orchestrator.Temporal.Server.Tests.Fuzz;

/// <summary>An update that has its outcome.</summary>
internal sealed record KnownUpdate(WorkflowExecution Execution, string Id);

/// <summary>
/// Sets up situations that some RPCs need: an update with an outcome, an activity that is about to end, a waiting query, a running batch.
/// Each has a run of its own, so that nothing else changes.
/// </summary>
internal sealed class Situations(TestServer server, Seeds seeds, Random random)
{
    private const int BatchSize = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private int _made;

    /// <summary>Makes what an RPC needs, every other time.</summary>
    public Task PrepareAsync(string method) =>
        random.Next(2) == 0
            ? Task.CompletedTask
            : method switch
            {
                "UpdateWorkflowExecution" or "PollWorkflowExecutionUpdate" or "ExecuteMultiOperation" => CompletedUpdateAsync(),
                "RespondActivityTaskCanceled" or "RespondActivityTaskCanceledById" => ActivityToCancelAsync(),
                "RespondQueryTaskCompleted" => WaitingQueryAsync(),
                "StopBatchOperation" => RunningBatchAsync(),
                "PollActivityTaskQueue" => WaitingActivityAsync(),
                "RespondActivityTaskFailed" or "RespondActivityTaskCompleted" or "RecordActivityTaskHeartbeat" => BegunActivityAsync(),
                _ => Task.CompletedTask,
            };

    private async Task CompletedUpdateAsync()
    {
        var run = await StartAsync();
        var update = $"u-{_made}";
        var asked = server.TryAsync(
            new UpdateWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = run,
                WaitPolicy = new WaitPolicy { LifecycleStage = UpdateWorkflowExecutionLifecycleStage.Completed },
                Request = new Request
                {
                    Meta = new Meta { UpdateId = update },
                    Input = new Input { Name = "change" },
                },
            },
            Patience
        );
        var task = await server.PollWorkflowTaskAsync(run.WorkflowId);
        while (task.Messages.Count == 0)
        {
            await server.CompleteAsync(task);
            task = await server.PollWorkflowTaskAsync(run.WorkflowId);
        }

        var completed = new RespondWorkflowTaskCompletedRequest { Namespace = "default", TaskToken = task.TaskToken };
        Add(completed, update, "Acceptance", new Acceptance { AcceptedRequestMessageId = task.Messages[0].Id });
        Add(
            completed,
            update,
            "Response",
            new Response
            {
                Meta = new Meta { UpdateId = update },
                Outcome = new Outcome { Success = TestServer.Text("changed") },
            }
        );
        await server.CallAsync(completed, RespondWorkflowTaskCompletedResponse.Parser);
        if ((await asked).Status == StatusCode.OK)
        {
            seeds.Add("completed update", new KnownUpdate(run, update));
        }
    }

    private async Task<WorkflowExecution> WaitingActivityAsync()
    {
        var run = await StartAsync();
        var activity = TestServer.Activity("a", run.WorkflowId);
        activity.ScheduleActivityTaskCommandAttributes.StartToCloseTimeout = new() { Seconds = 86_400 };
        await server.CompleteAsync(await server.PollWorkflowTaskAsync(run.WorkflowId), activity);
        seeds.Add("activity queue", run.WorkflowId);
        return run;
    }

    private async Task<(WorkflowExecution Run, PollActivityTaskQueueResponse Task)> BegunActivityAsync()
    {
        var run = await WaitingActivityAsync();
        var begun = await server.PollActivityTaskAsync(run.WorkflowId);
        seeds.Add("PollActivityTaskQueue.task_token", begun.TaskToken);
        return (run, begun);
    }

    private async Task ActivityToCancelAsync()
    {
        var (run, begun) = await BegunActivityAsync();
        await server.SignalAsync(run.WorkflowId, "end");
        var scheduled = (await server.HistoryAsync(run.WorkflowId)).Single(e => e.EventType == EventType.ActivityTaskScheduled).EventId;
        await server.CompleteAsync(
            await server.PollWorkflowTaskAsync(run.WorkflowId),
            new Command
            {
                CommandType = CommandType.RequestCancelActivityTask,
                RequestCancelActivityTaskCommandAttributes = new RequestCancelActivityTaskCommandAttributes
                {
                    ScheduledEventId = scheduled,
                },
            }
        );
        seeds.Add("cancelled.task_token", begun.TaskToken);
        seeds.Add("cancelled.execution", run);
    }

    private async Task WaitingQueryAsync()
    {
        var run = await StartAsync();
        await server.CompleteAsync(await server.PollWorkflowTaskAsync(run.WorkflowId));
        _ = server.TryAsync(
            new QueryWorkflowRequest
            {
                Namespace = "default",
                Execution = run,
                Query = new WorkflowQuery { QueryType = "ask" },
            },
            TimeSpan.FromSeconds(5)
        );
        seeds.Add("query.task_token", (await server.PollWorkflowTaskAsync(run.WorkflowId)).TaskToken);
    }

    // Runs that are not there take their time, too.
    private async Task RunningBatchAsync()
    {
        var job = $"job-long-{_made++}";
        var request = new StartBatchOperationRequest
        {
            Namespace = "default",
            JobId = job,
            Reason = "to be stopped",
            SignalOperation = new BatchOperationSignal { Signal = "none" },
        };
        request.Executions.AddRange(Enumerable.Range(0, BatchSize).Select(i => new WorkflowExecution { WorkflowId = $"absent-{i}" }));
        if ((await server.TryAsync(request, Patience)).Status == StatusCode.OK)
        {
            seeds.Add("job_id", job);
        }
    }

    private async Task<WorkflowExecution> StartAsync()
    {
        var id = $"situation-{_made++}";
        return new WorkflowExecution { WorkflowId = id, RunId = await server.StartWorkflowAsync(id, taskTimeoutSeconds: 120) };
    }

    private static void Add(RespondWorkflowTaskCompletedRequest completed, string update, string kind, IMessage body)
    {
        var message = new Message
        {
            Id = $"{update}/{kind}",
            ProtocolInstanceId = update,
            Body = new Any { TypeUrl = $"type.googleapis.com/temporal.api.update.v1.{kind}", Value = body.ToByteString() },
        };
        completed.Messages.Add(message);
        completed.Commands.Add(
            new Command
            {
                CommandType = CommandType.ProtocolMessage,
                ProtocolMessageCommandAttributes = new ProtocolMessageCommandAttributes { MessageId = message.Id },
            }
        );
    }
}
