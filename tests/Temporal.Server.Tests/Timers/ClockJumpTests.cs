using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests.Timers;

/// <summary>The machine sleeps, or somebody sets its clock: the wall clock leaves the monotonic one.</summary>
public sealed class ClockJumpTests
{
    private static readonly TimeSpan Night = TimeSpan.FromHours(8);

    [Fact]
    public async Task Sleep_LongerThanEveryLimitOfAnAttempt_FailsNone()
    {
        var clock = new SettableClock();
        await using var server = await TestServer.StartAsync(time: clock);
        var activity = await StartActivityAsync(server, "w", heartbeat: TimeSpan.FromSeconds(30));
        await server.StartWorkflowAsync("task");
        var task = await server.PollWorkflowTaskAsync("task");
        await server.StartWorkflowAsync("alarm");
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("alarm"), TestServer.Timer("t", TimeSpan.FromHours(1)));

        clock.Move(Night);

        // The alarm rings, so the server has seen what time it is.
        var rung = await server.PollWorkflowTaskAsync("alarm");
        Assert.Contains(rung.History.Events, e => e.EventType == EventType.TimerFired);
        await HeartbeatAsync(server, activity);
        await server.CompleteAsync(task, TestServer.Complete());
        await server.CallAsync(
            new RespondActivityTaskCompletedRequest { Namespace = "default", TaskToken = activity.TaskToken },
            RespondActivityTaskCompletedResponse.Parser
        );
        Assert.Equal(EventType.WorkflowExecutionCompleted, (await server.HistoryAsync("task"))[^1].EventType);
        var events = await server.HistoryAsync("w");
        Assert.Equal(1, events.Single(e => e.EventType == EventType.ActivityTaskStarted).ActivityTaskStartedEventAttributes.Attempt);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(-8)]
    [InlineData(0)]
    public async Task Heartbeat_MissedAfterAJump_IsNoticedInTimeAwake(int hours)
    {
        var clock = new SettableClock();
        await using var server = await TestServer.StartAsync(time: clock);
        var lost = await StartActivityAsync(server, "w", heartbeat: TimeSpan.FromSeconds(2));

        clock.Move(TimeSpan.FromHours(hours));

        var again = await server.PollActivityTaskAsync("w");
        Assert.Equal((1, 2), (lost.Attempt, again.Attempt));
        await server.CallAsync(
            new RespondActivityTaskCompletedRequest { Namespace = "default", TaskToken = again.TaskToken },
            RespondActivityTaskCompletedResponse.Parser
        );
        var events = await server.HistoryAsync("w");
        Assert.Equal(
            events.Select(e => e.EventTime).Order(Comparer<Timestamp>.Create((a, b) => a.CompareTo(b))),
            events.Select(e => e.EventTime)
        );
    }

    [Fact]
    public async Task Clock_ForthAndBack_LeavesAttemptsAsTheyWere()
    {
        var clock = new SettableClock();
        await using var server = await TestServer.StartAsync(time: clock);
        var old = await StartActivityAsync(server, "old", heartbeat: TimeSpan.FromSeconds(60));

        clock.Move(Night);
        await HeartbeatAsync(server, old);
        var between = await StartActivityAsync(server, "between", heartbeat: TimeSpan.FromSeconds(60));
        clock.Move(-Night);
        await HeartbeatAsync(server, old);
        await HeartbeatAsync(server, between);
        var lost = await StartActivityAsync(server, "new", heartbeat: TimeSpan.FromSeconds(1));

        Assert.Equal(1, lost.Attempt);
        Assert.Equal(2, (await server.PollActivityTaskAsync("new")).Attempt);
        await HeartbeatAsync(server, old);
        await HeartbeatAsync(server, between);
    }

    private static async Task<PollActivityTaskQueueResponse> StartActivityAsync(TestServer server, string id, TimeSpan heartbeat)
    {
        await server.StartWorkflowAsync(id);
        var command = TestServer.Activity("a", id);
        command.ScheduleActivityTaskCommandAttributes.HeartbeatTimeout = Duration.FromTimeSpan(heartbeat);
        command.ScheduleActivityTaskCommandAttributes.RetryPolicy = new RetryPolicy
        {
            InitialInterval = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(100)),
        };
        await server.CompleteAsync(await server.PollWorkflowTaskAsync(id), command);
        return await server.PollActivityTaskAsync(id);
    }

    private static Task HeartbeatAsync(TestServer server, PollActivityTaskQueueResponse activity) =>
        server.CallAsync(
            new RecordActivityTaskHeartbeatRequest { Namespace = "default", TaskToken = activity.TaskToken },
            RecordActivityTaskHeartbeatResponse.Parser
        );

    private sealed class SettableClock : TimeProvider
    {
        private long _moved;

        public void Move(TimeSpan by) => Interlocked.Add(ref _moved, by.Ticks);

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _moved));
    }
}
