using Grpc.Core;
using Orchestrator.Temporal.Server.Tests.Storage;
using Orchestrator.TestKit;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

/// <summary>A paused workflow takes what is sent to it and gives out nothing.</summary>
public sealed class PauseTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Paused_TakesSignalsAndGetsItsTaskWhenItGoesOn(bool restarted)
    {
        using var folder = new EngineFolder();
        var first = await TestServer.StartAsync(folder.DatabasePath);
        await first.StartWorkflowAsync("w");
        await PauseAsync(first, "w");
        await first.SignalAsync("w", "s");
        if (restarted)
        {
            await first.DisposeAsync();
        }

        await using var server = restarted ? await TestServer.StartAsync(folder.DatabasePath) : first;
        var described = await DescribeAsync(server, "w");
        var poll = server.PollWorkflowTaskAsync("w");
        await UnpauseAsync(server, "w");
        await server.CompleteAsync(await poll, TestServer.Complete());

        Assert.Equal(WorkflowExecutionStatus.Paused, described.WorkflowExecutionInfo.Status);
        Assert.Equal(("me", "why"), (described.WorkflowExtendedInfo.PauseInfo.Identity, described.WorkflowExtendedInfo.PauseInfo.Reason));
        Assert.Equal(
            [
                EventType.WorkflowExecutionStarted,
                EventType.WorkflowTaskScheduled,
                EventType.WorkflowTaskFailed,
                EventType.WorkflowExecutionPaused,
                EventType.WorkflowExecutionSignaled,
                EventType.WorkflowExecutionUnpaused,
                EventType.WorkflowTaskScheduled,
                EventType.WorkflowTaskStarted,
                EventType.WorkflowTaskCompleted,
                EventType.WorkflowExecutionCompleted,
            ],
            (await server.HistoryAsync("w")).Select(e => e.EventType)
        );
        Assert.Null((await DescribeAsync(server, "w")).WorkflowExtendedInfo.PauseInfo);
    }

    [Fact]
    public async Task Paused_WhileAWorkerHasItsTask_EndsThatAndStartsNoActivityUntilItGoesOn()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        var task = await server.PollWorkflowTaskAsync("w");
        await PauseAsync(server, "w");
        await server.CompleteAsync(task, TestServer.Activity("a", "w"), TestServer.Timer("t", TimeSpan.FromMilliseconds(1)));
        while ((await server.HistoryAsync("w")).All(e => e.EventType != EventType.TimerFired))
        {
            await Task.Delay(10);
        }

        var paused = await DescribeAsync(server, "w");
        var poll = server.PollActivityTaskAsync("w");

        await UnpauseAsync(server, "w");

        Assert.Equal("a", (await poll).ActivityId);
        Assert.Null(paused.PendingWorkflowTask);
        Assert.Equal(PendingActivityState.Scheduled, paused.PendingActivities.Single().State);
        Assert.Contains((await server.PollWorkflowTaskAsync("w")).History.Events, e => e.EventType == EventType.TimerFired);
    }

    [Fact]
    public async Task Paused_AskedOrUpdated_IsRefused()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("w"));
        await PauseAsync(server, "w");

        var asked = await server.QueryAsync("w");
        var updated = await server.TryAsync(
            new UpdateWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = new WorkflowExecution { WorkflowId = "w" },
                Request = new()
                {
                    Meta = new() { UpdateId = "u" },
                    Input = new() { Name = "update" },
                },
            },
            Eventually.Limit
        );

        Assert.Equal(WorkflowExecutionStatus.Paused, asked.QueryRejected.Status);
        Assert.Equal((StatusCode.FailedPrecondition, "Workflow is paused. Cannot update the workflow."), (updated.Status, updated.Message));
    }

    [Fact]
    public async Task Paused_ActivityThatWaits_IsHeldAndTheRetryOfARunningOneIsNot()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("w"), TestServer.Activity("running", "w"));
        var running = await server.PollActivityTaskAsync("w");
        await server.SignalAsync("w", "s");
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("w"), TestServer.Activity("waiting", "w"));
        await PauseAsync(server, "w");
        await server.CallAsync(
            new RespondActivityTaskFailedRequest { Namespace = "default", TaskToken = running.TaskToken },
            RespondActivityTaskFailedResponse.Parser
        );

        var first = await server.PollActivityTaskAsync("w");
        var poll = server.PollActivityTaskAsync("w");
        await UnpauseAsync(server, "w");

        Assert.Equal(("running", 2), (first.ActivityId, first.Attempt));
        Assert.Equal("waiting", (await poll).ActivityId);
    }

    [Fact]
    public async Task Pause_OfAPausedOneIsNothingAndUnpauseOfARunningOneIsRefused()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        var early = await Assert.ThrowsAsync<RpcException>(() => UnpauseAsync(server, "w"));
        await PauseAsync(server, "w");
        await PauseAsync(server, "w");
        var second = await Assert.ThrowsAsync<RpcException>(() => PauseAsync(server, "w", "another"));
        var open = await server.CallAsync(
            new ListOpenWorkflowExecutionsRequest { Namespace = "default" },
            ListOpenWorkflowExecutionsResponse.Parser
        );
        await server.CallAsync(
            new TerminateWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = new WorkflowExecution { WorkflowId = "w" },
            },
            TerminateWorkflowExecutionResponse.Parser
        );
        var late = await Assert.ThrowsAsync<RpcException>(() => PauseAsync(server, "w"));

        Assert.Equal((StatusCode.FailedPrecondition, "workflow is not paused."), (early.StatusCode, early.Status.Detail));
        Assert.Equal((StatusCode.FailedPrecondition, "workflow is already paused."), (second.StatusCode, second.Status.Detail));
        Assert.Equal(WorkflowExecutionStatus.Paused, Assert.Single(open.Executions).Status);
        Assert.Equal(StatusCode.NotFound, late.StatusCode);
        Assert.Single(await server.HistoryAsync("w"), e => e.EventType == EventType.WorkflowExecutionPaused);
    }

    private static Task PauseAsync(TestServer server, string id, string requestId = "once") =>
        server.CallAsync(
            new PauseWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowId = id,
                Identity = "me",
                Reason = "why",
                RequestId = requestId,
            },
            PauseWorkflowExecutionResponse.Parser
        );

    private static Task UnpauseAsync(TestServer server, string id) =>
        server.CallAsync(
            new UnpauseWorkflowExecutionRequest { Namespace = "default", WorkflowId = id },
            UnpauseWorkflowExecutionResponse.Parser
        );

    private static Task<DescribeWorkflowExecutionResponse> DescribeAsync(TestServer server, string id) =>
        server.CallAsync(
            new DescribeWorkflowExecutionRequest
            {
                Namespace = "default",
                Execution = new WorkflowExecution { WorkflowId = id },
            },
            DescribeWorkflowExecutionResponse.Parser
        );
}
