using Orchestrator.Temporal.Sdk.Tests.Client;
using Orchestrator.TestKit;
using Temporalio.Activities;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Worker;

namespace Orchestrator.Temporal.Sdk.Tests.Worker;

public sealed class ActivityWorkerTests(TestServer server) : IClassFixture<TestServer>
{
    private readonly TaskCompletionSource<ActivityInfo> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TemporalClient Client => server.Client;

    [Fact]
    public Task Activity_ThatFailsOnce_IsTriedAgainWithItsHeartbeatDetails() =>
        RunAsync(
            "Work",
            async queue => Assert.Equal("details: 7, box", await ExecuteAsync(queue, "Work", attempts: 2)),
            async () =>
            {
                var context = ActivityExecutionContext.Current;
                if (context.Info.Attempt == 1)
                {
                    // All but the first are held back; the last goes with the failure.
                    for (var index = 0; index <= 7; index++)
                    {
                        context.Heartbeat(index, new Parcel("box", index));
                    }

                    throw new InvalidOperationException("first attempt");
                }

                return $"details: {await context.Info.HeartbeatDetailAtAsync<int>(0)}, "
                    + $"{(await context.Info.HeartbeatDetailAtAsync<Parcel>(1)).Name}";
            }
        );

    [Fact]
    public Task Activity_ThatThrows_FailsWithTypeCauseAndDetails() =>
        RunAsync(
            "Work",
            async queue =>
            {
                var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => ExecuteAsync(queue, "Work", attempts: 3));
                var activity = Assert.IsType<ActivityFailureException>(failed.InnerException);
                Assert.Equal(("Work", RetryState.NonRetryableFailure), (activity.ActivityType, activity.RetryState));
                var application = Assert.IsType<ApplicationFailureException>(activity.InnerException);
                Assert.Equal(("told so", "Told", true), (application.Message, application.ErrorType, application.NonRetryable));
                Assert.Equal(5, application.Details.ElementAt<int>(0));
                Assert.Equal("inner", application.InnerException?.Message);
                Assert.Equal("TimeoutException", Assert.IsType<ApplicationFailureException>(application.InnerException).ErrorType);
            },
            () =>
                throw new ApplicationFailureException(
                    "told so",
                    new TimeoutException("inner"),
                    errorType: "Told",
                    nonRetryable: true,
                    details: [5]
                )
        );

    [Fact]
    public Task Activity_ThatIsNotThere_FailsNamingThoseThatAre() =>
        RunAsync(
            "Other",
            async queue =>
            {
                var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => ExecuteAsync(queue, "Missing", attempts: 1));
                Assert.Contains("Missing is not registered", failed.InnerException!.InnerException!.Message, StringComparison.Ordinal);
                Assert.Contains("Other", failed.InnerException.InnerException.Message, StringComparison.Ordinal);
            },
            () => Task.FromResult("never")
        );

    [Fact]
    public Task Activity_CancelledByItsWorkflow_SeesItByHeartbeat() =>
        RunAsync(
            "Work",
            async queue =>
            {
                var handle = await Client.StartWorkflowAsync(
                    (CancellingWorkflow workflow) => workflow.RunAsync("Work"),
                    TestServer.Start(queue)
                );
                await _started.Task.WaitAsync(Eventually.Limit);
                await handle.SignalAsync(workflow => workflow.CancelActivityAsync());
                Assert.Equal("canceled", await handle.GetResultAsync());
            },
            async () =>
            {
                var context = ActivityExecutionContext.Current;
                _started.TrySetResult(context.Info);
                while (!context.CancellationToken.IsCancellationRequested)
                {
                    context.Heartbeat();
                    await Task.Delay(20, Eventually.Timeout());
                }

                Assert.Equal(ActivityCancelReason.CancelRequested, context.CancelReason);
                Assert.True(context.CancellationDetails!.IsCancelRequested);
                context.CancellationToken.ThrowIfCancellationRequested();
                return "not reached";
            },
            HeartbeatsOften
        );

    [Fact]
    public Task Activity_ThatTakesTooLong_SeesTheTimeout() =>
        RunAsync(
            "Work",
            async queue =>
            {
                var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() =>
                    ExecuteAsync(queue, "Work", attempts: 1, TimeSpan.FromSeconds(1))
                );
                var timeout = Assert.IsType<TimeoutFailureException>(failed.InnerException!.InnerException);
                Assert.Equal(TimeoutType.StartToClose, timeout.TimeoutType);
                await Eventually.TrueAsync(() => _reason == ActivityCancelReason.Timeout);
            },
            async () =>
            {
                var context = ActivityExecutionContext.Current;
                try
                {
                    await Task.Delay(Eventually.Limit, context.CancellationToken);
                }
                catch (OperationCanceledException)
                {
                    _reason = context.CancelReason;
                    throw;
                }

                return "not reached";
            }
        );

    private volatile ActivityCancelReason _reason;

    [Fact]
    public Task Activity_WhoseWorkflowIsGone_SeesItByHeartbeat() =>
        RunAsync(
            "Work",
            async queue =>
            {
                var handle = await Client.StartWorkflowAsync(
                    (CancellingWorkflow workflow) => workflow.RunAsync("Work"),
                    TestServer.Start(queue)
                );
                await _started.Task.WaitAsync(Eventually.Limit);
                await handle.TerminateAsync();
                await Eventually.TrueAsync(() => _reason == ActivityCancelReason.GoneFromServer);
            },
            async () =>
            {
                var context = ActivityExecutionContext.Current;
                _started.TrySetResult(context.Info);
                while (!context.CancellationToken.IsCancellationRequested)
                {
                    context.Heartbeat();
                    await Task.Delay(20, Eventually.Timeout());
                }

                _reason = context.CancelReason;
                return "too late";
            },
            HeartbeatsOften
        );

    [Fact]
    public Task Activity_WithAHeartbeatThatCannotBeConverted_IsCancelledAndFails() =>
        RunAsync(
            "Work",
            async queue =>
            {
                var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => ExecuteAsync(queue, "Work", attempts: 1));
                Assert.Contains("heartbeat cannot be sent", failed.InnerException!.InnerException!.Message, StringComparison.Ordinal);
            },
            async () =>
            {
                var context = ActivityExecutionContext.Current;
                context.Heartbeat(new Action(() => { }));
                await Task.Delay(Eventually.Limit, context.CancellationToken);
                return "not reached";
            }
        );

    [Fact]
    public Task Activity_CompletedFromElsewhere_HasThatResult() =>
        RunAsync(
            "Work",
            async queue =>
            {
                var options = TestServer.Start(queue);
                var handle = await Client.StartWorkflowAsync(
                    (ActivityCallingWorkflow workflow) => workflow.RunAsync("Work", TimeSpan.FromMinutes(5), null, 1),
                    options
                );
                var info = await _started.Task.WaitAsync(Eventually.Limit);
                var byId = Client.GetAsyncActivityHandle(handle.Id, handle.ResultRunId!, info.ActivityId);
                await byId.HeartbeatAsync(new() { Details = [1] });
                await Client.GetAsyncActivityHandle(info.TaskToken).CompleteAsync("from outside");
                Assert.Equal("from outside", await handle.GetResultAsync());
                await Assert.ThrowsAsync<RpcException>(() => byId.HeartbeatAsync());
            },
            () =>
            {
                _started.TrySetResult(ActivityExecutionContext.Current.Info);
                throw new CompleteAsyncException();
            }
        );

    [Fact]
    public async Task Worker_Stopped_LetsActivitiesEndWithinTheirGrace()
    {
        using var stop = new CancellationTokenSource();
        var options = new TemporalWorkerOptions($"queue-{Guid.NewGuid()}") { GracefulShutdownTimeout = TimeSpan.FromSeconds(30) };
        options.AddWorkflow<ActivityCallingWorkflow>();
        options.AddActivity(
            Define(
                "Work",
                async () =>
                {
                    var context = ActivityExecutionContext.Current;
                    _started.TrySetResult(context.Info);
                    await Task.WhenAny(Task.Delay(Timeout.Infinite, context.WorkerShutdownToken));
                    return context.CancellationToken.IsCancellationRequested ? "cancelled" : "in peace";
                }
            )
        );
        using var worker = new TemporalWorker(Client, options);
        var running = worker.ExecuteAsync(stop.Token);
        var handle = await Client.StartWorkflowAsync(
            (ActivityCallingWorkflow workflow) => workflow.RunAsync("Work", TimeSpan.FromMinutes(5), null, 1),
            TestServer.Start(options.TaskQueue!)
        );
        await _started.Task.WaitAsync(Eventually.Limit);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(Eventually.Limit));
        await TestServer.RunAsync(
            Client,
            options.TaskQueue!,
            async () => Assert.Equal("in peace", await handle.GetResultAsync()),
            next => next.AddWorkflow<ActivityCallingWorkflow>()
        );
    }

    [Fact]
    public async Task Worker_Stopped_CancelsActivitiesAfterTheirGrace()
    {
        using var stop = new CancellationTokenSource();
        var options = new TemporalWorkerOptions($"queue-{Guid.NewGuid()}");
        options.AddWorkflow<ActivityCallingWorkflow>();
        options.AddActivity(
            Define(
                "Work",
                async () =>
                {
                    var context = ActivityExecutionContext.Current;
                    _started.TrySetResult(context.Info);
                    await Task.Delay(Timeout.Infinite, context.CancellationToken);
                    return "not reached";
                }
            )
        );
        using var worker = new TemporalWorker(Client, options);
        var running = worker.ExecuteAsync(stop.Token);
        var handle = await Client.StartWorkflowAsync(
            (ActivityCallingWorkflow workflow) => workflow.RunAsync("Work", TimeSpan.FromMinutes(5), null, 1),
            TestServer.Start(options.TaskQueue!)
        );
        await _started.Task.WaitAsync(Eventually.Limit);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(Eventually.Limit));
        await TestServer.RunAsync(
            Client,
            options.TaskQueue!,
            async () =>
            {
                var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.GetResultAsync());
                Assert.Equal("WorkerShutdown", Assert.IsType<ApplicationFailureException>(failed.InnerException!.InnerException).ErrorType);
            },
            next => next.AddWorkflow<ActivityCallingWorkflow>()
        );
    }

    [Fact]
    public Task DynamicActivity_TakesAllNames() =>
        server.WithWorkerAsync(
            async queue => Assert.Equal("dynamic Anything of 0", await ExecuteAsync(queue, "Anything", attempts: 1)),
            options => options.AddWorkflow<ActivityCallingWorkflow>().AddActivity(Dynamic)
        );

    [Activity(Dynamic = true)]
    private static string Dynamic(IRawValue[] args) => $"dynamic {ActivityExecutionContext.Current.Info.ActivityType} of {args.Length}";

    private static ActivityDefinition Define(string name, Func<Task<string>> body) =>
        ActivityDefinition.Create(name, typeof(Task<string>), [], 0, _ => body());

    private static void HeartbeatsOften(TemporalWorkerOptions options) =>
        options.MaxHeartbeatThrottleInterval = TimeSpan.FromMilliseconds(50);

    private Task RunAsync(
        string name,
        Func<string, Task> act,
        Func<Task<string>> activity,
        Action<TemporalWorkerOptions>? configure = null
    ) =>
        server.WithWorkerAsync(
            act,
            options =>
            {
                options.AddWorkflow<ActivityCallingWorkflow>().AddWorkflow<CancellingWorkflow>().AddActivity(Define(name, activity));
                configure?.Invoke(options);
            }
        );

    private Task<string> ExecuteAsync(string queue, string activity, int attempts, TimeSpan? startToClose = null) =>
        Client.ExecuteWorkflowAsync(
            (ActivityCallingWorkflow workflow) =>
                workflow.RunAsync(activity, startToClose ?? TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(1), attempts),
            TestServer.Start(queue)
        );
}
