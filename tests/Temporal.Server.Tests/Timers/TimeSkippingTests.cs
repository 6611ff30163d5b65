using System.Net;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Orchestrator.TestKit.Rpc;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Schedule.V1;
using Temporalio.Api.TestService.V1;
using Temporalio.Api.Workflow.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;
using TaskQueue = Temporalio.Api.TaskQueue.V1.TaskQueue;

namespace Temporal.Server.Tests.Timers;

public sealed class TimeSkippingTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TemporalServer _server = new(
        new TemporalServerOptions { Address = new IPEndPoint(IPAddress.Loopback, 0), TimeSkipping = true }
    );
    private RpcClient _calls = null!;

    public async Task InitializeAsync()
    {
        await _server.StartAsync();
        _calls = new RpcClient(_server.Addresses[0]);
    }

    [Fact]
    public async Task Timer_OfADayWhileUnlocked_FiresAtOnceAtItsTime()
    {
        await StartAsync("day");
        var task = await PollAsync();
        await CompleteAsync(
            task,
            new Command
            {
                CommandType = CommandType.StartTimer,
                StartTimerCommandAttributes = new StartTimerCommandAttributes
                {
                    TimerId = "t",
                    StartToFireTimeout = Duration.FromTimeSpan(TimeSpan.FromDays(1)),
                },
            }
        );
        await TestAsync("UnlockTimeSkipping", new UnlockTimeSkippingRequest(), UnlockTimeSkippingResponse.Parser);

        var next = await PollAsync();

        var started = next.History.Events.Single(e => e.EventType == EventType.TimerStarted).EventTime.ToDateTimeOffset();
        var fired = next.History.Events.Single(e => e.EventType == EventType.TimerFired).EventTime.ToDateTimeOffset();
        Assert.InRange(fired - started, TimeSpan.FromDays(1), TimeSpan.FromDays(1.01));
    }

    [Fact]
    public async Task Clock_WhileATaskIsStarted_DoesNotSkip()
    {
        await TestAsync("UnlockTimeSkipping", new UnlockTimeSkippingRequest(), UnlockTimeSkippingResponse.Parser);
        await StartAsync("busy", TimeSpan.FromDays(30));
        var task = await PollAsync();

        // The run would time out in thirty days: nothing skips there while its task is being worked on.
        Assert.InRange((await NowAsync()) - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(-1), TimeSpan.FromHours(1));
        await CompleteAsync(
            task,
            new Command
            {
                CommandType = CommandType.CompleteWorkflowExecution,
                CompleteWorkflowExecutionCommandAttributes = new CompleteWorkflowExecutionCommandAttributes(),
            }
        );
    }

    [Fact]
    public async Task Sleep_Unlocked_ReturnsAtOnceWithTheClockMovedOn()
    {
        var before = await NowAsync();

        await TestAsync(
            "UnlockTimeSkippingWithSleep",
            new SleepRequest { Duration = Duration.FromTimeSpan(TimeSpan.FromHours(5)) },
            SleepResponse.Parser
        );

        Assert.InRange((await NowAsync()) - before, TimeSpan.FromHours(5), TimeSpan.FromHours(6));
    }

    [Fact]
    public async Task Sleep_WithATimerDueLater_StopsAtItsTime()
    {
        await StartAsync("later");
        await CompleteAsync(
            await PollAsync(),
            new Command
            {
                CommandType = CommandType.StartTimer,
                StartTimerCommandAttributes = new StartTimerCommandAttributes
                {
                    TimerId = "t",
                    StartToFireTimeout = Duration.FromTimeSpan(TimeSpan.FromDays(200)),
                },
            }
        );
        for (var i = 0; i < 50; i++)
        {
            var before = await NowAsync();

            await TestAsync(
                "UnlockTimeSkippingWithSleep",
                new SleepRequest { Duration = Duration.FromTimeSpan(TimeSpan.FromHours(2)) },
                SleepResponse.Parser
            );

            Assert.InRange((await NowAsync()) - before, TimeSpan.FromHours(2), TimeSpan.FromHours(2.2));
        }
    }

    [Fact]
    public async Task Unlock_OnceTooOften_IsRefused()
    {
        await TestAsync("UnlockTimeSkipping", new UnlockTimeSkippingRequest(), UnlockTimeSkippingResponse.Parser);

        var exception = await Assert.ThrowsAsync<RpcException>(() =>
            TestAsync("UnlockTimeSkipping", new UnlockTimeSkippingRequest(), UnlockTimeSkippingResponse.Parser)
        );

        Assert.Equal(StatusCode.FailedPrecondition, exception.StatusCode);
    }

    [Fact]
    public async Task Schedule_OfEveryDay_StartsARunPerSkippedDay()
    {
        await CallAsync(
            "CreateSchedule",
            new CreateScheduleRequest
            {
                Namespace = "default",
                ScheduleId = "daily",
                RequestId = "r",
                Schedule = new Schedule
                {
                    Spec = new ScheduleSpec { Interval = { new IntervalSpec { Interval = Duration.FromTimeSpan(TimeSpan.FromDays(1)) } } },
                    Policies = new SchedulePolicies { OverlapPolicy = ScheduleOverlapPolicy.AllowAll },
                    Action = new ScheduleAction
                    {
                        StartWorkflow = new NewWorkflowExecutionInfo
                        {
                            WorkflowId = "job",
                            WorkflowType = new WorkflowType { Name = "Demo" },
                            TaskQueue = new TaskQueue { Name = "q" },
                        },
                    },
                    State = new ScheduleState { LimitedActions = true, RemainingActions = 3 },
                },
            },
            CreateScheduleResponse.Parser
        );
        await TestAsync("UnlockTimeSkipping", new UnlockTimeSkippingRequest(), UnlockTimeSkippingResponse.Parser);

        var days = new HashSet<DateTime>();
        for (var i = 0; i < 3; i++)
        {
            var task = await PollAsync();
            days.Add(task.History.Events[0].EventTime.ToDateTime().Date);
            await CompleteAsync(
                task,
                new Command
                {
                    CommandType = CommandType.CompleteWorkflowExecution,
                    CompleteWorkflowExecutionCommandAttributes = new CompleteWorkflowExecutionCommandAttributes(),
                }
            );
        }

        Assert.Equal(3, days.Count);
    }

    public async Task DisposeAsync()
    {
        _calls.Dispose();
        await _server.DisposeAsync();
    }

    private Task<StartWorkflowExecutionResponse> StartAsync(string id, TimeSpan? timeout = null) =>
        CallAsync(
            "StartWorkflowExecution",
            new StartWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowId = id,
                WorkflowType = new WorkflowType { Name = "Demo" },
                TaskQueue = new TaskQueue { Name = "q" },
                RequestId = id,
                WorkflowRunTimeout = timeout is { } limit ? Duration.FromTimeSpan(limit) : null,
            },
            StartWorkflowExecutionResponse.Parser
        );

    private Task<PollWorkflowTaskQueueResponse> PollAsync() =>
        CallAsync(
            "PollWorkflowTaskQueue",
            new PollWorkflowTaskQueueRequest
            {
                Namespace = "default",
                TaskQueue = new TaskQueue { Name = "q" },
                Identity = "worker",
            },
            PollWorkflowTaskQueueResponse.Parser
        );

    private Task<RespondWorkflowTaskCompletedResponse> CompleteAsync(PollWorkflowTaskQueueResponse task, Command command) =>
        CallAsync(
            "RespondWorkflowTaskCompleted",
            new RespondWorkflowTaskCompletedRequest
            {
                Namespace = "default",
                TaskToken = task.TaskToken,
                Identity = "worker",
                Commands = { command },
            },
            RespondWorkflowTaskCompletedResponse.Parser
        );

    private async Task<DateTimeOffset> NowAsync() =>
        (await TestAsync("GetCurrentTime", new Empty(), GetCurrentTimeResponse.Parser)).Time.ToDateTimeOffset();

    private Task<TResponse> CallAsync<TRequest, TResponse>(string method, TRequest request, MessageParser<TResponse> parser)
        where TRequest : IMessage
        where TResponse : IMessage<TResponse> =>
        _calls.CallAsync($"/temporal.api.workflowservice.v1.WorkflowService/{method}", request, parser, Limit);

    private Task<TResponse> TestAsync<TRequest, TResponse>(string method, TRequest request, MessageParser<TResponse> parser)
        where TRequest : IMessage
        where TResponse : IMessage<TResponse> =>
        _calls.CallAsync($"/temporal.api.testservice.v1.TestService/{method}", request, parser, Limit);
}
