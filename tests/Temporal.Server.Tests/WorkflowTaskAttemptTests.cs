using Grpc.Core;
using Orchestrator.TestKit;
using Temporal.Server.Common;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

/// <summary>A workflow task that keeps failing: paced as on the real server.</summary>
public sealed class WorkflowTaskAttemptTests
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(4);

    /// <summary>Answered with an error alone, the task would come again and again after its time-out, and nobody would see why.</summary>
    [Fact]
    public async Task Complete_WithACommandOfNexus_FailsTheTaskWithItsCause()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        var task = await server.PollWorkflowTaskAsync("w");

        await Assert.ThrowsAsync<RpcException>(() =>
            server.CompleteAsync(
                task,
                new Command
                {
                    CommandType = CommandType.ScheduleNexusOperation,
                    ScheduleNexusOperationCommandAttributes = new ScheduleNexusOperationCommandAttributes
                    {
                        Endpoint = "e",
                        Service = "s",
                        Operation = "o",
                    },
                }
            )
        );

        var failed = Assert
            .Single(await server.HistoryAsync("w"), e => e.WorkflowTaskFailedEventAttributes is not null)
            .WorkflowTaskFailedEventAttributes;
        Assert.Equal(WorkflowTaskFailedCause.FeatureDisabled, failed.Cause);
    }

    [Fact]
    public async Task Attempts_AfterReportedFailures_AreHandedOutAtOnceAndWrittenOnce()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w", taskTimeoutSeconds: 10);
        var timeouts = new List<TimeSpan>();
        for (var attempt = 1; attempt <= 6; attempt++)
        {
            // Longer than a poll has; what was put off would not come.
            var task = await server.CallAsync(
                new PollWorkflowTaskQueueRequest
                {
                    Namespace = "default",
                    TaskQueue = new() { Name = "w" },
                    Identity = "worker",
                },
                PollWorkflowTaskQueueResponse.Parser,
                AtOnce
            );
            Assert.Equal(attempt, task.Attempt);
            timeouts.Add(
                task.History.Events.Last(e => e.EventType == EventType.WorkflowTaskScheduled)
                    .WorkflowTaskScheduledEventAttributes.StartToCloseTimeout.ToTimeSpan()
            );
            await server.CallAsync(
                new RespondWorkflowTaskFailedRequest
                {
                    Namespace = "default",
                    TaskToken = task.TaskToken,
                    Cause = WorkflowTaskFailedCause.WorkflowWorkerUnhandledFailure,
                },
                RespondWorkflowTaskFailedResponse.Parser
            );
        }

        Assert.Single(await server.HistoryAsync("w"), e => e.EventType == EventType.WorkflowTaskFailed);
        Assert.All(timeouts[..3], timeout => Assert.Equal(TimeSpan.FromSeconds(10), timeout));
        Assert.InRange(timeouts[3], TimeSpan.FromSeconds(14), TimeSpan.FromSeconds(15));
        Assert.InRange(timeouts[4], TimeSpan.FromSeconds(18), TimeSpan.FromSeconds(20));
        Assert.InRange(timeouts[5], TimeSpan.FromSeconds(26), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task FailureForAReset_BeginsWithTheFirstAttempt()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        await server.CallAsync(
            new RespondWorkflowTaskFailedRequest
            {
                Namespace = "default",
                TaskToken = (await server.PollWorkflowTaskAsync("w")).TaskToken,
                Cause = WorkflowTaskFailedCause.ResetWorkflow,
            },
            RespondWorkflowTaskFailedResponse.Parser
        );

        Assert.Equal(1, (await server.PollWorkflowTaskAsync("w")).Attempt);
    }

    [Fact]
    public async Task Answer_RefusedAgain_LeavesTheTaskToItsTimeLimitInsteadOfAskingAtOnce()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w", taskTimeoutSeconds: 3);
        var attempts = new List<int>();
        for (var i = 0; i < 3; i++)
        {
            var task = await server.PollWorkflowTaskAsync("w");
            attempts.Add(task.Attempt);
            var refused = await Assert.ThrowsAsync<RpcException>(() => server.CompleteAsync(task, TestServer.Activity("", "w")));
            Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
            Assert.Equal(i > 0, (await DescribeAsync()).PendingWorkflowTask.State == PendingWorkflowTaskState.Started);
        }

        Assert.Equal([1, 2, 3], attempts);
        var events = await server.HistoryAsync("w");
        Assert.Single(events, e => e.EventType == EventType.WorkflowTaskFailed);
        Assert.DoesNotContain(events, e => e.EventType == EventType.WorkflowTaskTimedOut);

        Task<DescribeWorkflowExecutionResponse> DescribeAsync() =>
            server.CallAsync(
                new DescribeWorkflowExecutionRequest
                {
                    Namespace = "default",
                    Execution = new() { WorkflowId = "w" },
                },
                DescribeWorkflowExecutionResponse.Parser
            );
    }

    [Fact]
    public async Task Answer_ThatClosesBesideNewEvents_IsAskedForAtOnceWhateverTheAttempt()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        for (var i = 0; i < 4; i++)
        {
            var task = await server.PollWorkflowTaskAsync("w");
            await server.SignalAsync("w", "s" + i);
            await Assert.ThrowsAsync<RpcException>(() => server.CompleteAsync(task, TestServer.Complete()));
        }

        await server.CompleteAsync(await server.PollWorkflowTaskAsync("w"), TestServer.Complete());
    }

    [Fact]
    public async Task Poll_WithAShortDeadline_IsRefused()
    {
        await using var server = await TestServer.StartAsync();
        var request = new PollWorkflowTaskQueueRequest
        {
            Namespace = "default",
            TaskQueue = new() { Name = "w" },
        };

        var refused = await Assert.ThrowsAsync<RpcException>(() =>
            server.CallAsync(request, PollWorkflowTaskQueueResponse.Parser, TimeSpan.FromMilliseconds(1900))
        );

        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
    }

    [Fact]
    public async Task Polls_OfAWorkerThatSaysGoodbye_AreAnsweredEmptyAlsoTheLateOnes()
    {
        await using var server = await TestServer.StartAsync();
        var open = PollAsync("gone");
        var queue = server.Server.Parts.Queues.Get(NamespaceRegistry.Default.Id, "w", activity: false);
        await Eventually.TrueAsync(() => queue.HasPoller(TimeSpan.Zero));

        await server.CallAsync(
            new ShutdownWorkerRequest { Namespace = "default", WorkerInstanceKey = "gone" },
            ShutdownWorkerResponse.Parser
        );
        await server.StartWorkflowAsync("w");

        Assert.Empty((await open).TaskToken);
        Assert.Empty((await PollAsync("gone")).TaskToken);
        Assert.Equal("w", (await PollAsync("another")).WorkflowExecution.WorkflowId);

        Task<PollWorkflowTaskQueueResponse> PollAsync(string worker) =>
            server.CallAsync(
                new PollWorkflowTaskQueueRequest
                {
                    Namespace = "default",
                    TaskQueue = new() { Name = "w" },
                    WorkerInstanceKey = worker,
                },
                PollWorkflowTaskQueueResponse.Parser
            );
    }

    [Fact]
    public async Task Start_AskedForEagerly_ReturnsTheTaskAlsoWhenRepeatedAndQueuesNone()
    {
        await using var server = await TestServer.StartAsync();
        var request = new StartWorkflowExecutionRequest
        {
            Namespace = "default",
            WorkflowId = "w",
            WorkflowType = new WorkflowType { Name = "Test" },
            TaskQueue = new() { Name = "w" },
            RequestId = "r",
            Identity = "me",
            RequestEagerExecution = true,
        };

        var first = await server.CallAsync(request, StartWorkflowExecutionResponse.Parser);
        var again = await server.CallAsync(request, StartWorkflowExecutionResponse.Parser);
        var polled = await server.CallAsync(
            new PollWorkflowTaskQueueRequest
            {
                Namespace = "default",
                TaskQueue = new() { Name = "w" },
            },
            PollWorkflowTaskQueueResponse.Parser,
            TimeSpan.FromSeconds(3)
        );
        await server.CompleteAsync(again.EagerWorkflowTask, TestServer.Complete());

        Assert.Equal(first.EagerWorkflowTask.TaskToken, again.EagerWorkflowTask.TaskToken);
        Assert.Empty(polled.TaskToken);
        Assert.Equal(EventType.WorkflowExecutionCompleted, (await server.HistoryAsync("w"))[^1].EventType);
    }
}
