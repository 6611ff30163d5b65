using Google.Protobuf;
using Grpc.Core;
using Orchestrator.TestKit.Rpc;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Orchestrator.Conformance.Wire;

/// <summary>Tokens of tasks and pages that were given to others: whole, and of workflows that live.</summary>
internal static class ForeignTokens
{
    private const string Service = "/temporal.api.workflowservice.v1.WorkflowService/";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Starts a few workflows and takes their tasks.</summary>
    public static async Task<IReadOnlyList<byte[]>> CollectAsync(RpcClient calls)
    {
        var tokens = new List<byte[]>();
        foreach (var id in (string[])["w-1", "w-2", "foreign"])
        {
            var queue = new TaskQueue { Name = "tokens-" + id };
            await CallAsync(
                calls,
                new StartWorkflowExecutionRequest
                {
                    Namespace = "default",
                    WorkflowId = id,
                    WorkflowType = new WorkflowType { Name = "Demo" },
                    TaskQueue = queue,
                    RequestId = id,
                },
                StartWorkflowExecutionResponse.Parser
            );
            var task = await CallAsync(
                calls,
                new PollWorkflowTaskQueueRequest { Namespace = "default", TaskQueue = queue },
                PollWorkflowTaskQueueResponse.Parser
            );
            tokens.Add(task.TaskToken.ToByteArray());
            if (id == "w-1")
            {
                await CallAsync(calls, Scheduling(task.TaskToken, queue), RespondWorkflowTaskCompletedResponse.Parser);
                var activity = await CallAsync(
                    calls,
                    new PollActivityTaskQueueRequest { Namespace = "default", TaskQueue = queue },
                    PollActivityTaskQueueResponse.Parser
                );
                tokens.Add(activity.TaskToken.ToByteArray());
            }
        }

        var history = await CallAsync(
            calls,
            new GetWorkflowExecutionHistoryRequest
            {
                Namespace = "default",
                Execution = new WorkflowExecution { WorkflowId = "w-1" },
                MaximumPageSize = 1,
            },
            GetWorkflowExecutionHistoryResponse.Parser
        );
        var list = await CallAsync(
            calls,
            new ListWorkflowExecutionsRequest { Namespace = "default", PageSize = 1 },
            ListWorkflowExecutionsResponse.Parser
        );
        return [.. tokens, history.NextPageToken.ToByteArray(), list.NextPageToken.ToByteArray()];
    }

    private static RespondWorkflowTaskCompletedRequest Scheduling(ByteString token, TaskQueue queue) =>
        new()
        {
            Namespace = "default",
            TaskToken = token,
            Commands =
            {
                new Command
                {
                    CommandType = CommandType.ScheduleActivityTask,
                    ScheduleActivityTaskCommandAttributes = new ScheduleActivityTaskCommandAttributes
                    {
                        ActivityId = "a",
                        ActivityType = new ActivityType { Name = "A" },
                        TaskQueue = queue,
                        StartToCloseTimeout = new Google.Protobuf.WellKnownTypes.Duration { Seconds = 600 },
                    },
                },
            },
        };

    private static Task<TResponse> CallAsync<TResponse>(RpcClient calls, IMessage request, MessageParser<TResponse> parser)
        where TResponse : IMessage<TResponse> =>
        calls.CallAsync(Service + request.GetType().Name[..^"Request".Length], request, parser, Limit);
}
