using Orchestrator.TestKit;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

/// <summary>A request to a child workflow follows its start, which was requested before.</summary>
public sealed class ChildOrderTests
{
    [Fact]
    public async Task Child_CancelledWhileItIsBeingStarted_HearsOfIt()
    {
        await using var server = await TestServer.StartAsync();
        var limit = Eventually.Timeout();
        for (var i = 0; i < 20; i++)
        {
            var (parent, child) = ($"parent{i}", $"child{i}");
            await server.StartWorkflowAsync(parent);
            var second = await StartAsync(server, await server.PollWorkflowTaskAsync(parent), child);
            await server.CompleteAsync(second, Cancel(child));

            while (!(await server.HistoryAsync(parent, "")).Any(IsAnswer))
            {
                await Task.Delay(10, limit);
            }

            Assert.Contains(await server.HistoryAsync(child, ""), e => e.EventType == EventType.WorkflowExecutionCancelRequested);
        }
    }

    private static bool IsAnswer(HistoryEvent e) =>
        e.EventType is EventType.ExternalWorkflowExecutionCancelRequested or EventType.RequestCancelExternalWorkflowExecutionFailed;

    /// <summary>The next workflow task comes with the answer: it does not wait until the child has been started.</summary>
    private static async Task<PollWorkflowTaskQueueResponse> StartAsync(
        TestServer server,
        PollWorkflowTaskQueueResponse first,
        string child
    )
    {
        var complete = new RespondWorkflowTaskCompletedRequest
        {
            Namespace = "default",
            TaskToken = first.TaskToken,
            ForceCreateNewWorkflowTask = true,
            ReturnNewWorkflowTask = true,
        };
        complete.Commands.Add(
            new Command
            {
                CommandType = CommandType.StartChildWorkflowExecution,
                StartChildWorkflowExecutionCommandAttributes = new StartChildWorkflowExecutionCommandAttributes
                {
                    WorkflowId = child,
                    WorkflowType = new WorkflowType { Name = "C" },
                    TaskQueue = new TaskQueue { Name = child },
                },
            }
        );
        return (await server.CallAsync(complete, RespondWorkflowTaskCompletedResponse.Parser)).WorkflowTask;
    }

    private static Command Cancel(string child) =>
        new()
        {
            CommandType = CommandType.RequestCancelExternalWorkflowExecution,
            RequestCancelExternalWorkflowExecutionCommandAttributes = new RequestCancelExternalWorkflowExecutionCommandAttributes
            {
                WorkflowId = child,
                ChildWorkflowOnly = true,
            },
        };
}
