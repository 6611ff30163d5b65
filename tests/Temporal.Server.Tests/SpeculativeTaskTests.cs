using Grpc.Core;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

/// <summary>
/// A workflow task that is there for an update alone leaves no event until it must: whatever meets it while no worker has it, a worker gets
/// it.
/// </summary>
public sealed class SpeculativeTaskTests
{
    [Fact]
    public async Task Update_SignalComesBeforeAWorker_TaskIsHandedOut()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("w"));
        await AdmitAsync(server, "u");

        await server.SignalAsync("w", "s");
        var task = await server.PollWorkflowTaskAsync("w");

        Assert.Equal("u", Assert.Single(task.Messages).ProtocolInstanceId);
        Assert.Equal(
            [EventType.WorkflowExecutionSignaled, EventType.WorkflowTaskScheduled, EventType.WorkflowTaskStarted],
            task.History.Events.Skip(4).Select(e => e.EventType)
        );
    }

    [Fact]
    public async Task Update_WorkerOfTheStickyQueueIsGone_AnotherWorkerGetsIt()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        await server.StickAndLeaveAsync("w");

        await AdmitAsync(server, "u");
        var task = await server.PollWorkflowTaskAsync("w");

        Assert.Equal("u", Assert.Single(task.Messages).ProtocolInstanceId);
        Assert.Equal(
            [
                EventType.WorkflowTaskScheduled,
                EventType.WorkflowTaskTimedOut,
                EventType.WorkflowTaskScheduled,
                EventType.WorkflowTaskStarted,
            ],
            task.History.Events.Skip(8).Select(e => e.EventType)
        );
        Assert.Equal(TimeoutType.ScheduleToStart, task.History.Events[9].WorkflowTaskTimedOutEventAttributes.TimeoutType);
    }

    // Nobody waits here for what becomes of it: the call is given up once the update is there.
    private static async Task AdmitAsync(TestServer server, string id)
    {
        var execution = new WorkflowExecution { WorkflowId = "w" };
        _ = server.CallAsync(
            new UpdateWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = execution,
                WaitPolicy = new WaitPolicy { LifecycleStage = UpdateWorkflowExecutionLifecycleStage.Accepted },
                Request = new Request
                {
                    Meta = new Meta { UpdateId = id },
                    Input = new Input { Name = "update" },
                },
            },
            UpdateWorkflowExecutionResponse.Parser
        );
        var poll = new PollWorkflowExecutionUpdateRequest
        {
            Namespace = "default",
            UpdateRef = new UpdateRef { WorkflowExecution = execution, UpdateId = id },
        };
        while (true)
        {
            try
            {
                await server.CallAsync(poll, PollWorkflowExecutionUpdateResponse.Parser);
                return;
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
            {
                await Task.Delay(5);
            }
        }
    }
}
