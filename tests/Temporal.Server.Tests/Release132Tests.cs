using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Orchestrator.TestKit;
using Temporal.Server.Common;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.Protocol.V1;
using Temporalio.Api.Schedule.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

/// <summary>Behavior of server 1.32.0 that the official SDKs' own tests rely on.</summary>
public sealed class Release132Tests
{
    [Fact]
    public async Task EagerActivity_IsHandedOutWithTheAnswerAndToNobodyElse()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        var task = await server.PollWorkflowTaskAsync("w");
        var eager = TestServer.Activity("eager", "w");
        eager.ScheduleActivityTaskCommandAttributes.RequestEagerExecution = true;

        var answer = await CompleteAsync(server, task, eager, TestServer.Activity("polled", "w"));
        var polled = await server.PollActivityTaskAsync("w");
        await server.CallAsync(
            new RespondActivityTaskCompletedRequest { Namespace = "default", TaskToken = Assert.Single(answer.ActivityTasks).TaskToken },
            RespondActivityTaskCompletedResponse.Parser
        );

        Assert.Equal(("eager", "polled"), (answer.ActivityTasks[0].ActivityId, polled.ActivityId));
        Assert.Contains(await server.HistoryAsync("w"), e => e.EventType == EventType.ActivityTaskCompleted);
    }

    [Fact]
    public async Task Activity_ThatNoWorkerTakesInTime_EndsWithTheRetryStateTimeout()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        var command = TestServer.Activity("a", "w");
        command.ScheduleActivityTaskCommandAttributes.ScheduleToStartTimeout = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(10));
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("w"), command);

        var ended = (await server.PollWorkflowTaskAsync("w")).History.Events.Single(e => e.EventType == EventType.ActivityTaskTimedOut);

        Assert.Equal(RetryState.Timeout, ended.ActivityTaskTimedOutEventAttributes.RetryState);
    }

    [Fact]
    public async Task Task_TooLargeForItsWorkerToSend_EndsTheRun()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        var task = await server.PollWorkflowTaskAsync("w");

        await server.CallAsync(
            new RespondWorkflowTaskFailedRequest
            {
                Namespace = "default",
                TaskToken = task.TaskToken,
                Cause = WorkflowTaskFailedCause.GrpcMessageTooLarge,
            },
            RespondWorkflowTaskFailedResponse.Parser
        );

        var history = await server.HistoryAsync("w");
        Assert.Equal(WorkflowTaskFailedCause.ForceCloseCommand, history[^2].WorkflowTaskFailedEventAttributes.Cause);
        Assert.Equal("GrpcMessageTooLarge", history[^1].WorkflowExecutionTerminatedEventAttributes.Reason);
    }

    [Fact]
    public async Task Result_TooLarge_EndsTheRunInTheServersWords()
    {
        await using var server = await TestServer.StartAsync(blobSizeLimit: 1000);
        await server.StartWorkflowAsync("w");
        var complete = TestServer.Complete();
        complete.CompleteWorkflowExecutionCommandAttributes.Result = TestServer.Text(new string('x', 2000));
        var task = await server.PollWorkflowTaskAsync("w");

        await Assert.ThrowsAsync<RpcException>(() => server.CompleteAsync(task, complete));

        Assert.StartsWith(
            "BadScheduleActivityAttributes: CompleteWorkflowExecutionCommandAttributes.Result",
            (await server.HistoryAsync("w"))[^1].WorkflowExecutionTerminatedEventAttributes.Reason,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Update_RejectedByTheFirstTaskOfADelayedRun_LeavesNoEvent()
    {
        await using var server = await TestServer.StartAsync();
        await StartDelayedAsync(server, "w");
        var update = UpdateAsync(server, "w");
        var task = await server.PollWorkflowTaskAsync("w");

        await server.CallAsync(
            new RespondWorkflowTaskCompletedRequest
            {
                Namespace = "default",
                TaskToken = task.TaskToken,
                Messages =
                {
                    new Message
                    {
                        Id = "m",
                        ProtocolInstanceId = "u",
                        Body = Any.Pack(new Rejection { Failure = new Failure { Message = "no" } }),
                    },
                },
            },
            RespondWorkflowTaskCompletedResponse.Parser
        );

        Assert.Equal("no", (await update).Outcome.Failure.Message);
        Assert.Equal(EventType.WorkflowExecutionStarted, Assert.Single(await server.HistoryAsync("w")).EventType);
    }

    [Fact]
    public async Task Task_OfAnUpdate_IsScheduledBeforeItIsStarted()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("w"));
        _ = UpdateAsync(server, "w");
        var task = await server.PollWorkflowTaskAsync("w");
        await Task.Delay(20);
        await server.CompleteAsync(task, TestServer.Timer("t", TimeSpan.FromHours(1)));

        var history = await server.HistoryAsync("w");
        var started = history.Last(e => e.EventType == EventType.WorkflowTaskStarted);
        var scheduled = history.Last(e => e.EventType == EventType.WorkflowTaskScheduled);

        Assert.True(scheduled.EventTime.ToDateTimeOffset() <= started.EventTime.ToDateTimeOffset());
    }

    [Fact]
    public async Task Schedule_WhoseSearchAttributesAreRemoved_HasNone()
    {
        await using var server = await TestServer.StartAsync();
        var schedule = new Schedule
        {
            Spec = new ScheduleSpec(),
            Action = new ScheduleAction
            {
                StartWorkflow = new()
                {
                    WorkflowId = "w",
                    WorkflowType = new() { Name = "Test" },
                    TaskQueue = new() { Name = "w" },
                },
            },
        };
        var attributes = new SearchAttributes();
        attributes.IndexedFields["TemporalChangeVersion"] = PayloadExtensions.Json("[\"a\"]");
        await server.CallAsync(
            new CreateScheduleRequest
            {
                Namespace = "default",
                ScheduleId = "s",
                Schedule = schedule,
                SearchAttributes = attributes,
            },
            CreateScheduleResponse.Parser
        );
        var counted = await server.CallAsync(new CountSchedulesRequest { Namespace = "default" }, CountSchedulesResponse.Parser);

        await server.CallAsync(
            new UpdateScheduleRequest
            {
                Namespace = "default",
                ScheduleId = "s",
                Schedule = schedule,
                SearchAttributes = new SearchAttributes(),
            },
            UpdateScheduleResponse.Parser
        );
        var described = await server.CallAsync(
            new DescribeScheduleRequest { Namespace = "default", ScheduleId = "s" },
            DescribeScheduleResponse.Parser
        );

        Assert.Equal(1, counted.Count);
        Assert.Null(described.SearchAttributes);
    }

    [Fact]
    public async Task Query_DuringTheFirstTask_GoesToTheWorkerThatThenHasTheRunInMemory()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        var task = await server.PollWorkflowTaskAsync("w");
        var asked = server.QueryAsync("w");
        await server.UntilAskedAsync("w");

        await server.StickAsync(task);
        var query = await (await server.BeginStickyPollAsync("w"));
        await server.AnswerQueryAsync(query, TestServer.Text("yes"));

        Assert.Equal("q", query.Query.QueryType);
        Assert.Equal("yes", (await asked).QueryResult.Payloads_[0].Data.ToStringUtf8());
    }

    [Fact]
    public async Task FifthFailureInARow_ShowsInTheSearchAttributesUntilATaskIsDone()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        for (var i = 0; i < 5; i++)
        {
            var failed = await server.PollWorkflowTaskAsync("w");
            await server.CallAsync(
                new RespondWorkflowTaskFailedRequest
                {
                    Namespace = "default",
                    TaskToken = failed.TaskToken,
                    Cause = WorkflowTaskFailedCause.NonDeterministicError,
                },
                RespondWorkflowTaskFailedResponse.Parser
            );
        }

        var failing = await DescribeAsync(server, "w");
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("w"));
        var done = await DescribeAsync(server, "w");

        Assert.Equal(
            "[\"category=WorkflowTaskFailed\",\"cause=WorkflowTaskFailedCauseNonDeterministicError\"]",
            failing.SearchAttributes.IndexedFields["TemporalReportedProblems"].Data.ToStringUtf8()
        );
        Assert.DoesNotContain("TemporalReportedProblems", done.SearchAttributes.IndexedFields.Keys);
    }

    [Fact]
    public async Task Priority_ChangedWhileATaskWaits_MovesTheTask()
    {
        await using var server = await TestServer.StartAsync();
        foreach (var id in (string[])["first", "second"])
        {
            await server.CallAsync(
                new StartWorkflowExecutionRequest
                {
                    Namespace = "default",
                    WorkflowId = id,
                    WorkflowType = new() { Name = "Test" },
                    TaskQueue = new() { Name = "q" },
                    Priority = new Priority { PriorityKey = 1 },
                },
                StartWorkflowExecutionResponse.Parser
            );
        }

        var request = new UpdateWorkflowExecutionOptionsRequest
        {
            Namespace = "default",
            WorkflowExecution = new() { WorkflowId = "first" },
            WorkflowExecutionOptions = new() { Priority = new Priority { PriorityKey = 5 } },
            UpdateMask = new FieldMask { Paths = { "priority.priority_key" } },
        };
        await server.CallAsync(request, UpdateWorkflowExecutionOptionsResponse.Parser);
        await server.CallAsync(request, UpdateWorkflowExecutionOptionsResponse.Parser);

        Assert.Equal("second", (await server.PollWorkflowTaskAsync("q")).WorkflowExecution.WorkflowId);
        var moved = await server.PollWorkflowTaskAsync("q");
        Assert.Equal("first", moved.WorkflowExecution.WorkflowId);
        Assert.Single(moved.History.Events, e => e.EventType == EventType.WorkflowExecutionOptionsUpdated);
    }

    [Fact]
    public async Task Call_ThatItsClientCancelled_IsNoErrorInTheLog()
    {
        using var log = new Fuzz.ErrorLog();
        await using (var server = await TestServer.StartAsync(loggers: log))
        {
            await server.StartWorkflowAsync("w");
            foreach (var limit in (double[])[0.05, 0.2])
            {
                foreach (
                    var request in (IMessage[])
                        [
                            new QueryWorkflowRequest
                            {
                                Namespace = "default",
                                Execution = new() { WorkflowId = "w" },
                                Query = new() { QueryType = "q" },
                            },
                            new PollActivityTaskQueueRequest
                            {
                                Namespace = "default",
                                TaskQueue = new() { Name = "w" },
                            },
                            new GetWorkflowExecutionHistoryRequest
                            {
                                Namespace = "default",
                                Execution = new() { WorkflowId = "w" },
                                WaitNewEvent = true,
                                HistoryEventFilterType = HistoryEventFilterType.CloseEvent,
                            },
                        ]
                )
                {
                    await server.TryAsync(request, TimeSpan.FromSeconds(limit));
                }
            }
        }

        Assert.Empty(log.Take());
    }

    private static Task<RespondWorkflowTaskCompletedResponse> CompleteAsync(
        TestServer server,
        PollWorkflowTaskQueueResponse task,
        params Command[] commands
    ) =>
        server.CallAsync(
            new RespondWorkflowTaskCompletedRequest
            {
                Namespace = "default",
                TaskToken = task.TaskToken,
                Identity = "worker",
                Commands = { commands },
            },
            RespondWorkflowTaskCompletedResponse.Parser
        );

    private static Task StartDelayedAsync(TestServer server, string id) =>
        server.CallAsync(
            new StartWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowId = id,
                WorkflowType = new() { Name = "Test" },
                TaskQueue = new() { Name = id },
                WorkflowStartDelay = Duration.FromTimeSpan(TimeSpan.FromHours(1)),
            },
            StartWorkflowExecutionResponse.Parser
        );

    private static Task<UpdateWorkflowExecutionResponse> UpdateAsync(TestServer server, string id) =>
        server.CallAsync(
            new UpdateWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = new() { WorkflowId = id },
                WaitPolicy = new WaitPolicy { LifecycleStage = UpdateWorkflowExecutionLifecycleStage.Completed },
                Request = new Request
                {
                    Meta = new Meta { UpdateId = "u" },
                    Input = new Input { Name = "update" },
                },
            },
            UpdateWorkflowExecutionResponse.Parser
        );

    private static async Task<Temporalio.Api.Workflow.V1.WorkflowExecutionInfo> DescribeAsync(TestServer server, string id) =>
        (
            await server.CallAsync(
                new DescribeWorkflowExecutionRequest
                {
                    Namespace = "default",
                    Execution = new() { WorkflowId = id },
                },
                DescribeWorkflowExecutionResponse.Parser
            )
        ).WorkflowExecutionInfo;
}
