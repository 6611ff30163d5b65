using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Orchestrator.Temporal.Server.Tests.Storage;

/// <summary>Workflows in many states, for tests of what is stored of them.</summary>
internal static class BusyFile
{
    public static async Task FillAsync(TestServer server)
    {
        await BufferingAsync(server);
        await ActivitiesAsync(server);
        await OthersAsync(server);
        await ChainAsync(server);
        await ResetAsync(server);
    }

    /// <summary>A started task with a signal, a cancel request and an attached start behind it.</summary>
    private static async Task BufferingAsync(TestServer server)
    {
        await server.StartWorkflowAsync("buffering");
        await server.PollWorkflowTaskAsync("buffering");
        await server.SignalAsync("buffering", "one");
        await server.CallAsync(
            new RequestCancelWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = new WorkflowExecution { WorkflowId = "buffering" },
                RequestId = "c",
            },
            RequestCancelWorkflowExecutionResponse.Parser
        );
        await AttachAsync(server, "buffering");
        await server.StartWorkflowAsync("flushed");
        var task = await server.PollWorkflowTaskAsync("flushed");
        await AttachAsync(server, "flushed");
        await server.CompleteAsync(task);
    }

    /// <summary>Activities that wait, are started, wait for a retry, are asked to cancel, are paused.</summary>
    private static async Task ActivitiesAsync(TestServer server)
    {
        await server.StartWorkflowAsync("activities");
        var task = await server.PollWorkflowTaskAsync("activities");
        await server.CompleteAsync(
            task,
            [
                .. Enumerable.Range(0, 5).Select(i => TestServer.Activity("a" + i, i < 3 ? "activities" : "nobody")),
                TestServer.Timer("t", TimeSpan.FromHours(1)),
            ]
        );
        var failing = await server.PollActivityTaskAsync("activities");
        await server.CallAsync(
            new RespondActivityTaskFailedRequest
            {
                Namespace = "default",
                TaskToken = failing.TaskToken,
                Failure = new Temporalio.Api.Failure.V1.Failure { Message = "no", ApplicationFailureInfo = new() },
            },
            RespondActivityTaskFailedResponse.Parser
        );
        var beating = await server.PollActivityTaskAsync("activities");
        await server.CallAsync(
            new RecordActivityTaskHeartbeatRequest { Namespace = "default", TaskToken = beating.TaskToken },
            RecordActivityTaskHeartbeatResponse.Parser
        );
        await server.CallAsync(
            new PauseActivityRequest
            {
                Namespace = "default",
                Execution = new WorkflowExecution { WorkflowId = "activities" },
                Id = "a4",
                Identity = "test",
            },
            PauseActivityResponse.Parser
        );
        await server.SignalAsync("activities", "go");
        var next = await server.PollWorkflowTaskAsync("activities");
        var started = next
            .History.Events.Concat(task.History.Events)
            .First(e => e.ActivityTaskScheduledEventAttributes?.ActivityId == beating.ActivityId);
        await server.CompleteAsync(
            next,
            new Command
            {
                CommandType = CommandType.RequestCancelActivityTask,
                RequestCancelActivityTaskCommandAttributes = new RequestCancelActivityTaskCommandAttributes
                {
                    ScheduledEventId = started.EventId,
                },
            }
        );
    }

    /// <summary>A child, a signal and a cancel request to other workflows, memo and a failed task.</summary>
    private static async Task OthersAsync(TestServer server)
    {
        await server.StartWorkflowAsync("parent");
        var memo = new Memo();
        memo.Fields["note"] = new Payload { Data = ByteString.CopyFromUtf8("\"x\"") };
        await server.CompleteAsync(
            await server.PollWorkflowTaskAsync("parent"),
            new Command
            {
                CommandType = CommandType.StartChildWorkflowExecution,
                StartChildWorkflowExecutionCommandAttributes = new StartChildWorkflowExecutionCommandAttributes
                {
                    WorkflowId = "child",
                    WorkflowType = new WorkflowType { Name = "C" },
                    TaskQueue = new TaskQueue { Name = "child" },
                },
            },
            new Command
            {
                CommandType = CommandType.SignalExternalWorkflowExecution,
                SignalExternalWorkflowExecutionCommandAttributes = new SignalExternalWorkflowExecutionCommandAttributes
                {
                    Execution = new WorkflowExecution { WorkflowId = "activities" },
                    SignalName = "s",
                },
            },
            new Command
            {
                CommandType = CommandType.ModifyWorkflowProperties,
                ModifyWorkflowPropertiesCommandAttributes = new ModifyWorkflowPropertiesCommandAttributes { UpsertedMemo = memo },
            }
        );
        var child = await server.PollWorkflowTaskAsync("child");
        await server.CallAsync(
            new RespondWorkflowTaskFailedRequest { Namespace = "default", TaskToken = child.TaskToken },
            RespondWorkflowTaskFailedResponse.Parser
        );
        await server.PollWorkflowTaskAsync("child");
    }

    /// <summary>A run that continues as a new one after a while, and one that has ended.</summary>
    private static async Task ChainAsync(TestServer server)
    {
        await server.StartWorkflowAsync("chain");
        await server.CompleteAsync(
            await server.PollWorkflowTaskAsync("chain"),
            new Command
            {
                CommandType = CommandType.ContinueAsNewWorkflowExecution,
                ContinueAsNewWorkflowExecutionCommandAttributes = new ContinueAsNewWorkflowExecutionCommandAttributes
                {
                    BackoffStartInterval = new Duration { Seconds = 3600 },
                },
            }
        );
        await server.StartWorkflowAsync("done");
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("done"), TestServer.Complete());
    }

    private static async Task ResetAsync(TestServer server)
    {
        await server.StartWorkflowAsync("reset");
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("reset"), TestServer.Activity("a", "nobody"));
        await server.SignalAsync("reset", "later");
        await server.CallAsync(
            new ResetWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = new WorkflowExecution { WorkflowId = "reset" },
                WorkflowTaskFinishEventId = 4,
                RequestId = "r",
                Reason = "test",
            },
            ResetWorkflowExecutionResponse.Parser
        );
    }

    private static Task AttachAsync(TestServer server, string id) =>
        server.CallAsync(
            new StartWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowId = id,
                WorkflowType = new WorkflowType { Name = "Test" },
                TaskQueue = new TaskQueue { Name = id },
                RequestId = "attached-" + id,
                WorkflowIdConflictPolicy = WorkflowIdConflictPolicy.UseExisting,
                OnConflictOptions = new Temporalio.Api.Workflow.V1.OnConflictOptions { AttachRequestId = true },
            },
            StartWorkflowExecutionResponse.Parser
        );
}
