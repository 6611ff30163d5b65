using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Orchestrator.TestKit.Rpc;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Schedule.V1;
using Temporalio.Api.Workflow.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;
using TaskQueue = Temporalio.Api.TaskQueue.V1.TaskQueue;

namespace Orchestrator.Temporal.Server.Tests.Soak;

/// <summary>The load of a week and its worker: a schedule and a cron workflow of each kind, every quarter of an hour.</summary>
internal sealed class SoakLoad(RpcClient calls)
{
    private const string Service = "/temporal.api.workflowservice.v1.WorkflowService/";
    private const string Queue = "soak";
    private const int PerDay = 96;

    // One activity that fails twice before it works, one that fails until its time is over, one timer, and a run whose own time runs out. A
    // task that nobody takes or answers would hold the clock.
    private static readonly string[] Kinds = ["retry", "timeout", "timer", "overdue"];

    private readonly Dictionary<string, int> _ended = Kinds.ToDictionary(kind => kind, _ => 0);
    private readonly Lock _lock = new();

    /// <summary>Workflows that have done their work.</summary>
    public int Closed
    {
        get
        {
            lock (_lock)
            {
                return _ended.Values.Sum();
            }
        }
    }

    public async Task BeginAsync()
    {
        foreach (var kind in Kinds)
        {
            await CallAsync(
                new CreateScheduleRequest
                {
                    Namespace = "default",
                    ScheduleId = kind,
                    RequestId = kind,
                    Schedule = new Schedule
                    {
                        Spec = new ScheduleSpec { Interval = { new IntervalSpec { Interval = new Duration { Seconds = 900 } } } },
                        Policies = new SchedulePolicies { OverlapPolicy = ScheduleOverlapPolicy.AllowAll },
                        Action = new ScheduleAction
                        {
                            StartWorkflow = new NewWorkflowExecutionInfo
                            {
                                WorkflowId = "scheduled-" + kind,
                                WorkflowType = new WorkflowType { Name = kind },
                                TaskQueue = new TaskQueue { Name = Queue },
                                WorkflowRunTimeout = new Duration { Seconds = 7200 },
                            },
                        },
                    },
                },
                CreateScheduleResponse.Parser,
                default
            );
            await CallAsync(
                new StartWorkflowExecutionRequest
                {
                    Namespace = "default",
                    WorkflowId = "cron-" + kind,
                    WorkflowType = new WorkflowType { Name = kind },
                    TaskQueue = new TaskQueue { Name = Queue },
                    RequestId = kind,
                    CronSchedule = "*/15 * * * *",
                    WorkflowRunTimeout = new Duration { Seconds = 7200 },
                },
                StartWorkflowExecutionResponse.Parser,
                default
            );
        }
    }

    /// <summary>Works until stopped.</summary>
    public Task WorkAsync(CancellationToken stop) =>
        Task.WhenAll(
            UntilStoppedAsync(DecideAsync, stop),
            UntilStoppedAsync(DecideAsync, stop),
            UntilStoppedAsync(ActAsync, stop),
            UntilStoppedAsync(ActAsync, stop)
        );

    /// <summary>Every kind ran as often as its schedule and its cron asked for, but for what was under way at the end.</summary>
    public void AssertWeek(int days)
    {
        lock (_lock)
        {
            // Cron continues a quarter of an hour after the run before has ended; an overdue one takes two hours.
            Assert.All(Kinds, kind => Assert.InRange(_ended[kind], (PerDay * days) - 20, (PerDay * days * 2) + 2));
            Assert.True(_ended["timer"] > PerDay * days * 1.3, $"cron ran only {_ended["timer"] - (PerDay * days)} times");
        }
    }

    private async Task DecideAsync(CancellationToken stop)
    {
        var task = await CallAsync(
            new PollWorkflowTaskQueueRequest
            {
                Namespace = "default",
                TaskQueue = new TaskQueue { Name = Queue },
            },
            PollWorkflowTaskQueueResponse.Parser,
            stop
        );
        if (task.TaskToken.IsEmpty)
        {
            return;
        }

        var kind = task.WorkflowType.Name;
        var command = Next(kind, task.History.Events);
        var answer = new RespondWorkflowTaskCompletedRequest { Namespace = "default", TaskToken = task.TaskToken };
        answer.Commands.AddRange(command is null ? [] : [command]);
        await CallAsync(answer, RespondWorkflowTaskCompletedResponse.Parser, stop);
        if (command?.CommandType == CommandType.CompleteWorkflowExecution || (kind == "overdue" && command is not null))
        {
            lock (_lock)
            {
                _ended[kind]++;
            }
        }
    }

    /// <summary>A step of a workflow; the overdue one sets a timer behind its own end and is never asked again.</summary>
    private static Command? Next(string kind, IReadOnlyList<HistoryEvent> history)
    {
        var begun = history.Any(e => e.EventType is EventType.ActivityTaskScheduled or EventType.TimerStarted);
        var done = history.Any(e =>
            e.EventType
                is EventType.ActivityTaskCompleted
                    or EventType.ActivityTaskFailed
                    or EventType.ActivityTaskTimedOut
                    or EventType.TimerFired
        );
        return done ? TestServer.Complete()
            : begun ? null
            : kind switch
            {
                "timer" => TestServer.Timer("t", TimeSpan.FromMinutes(10)),
                "overdue" => TestServer.Timer("t", TimeSpan.FromDays(30)),
                _ => Activity(),
            };
    }

    private static Command Activity()
    {
        var command = TestServer.Activity("a", Queue);
        var attributes = command.ScheduleActivityTaskCommandAttributes;
        attributes.ScheduleToCloseTimeout = new Duration { Seconds = 3600 };
        attributes.RetryPolicy = new RetryPolicy
        {
            InitialInterval = new Duration { Seconds = 60 },
            BackoffCoefficient = 3,
        };
        return command;
    }

    private async Task ActAsync(CancellationToken stop)
    {
        var task = await CallAsync(
            new PollActivityTaskQueueRequest
            {
                Namespace = "default",
                TaskQueue = new TaskQueue { Name = Queue },
            },
            PollActivityTaskQueueResponse.Parser,
            stop
        );
        if (task.TaskToken.IsEmpty)
        {
            return;
        }

        await CallAsync(
            new RecordActivityTaskHeartbeatRequest { Namespace = "default", TaskToken = task.TaskToken },
            RecordActivityTaskHeartbeatResponse.Parser,
            stop
        );
        if (task.Attempt < 3 || task.WorkflowType.Name == "timeout")
        {
            var failure = new Temporalio.Api.Failure.V1.Failure { Message = "again", ApplicationFailureInfo = new() };
            await CallAsync(
                new RespondActivityTaskFailedRequest
                {
                    Namespace = "default",
                    TaskToken = task.TaskToken,
                    Failure = failure,
                },
                RespondActivityTaskFailedResponse.Parser,
                stop
            );
            return;
        }

        await CallAsync(
            new RespondActivityTaskCompletedRequest { Namespace = "default", TaskToken = task.TaskToken },
            RespondActivityTaskCompletedResponse.Parser,
            stop
        );
    }

    private static async Task UntilStoppedAsync(Func<CancellationToken, Task> work, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await work(stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (RpcException late) when (late.StatusCode is StatusCode.NotFound)
            {
                // Its run has ended meanwhile.
            }
        }
    }

    private Task<TResponse> CallAsync<TResponse>(IMessage request, MessageParser<TResponse> parser, CancellationToken stop)
        where TResponse : IMessage<TResponse>
    {
        var name = request.GetType().Name[..^"Request".Length];
        return calls.CallAsync(Service + name, request, parser, TimeSpan.FromSeconds(70), cancellationToken: stop);
    }
}
