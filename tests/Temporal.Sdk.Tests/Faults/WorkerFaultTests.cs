using Orchestrator.TestKit;
using Orchestrator.TestKit.Rpc;
using Temporal.Grpc;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;

namespace Orchestrator.Temporal.Sdk.Tests.Faults;

/// <summary>A worker behind a network that fails in every way: it goes on, and does its work when it can.</summary>
public sealed class WorkerFaultTests(TestServer server) : IClassFixture<TestServer>
{
    private const int FailuresOfEachCall = 2;

    // Without these nobody can say that there is a server at all; what becomes of their failures is tested with the client.
    private static readonly string[] Connecting = ["GetSystemInfo", "DescribeNamespace"];

    public static TheoryData<int> Statuses => [.. Enumerable.Range(1, 16)];

    public static TheoryData<RpcFault> Faults => [.. Enum.GetValues<RpcFault>()];

    [Theory]
    [InlineData(5)]
    [InlineData(14)]
    public Task Worker_WhoseCallsFail_DoesItsWork(int status) => WorkAsync(call => call.FailAsync(status, "as the test says"));

    [Theory]
    [InlineData(RpcFault.ResetInMessage)]
    [InlineData(RpcFault.Garbage)]
    public Task Worker_WhoseAnswersBreak_DoesItsWork(RpcFault fault) => WorkAsync(call => call.BreakAsync(fault));

    [Theory]
    [Trait("Category", "Full")]
    [MemberData(nameof(Statuses))]
    public Task Worker_WhoseCallsFailWithAStatus_DoesItsWork(int status) => WorkAsync(call => call.FailAsync(status, "as the test says"));

    [Theory]
    [Trait("Category", "Full")]
    [MemberData(nameof(Faults))]
    public Task Worker_WhoseAnswersAreBroken_DoesItsWork(RpcFault fault) => WorkAsync(call => call.BreakAsync(fault));

    [Fact]
    public Task Worker_WhoseAnswersComeLate_DoesItsWork() =>
        WorkAsync(async call =>
        {
            await Task.Delay(300);
            await call.PassAsync();
        });

    [Fact]
    public async Task Worker_OfAServerWithoutOptionalCalls_DoesItsWork()
    {
        string[] optional =
        [
            "GetSystemInfo",
            "DescribeNamespace",
            "RecordWorkerHeartbeat",
            "ShutdownWorker",
            "RecordActivityTaskHeartbeat",
        ];
        await WorkAsync(
            call => optional.Contains(call.Method) ? call.FailAsync((int)GrpcStatusCode.Unimplemented, "unknown method") : call.PassAsync(),
            always: true
        );
    }

    [Theory]
    [InlineData(RpcFault.Garbage)]
    [InlineData(RpcFault.BadGateway)]
    [InlineData(RpcFault.Reset)]
    public async Task Worker_WhosePollsFailAllTheTime_WaitsBetweenThem(RpcFault fault)
    {
        await using var proxy = await RpcProxy.StartAsync(server.Address);
        var client = await TemporalClient.ConnectAsync(new(proxy.Address));
        var broken = true;
        proxy.Handle = call =>
            broken && call.Method.StartsWith("Poll", StringComparison.Ordinal) ? call.BreakAsync(fault) : call.PassAsync();
        await server.WithWorkerAsync(
            async queue =>
            {
                // Ten polls at once, each 0.2 s after its failure at the earliest, then later and later: far fewer than a loop that spins
                // would make.
                await Task.Delay(TimeSpan.FromSeconds(1));
                Assert.InRange(proxy.Calls["PollWorkflowTaskQueue"] + proxy.Calls["PollActivityTaskQueue"], 10, 100);
                broken = false;
                await DoAsync(queue);
            },
            options => options.AddWorkflow<FaultyWorkflow>().AddAllActivities(typeof(FaultyWorkflow), null),
            client
        );
    }

    [Fact]
    public Task Task_WithAHistoryThatCannotBe_FailsAndIsDoneWhenItComesRight() =>
        CorruptTasksAsync(task =>
        {
            if (task.History.Events.Count > 4)
            {
                task.History.Events.RemoveAt(task.History.Events.Count / 2);
            }
        });

    [Fact]
    public Task Task_WithEventsWithoutContent_FailsAndIsDoneWhenItComesRight() =>
        CorruptTasksAsync(task =>
        {
            foreach (var e in task.History.Events)
            {
                e.ClearAttributes();
            }
        });

    [Fact]
    public async Task Task_WithoutHistoryAndType_IsDoneWithTheHistoryThatTheServerKeeps()
    {
        await using var proxy = await RpcProxy.StartAsync(server.Address);
        proxy.Handle = call =>
            ChangeTaskAsync(
                call,
                task =>
                {
                    task.History = null;
                    task.WorkflowType = null;
                }
            );
        await WorkBehindAsync(proxy, cachedRuns: 0);
    }

    [Fact]
    public Task Task_WithAnEventOfAnUnknownTypeThatMatters_FailsAndIsDoneWhenItComesRight() =>
        CorruptTasksAsync(task => AddUnknownEvent(task, mayBeIgnored: false), "type 9999");

    [Fact]
    public async Task Task_WithAnEventOfAnUnknownTypeThatMayBeIgnored_IsDone()
    {
        await using var proxy = await RpcProxy.StartAsync(server.Address);
        proxy.Handle = call =>
            ChangeTaskAsync(
                call,
                task =>
                {
                    AddUnknownEvent(task, mayBeIgnored: true);
                    foreach (var e in task.History.Events)
                    {
                        UseUnknownValues(e);
                    }
                }
            );
        await WorkBehindAsync(proxy, cachedRuns: 0);
    }

    private static void UseUnknownValues(HistoryEvent e)
    {
        if (e.WorkflowExecutionStartedEventAttributes is { } started)
        {
            started.Initiator = (ContinueAsNewInitiator)99;
        }

        if (e.ActivityTaskCanceledEventAttributes is null && e.ActivityTaskFailedEventAttributes is { } failed)
        {
            failed.RetryState = (RetryState)99;
        }
    }

    private static void AddUnknownEvent(PollWorkflowTaskQueueResponse task, bool mayBeIgnored)
    {
        // In the place of an event that nobody needs, so that numbers stay whole.
        var scheduled = task.History?.Events.FirstOrDefault(e => e.EventType == EventType.WorkflowTaskScheduled);
        if (scheduled is not null)
        {
            scheduled.ClearAttributes();
            scheduled.EventType = (EventType)9999;
            scheduled.WorkerMayIgnore = mayBeIgnored;
        }
    }

    private async Task CorruptTasksAsync(Action<PollWorkflowTaskQueueResponse> corrupt, string? says = null)
    {
        var failures = new System.Collections.Concurrent.ConcurrentQueue<string>();
        await using var proxy = await RpcProxy.StartAsync(server.Address);
        var corrupted = 0;
        proxy.Handle = async call =>
        {
            if (call.Method == "RespondWorkflowTaskFailed")
            {
                failures.Enqueue(call.Request(RespondWorkflowTaskFailedRequest.Parser).Failure.Message);
            }

            await ChangeTaskAsync(
                call,
                task =>
                {
                    if (Interlocked.Increment(ref corrupted) is > 1 and < 6)
                    {
                        corrupt(task);
                    }
                }
            );
        };
        await WorkBehindAsync(proxy, cachedRuns: 0);
        Assert.NotEmpty(failures);
        Assert.All(failures, message => Assert.Contains(says ?? string.Empty, message, StringComparison.Ordinal));
    }

    private static async Task ChangeTaskAsync(ProxiedCall call, Action<PollWorkflowTaskQueueResponse> change)
    {
        if (call.Method != "PollWorkflowTaskQueue")
        {
            await call.PassAsync();
            return;
        }

        var answer = await call.ForwardAsync();
        if (answer.Succeeded && answer.Message(PollWorkflowTaskQueueResponse.Parser) is { TaskToken.Length: > 0, Query: null } task)
        {
            change(task);
            answer = answer.With(task);
        }

        await call.AnswerAsync(answer);
    }

    private async Task WorkAsync(Func<ProxiedCall, Task> fail, bool always = false)
    {
        await using var proxy = await RpcProxy.StartAsync(server.Address);
        proxy.Handle = call =>
            always || (call.Number <= FailuresOfEachCall && !Connecting.Contains(call.Method)) ? fail(call) : call.PassAsync();
        await WorkBehindAsync(proxy, cachedRuns: 100);
        Assert.All(
            (string[])["PollWorkflowTaskQueue", "PollActivityTaskQueue", "RespondWorkflowTaskCompleted", "RespondActivityTaskCompleted"],
            method => Assert.True(proxy.Calls.GetValueOrDefault(method) > 0, $"{method} was not called")
        );
    }

    private async Task WorkBehindAsync(RpcProxy proxy, int cachedRuns)
    {
        var client = await TemporalClient.ConnectAsync(new(proxy.Address));
        await server.WithWorkerAsync(
            DoAsync,
            options =>
            {
                options.MaxCachedWorkflows = cachedRuns;
                options.StickyQueueScheduleToStartTimeout = TimeSpan.FromSeconds(1);
                options.AddWorkflow<FaultyWorkflow>().AddAllActivities(typeof(FaultyWorkflow), null);
            },
            client
        );
    }

    private async Task DoAsync(string queue)
    {
        var options = TestServer.Start(queue);
        options.TaskTimeout = TimeSpan.FromSeconds(1);
        var handle = await server.Client.StartWorkflowAsync((FaultyWorkflow workflow) => workflow.RunAsync(), options);
        await handle.SignalAsync(workflow => workflow.TellAsync(8));
        Assert.InRange(await handle.ExecuteUpdateAsync(workflow => workflow.ChangeAsync(8)), 8, 16);
        Assert.InRange(await AskAsync(handle), 8, 16);
        await handle.SignalAsync(workflow => workflow.TellAsync(8));
        Assert.Equal(31, await handle.GetResultAsync().WaitAsync(Eventually.Limit));
    }

    // An answer that is lost for good is the asker's time-out; asking again is the asker's business.
    private static async Task<int> AskAsync(WorkflowHandle<FaultyWorkflow, int> handle)
    {
        while (true)
        {
            try
            {
                return await handle.QueryAsync(workflow => workflow.Told, new() { Rpc = new() { Timeout = TimeSpan.FromSeconds(2) } });
            }
            catch (Temporalio.Exceptions.RpcException error)
                when (error.Code is Temporalio.Exceptions.RpcException.StatusCode.DeadlineExceeded)
            {
                continue;
            }
        }
    }
}
