using Google.Protobuf.WellKnownTypes;
using Temporal.Server.Frontend;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

/// <summary>A workflow task that is there for an update alone leaves no event until it must: whatever meets it while no worker has it, a worker gets it.</summary>
public sealed class SpeculativeTaskTests
{
    private const string Sticky = "w-sticky";

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
            task.History.Events.Skip(4).Select(e => e.EventType));
    }

    [Fact]
    public async Task Update_WorkerOfTheStickyQueueIsGone_AnotherWorkerGetsIt()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        await StickAsync(server, await server.PollWorkflowTaskAsync("w"));

        // The worker polls for the last time.
        var poll = server.CallAsync(
            new PollWorkflowTaskQueueRequest { Namespace = "default", TaskQueue = new TaskQueue { Name = Sticky, Kind = TaskQueueKind.Sticky, NormalName = "w" } }, PollWorkflowTaskQueueResponse.Parser);
        while (!server.Server.Parts.Queues.StickyWorkerLives(NamespaceRegistry.Default.Id, Sticky))
        {
            await Task.Delay(10);
        }

        await server.SignalAsync("w", "s");
        await StickAsync(server, await poll);
        await AdmitAsync(server, "u");
        var task = await server.PollWorkflowTaskAsync("w");

        Assert.Equal("u", Assert.Single(task.Messages).ProtocolInstanceId);
        Assert.Equal(
            [EventType.WorkflowTaskScheduled, EventType.WorkflowTaskTimedOut, EventType.WorkflowTaskScheduled, EventType.WorkflowTaskStarted],
            task.History.Events.Skip(8).Select(e => e.EventType));
        Assert.Equal(TimeoutType.ScheduleToStart, task.History.Events[9].WorkflowTaskTimedOutEventAttributes.TimeoutType);
    }

    private static Task StickAsync(TestServer server, PollWorkflowTaskQueueResponse task) => server.CallAsync(
        new RespondWorkflowTaskCompletedRequest
        {
            Namespace = "default",
            TaskToken = task.TaskToken,
            StickyAttributes = new StickyExecutionAttributes { WorkerTaskQueue = new TaskQueue { Name = Sticky }, ScheduleToStartTimeout = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(200)) },
        },
        RespondWorkflowTaskCompletedResponse.Parser);

    // Answered at once: nobody waits for what becomes of it.
    private static Task AdmitAsync(TestServer server, string id) => server.CallAsync(
        new UpdateWorkflowExecutionRequest
        {
            Namespace = "default",
            WorkflowExecution = new WorkflowExecution { WorkflowId = "w" },
            WaitPolicy = new WaitPolicy { LifecycleStage = UpdateWorkflowExecutionLifecycleStage.Admitted },
            Request = new Request { Meta = new Meta { UpdateId = id }, Input = new Input { Name = "update" } },
        },
        UpdateWorkflowExecutionResponse.Parser);
}
