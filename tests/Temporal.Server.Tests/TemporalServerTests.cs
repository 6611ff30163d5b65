using Grpc.Core;
using Orchestrator.TestKit.Rpc;
using Temporal.Server;
using Temporal.Server.History;
using Temporal.Server.Matching;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

public sealed class TemporalServerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("engine-").FullName;

    private string DatabasePath => Path.Combine(_folder, "engine.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Workflow_WithAnActivity_HasTheEventsOfTheRealServer()
    {
        await using var server = await TestServer.StartAsync(DatabasePath);
        await server.StartWorkflowAsync("w");

        await server.CompleteAsync(await server.PollWorkflowTaskAsync("w"), TestServer.Activity("a", "w"));
        var activity = await server.PollActivityTaskAsync("w");
        await server.CallAsync(
            new RespondActivityTaskCompletedRequest { Namespace = "default", TaskToken = activity.TaskToken },
            RespondActivityTaskCompletedResponse.Parser
        );
        await server.CompleteAsync(await server.PollWorkflowTaskAsync("w"), TestServer.Complete());

        Assert.Equal(
            [
                EventType.WorkflowExecutionStarted,
                EventType.WorkflowTaskScheduled,
                EventType.WorkflowTaskStarted,
                EventType.WorkflowTaskCompleted,
                EventType.ActivityTaskScheduled,
                EventType.ActivityTaskStarted,
                EventType.ActivityTaskCompleted,
                EventType.WorkflowTaskScheduled,
                EventType.WorkflowTaskStarted,
                EventType.WorkflowTaskCompleted,
                EventType.WorkflowExecutionCompleted,
            ],
            (await server.HistoryAsync("w")).Select(e => e.EventType)
        );
    }

    [Fact]
    public async Task Restart_WithPendingWork_GoesOnWhereItWas()
    {
        await using (var first = await TestServer.StartAsync(DatabasePath))
        {
            await first.StartWorkflowAsync("queued");
            await first.StartWorkflowAsync("busy");
            await first.CompleteAsync(
                await first.PollWorkflowTaskAsync("busy"),
                TestServer.Activity("a", "busy"),
                TestServer.Timer("t", TimeSpan.FromMilliseconds(1))
            );
        }

        await using var second = await TestServer.StartAsync(DatabasePath);
        await second.CompleteAsync(await second.PollWorkflowTaskAsync("queued"), TestServer.Complete());
        var activity = await second.PollActivityTaskAsync("busy");
        var task = await second.PollWorkflowTaskAsync("busy");

        Assert.Equal("a", activity.ActivityId);
        Assert.Contains(task.History.Events, e => e.EventType == EventType.TimerFired);
    }

    [Fact]
    public async Task Restart_WithBufferedSignal_KeepsIt()
    {
        PollWorkflowTaskQueueResponse task;
        await using (var first = await TestServer.StartAsync(DatabasePath))
        {
            await first.StartWorkflowAsync("w");
            task = await first.PollWorkflowTaskAsync("w");
            await first.SignalAsync("w", "one");
        }

        await using var second = await TestServer.StartAsync(DatabasePath);
        await second.CompleteAsync(task);

        Assert.Equal(EventType.WorkflowExecutionSignaled, (await second.HistoryAsync("w"))[4].EventType);
    }

    [Fact]
    public async Task Start_WithTheSameRequestId_HappensOnce()
    {
        await using var server = await TestServer.StartAsync();

        var first = await server.StartWorkflowAsync("w", "request");
        var again = await server.StartWorkflowAsync("w", "request");
        var other = await Assert.ThrowsAsync<RpcException>(() => server.StartWorkflowAsync("w", "other"));

        Assert.Equal(first, again);
        Assert.Equal(StatusCode.AlreadyExists, other.StatusCode);
    }

    [Fact]
    public async Task Signals_ManyAtOnce_AllArriveOnce()
    {
        await using var server = await TestServer.StartAsync(DatabasePath);
        await server.StartWorkflowAsync("w");

        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => server.SignalAsync("w", "s" + i)));

        var signals = (await server.HistoryAsync("w"))
            .Where(e => e.EventType == EventType.WorkflowExecutionSignaled)
            .Select(e => e.WorkflowExecutionSignaledEventAttributes.SignalName)
            .ToList();
        Assert.Equal(100, signals.Count);
        Assert.Equal(100, signals.Distinct().Count());
    }

    [Fact]
    public async Task Task_OfADeadWorkerOfThisHost_TimesOutAtStartUp()
    {
        var identity = $"{int.MaxValue}@{Environment.MachineName}#boot#0#random";
        await using (var first = await TestServer.StartAsync(DatabasePath))
        {
            await first.StartWorkflowAsync("w");
            await first.PollWorkflowTaskAsync("w", identity);
        }

        await using var second = await TestServer.StartAsync(DatabasePath);
        var task = await second.PollWorkflowTaskAsync("w");

        Assert.Contains(task.History.Events, e => e.EventType == EventType.WorkflowTaskTimedOut);
    }

    [Theory]
    [InlineData("other-machine", "another-boot", "1")]
    [InlineData("machine", "BOOT", "2147483647")]
    public void Worker_OfAnotherMachineOrContainer_IsNotKnownToBeGone(string machine, string boot, string processNamespace)
    {
        var dead = new DeadWorkerDetector("machine");
        boot = boot == "BOOT" ? File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim() : boot;

        Assert.False(dead.IsGone($"{int.MaxValue}@{machine}#{boot}#0#{processNamespace}-random"));
    }

    [Fact]
    public async Task Commands_PastThePendingLimit_FailTheTask()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");
        var task = await server.PollWorkflowTaskAsync("w");

        var refused = await Assert.ThrowsAsync<RpcException>(() =>
            server.CompleteAsync(task, [.. Enumerable.Range(0, 2001).Select(i => TestServer.Activity("a" + i, "w"))])
        );

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Equal(
            WorkflowTaskFailedCause.PendingActivitiesLimitExceeded,
            (await server.HistoryAsync("w"))
                .Single(e => e.EventType == EventType.WorkflowTaskFailed)
                .WorkflowTaskFailedEventAttributes.Cause
        );
    }

    [Fact]
    public void Options_OpenToTheNetworkWithoutKey_AreRefused() =>
        Assert.Throws<InvalidOperationException>(() =>
            new TemporalServer(new TemporalServerOptions { Address = new System.Net.IPEndPoint(System.Net.IPAddress.Any, 0) })
        );

    [Fact]
    public async Task ApiKey_OverTcp_IsAskedFor()
    {
        await using var server = new TemporalServer(
            new TemporalServerOptions { Address = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0), ApiKey = "secret" }
        );
        await server.StartAsync();
        using var calls = new RpcClient(server.Addresses[0]);
        Task<GetSystemInfoResponse> Call(Metadata headers) =>
            calls.CallAsync(
                "/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo",
                new GetSystemInfoRequest(),
                GetSystemInfoResponse.Parser,
                headers: headers
            );

        var refused = await Assert.ThrowsAsync<RpcException>(() => Call([]));
        var answered = await Call(new Metadata { { "authorization", "Bearer secret" } });

        Assert.Equal(StatusCode.PermissionDenied, refused.StatusCode);
        Assert.NotEmpty(answered.ServerVersion);
    }
}
