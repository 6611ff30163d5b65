using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.Workflow.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

/// <summary>Activities that somebody pauses or resets while they are under way.</summary>
public sealed class ActivityControlTests
{
    [Fact]
    public async Task Paused_FailsItsLastAttempt_StaysPendingUntilItIsUnpaused()
    {
        await using var server = await TestServer.StartAsync();
        await StartAsync(server, attempts: 1);
        var task = await server.PollActivityTaskAsync("w");
        await server.CallAsync(
            new PauseActivityRequest
            {
                Namespace = "default",
                Execution = Run,
                Id = "a",
            },
            PauseActivityResponse.Parser
        );

        await FailAsync(server, task, "first");

        var pending = await PendingAsync(server);
        Assert.Equal((PendingActivityState.Paused, 2, "first"), (pending.State, pending.Attempt, pending.LastFailure.Message));
        await server.CallAsync(
            new UnpauseActivityRequest
            {
                Namespace = "default",
                Execution = Run,
                Id = "a",
            },
            UnpauseActivityResponse.Parser
        );
        var again = await server.PollActivityTaskAsync("w");
        Assert.Equal(2, again.Attempt);
        await FailAsync(server, again, "second");
        var failed = (await server.HistoryAsync("w"))
            .Single(e => e.EventType == EventType.ActivityTaskFailed)
            .ActivityTaskFailedEventAttributes;
        Assert.Equal(("second", RetryState.MaximumAttemptsReached), (failed.Failure.Message, failed.RetryState));
    }

    [Fact]
    public async Task ResetWhileUnderWay_LetsThatAttemptCountAsTheFirst()
    {
        await using var server = await TestServer.StartAsync();
        await StartAsync(server, attempts: 2);
        await FailAsync(server, await server.PollActivityTaskAsync("w"), "first");
        var second = await server.PollActivityTaskAsync("w");
        Assert.Equal(2, second.Attempt);

        await server.CallAsync(
            new ResetActivityRequest
            {
                Namespace = "default",
                Execution = Run,
                Id = "a",
            },
            ResetActivityResponse.Parser
        );

        Assert.Equal(1, (await PendingAsync(server)).Attempt);
        var beat = await server.CallAsync(
            new RecordActivityTaskHeartbeatRequest { TaskToken = second.TaskToken },
            RecordActivityTaskHeartbeatResponse.Parser
        );
        Assert.True(beat.ActivityReset);
        await FailAsync(server, second, "second");
        var third = await server.PollActivityTaskAsync("w");
        Assert.Equal(2, third.Attempt);
        var late = await Assert.ThrowsAsync<RpcException>(() => FailAsync(server, second, "late"));
        Assert.Equal(StatusCode.NotFound, late.StatusCode);
        await FailAsync(server, third, "third");
        var failed = (await server.HistoryAsync("w"))
            .Single(e => e.EventType == EventType.ActivityTaskFailed)
            .ActivityTaskFailedEventAttributes;
        Assert.Equal(("third", RetryState.MaximumAttemptsReached), (failed.Failure.Message, failed.RetryState));
    }

    private static WorkflowExecution Run => new() { WorkflowId = "w" };

    private static async Task StartAsync(TestServer server, int attempts)
    {
        await server.StartWorkflowAsync("w");
        var command = TestServer.Activity("a", "w");
        command.ScheduleActivityTaskCommandAttributes.RetryPolicy = new RetryPolicy
        {
            InitialInterval = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(1)),
            MaximumAttempts = attempts,
        };
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("w"), command);
    }

    private static Task FailAsync(TestServer server, PollActivityTaskQueueResponse task, string message) =>
        server.CallAsync(
            new RespondActivityTaskFailedRequest
            {
                TaskToken = task.TaskToken,
                Failure = new Failure { Message = message, ApplicationFailureInfo = new() },
            },
            RespondActivityTaskFailedResponse.Parser
        );

    private static async Task<PendingActivityInfo> PendingAsync(TestServer server) =>
        Assert.Single(
            (
                await server.CallAsync(
                    new DescribeWorkflowExecutionRequest { Namespace = "default", Execution = Run },
                    DescribeWorkflowExecutionResponse.Parser
                )
            ).PendingActivities
        );
}
