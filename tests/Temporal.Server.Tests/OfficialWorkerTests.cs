using Orchestrator.TestKit;
using Temporal.Server;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Worker;
using Temporalio.Workflows;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

/// <summary>A workflow that ends with the builds of the workers that began and ended it.</summary>
[Workflow]
public sealed class BuildsWorkflow
{
    private bool _ends;

    /// <summary>Update that returns the worker's build.</summary>
    [WorkflowUpdate]
    public Task<string> AskAsync() => Task.FromResult(Build());

    /// <summary>Ends it.</summary>
    [WorkflowSignal]
    public Task EndAsync()
    {
        _ends = true;
        return Task.CompletedTask;
    }

    /// <summary>Runs it.</summary>
    [WorkflowRun]
    public async Task<string> RunAsync()
    {
        var first = Build();
        await Workflow.WaitConditionAsync(() => _ends);
        return $"{first}-{Build()}";
    }

    private static string Build() => Workflow.CurrentDeploymentVersion?.BuildId ?? "";
}

/// <summary>The official worker against the server, where the raw calls of other tests may leave something out.</summary>
public sealed class OfficialWorkerTests : IAsyncLifetime
{
    private const string Queue = "builds";

    private readonly string _socket = Path.Combine(Path.GetTempPath(), "official-" + Guid.NewGuid().ToString("N")[..12] + ".sock");
    private readonly TemporalServer _server;
    private ITemporalClient _client = null!;

    public OfficialWorkerTests() => _server = new TemporalServer(new TemporalServerOptions { SocketPath = _socket });

    public async Task InitializeAsync()
    {
        await _server.StartAsync();
        _client = await TemporalClient.ConnectAsync(
            new TemporalClientConnectOptions("localhost:7233") { HttpConnectProxy = new HttpConnectProxyOptions("unix:" + _socket) }
        );
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData(VersioningBehavior.Pinned, "a-a")]
    [InlineData(VersioningBehavior.AutoUpgrade, "a-b")]
    public async Task OpenRun_WhenANewBuildComesBesideTheOld_IsEndedByItsOwnOrTheNewOne(VersioningBehavior behavior, string builds)
    {
        using var stop = new CancellationTokenSource();
        var old = WorkAsync(Versioned("a", behavior), stop.Token);
        await SetCurrentAsync("a");
        var handle = await _client.StartWorkflowAsync((BuildsWorkflow w) => w.RunAsync(), new WorkflowOptions("w", Queue));
        Assert.Equal("a", await handle.ExecuteUpdateAsync(w => w.AskAsync()));

        var next = WorkAsync(Versioned("b", behavior), stop.Token);
        await SetCurrentAsync("b");
        await handle.SignalAsync(w => w.EndAsync());

        Assert.Equal(builds, await handle.GetResultAsync().WaitAsync(Eventually.Limit));
        await stop.CancelAsync();
        await Task.WhenAll(old, next).WaitAsync(Eventually.Limit);
    }

    [Fact]
    public async Task Worker_ThatStopsWithOpenPolls_EndsAtOnce()
    {
        using var stop = new CancellationTokenSource();
        var working = WorkAsync(new TemporalWorkerOptions(Queue), stop.Token);
        var queue = _server.Parts.Queues.Get(global::Temporal.Server.Common.NamespaceRegistry.Default.Id, Queue, activity: false);
        await Eventually.TrueAsync(() => queue.HasPoller(TimeSpan.Zero));

        await stop.CancelAsync();

        // Polls last a minute; a worker waits for them unless the server ends them.
        await working.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task ResetRun_AndAPausedOne_GoOnWithTheirUpdates()
    {
        using var stop = new CancellationTokenSource();
        var working = WorkAsync(new TemporalWorkerOptions(Queue), stop.Token);
        var handle = await _client.StartWorkflowAsync((BuildsWorkflow w) => w.RunAsync(), new WorkflowOptions("w", Queue));
        var asked = await handle.StartUpdateAsync(
            w => w.AskAsync(),
            new WorkflowUpdateStartOptions(WorkflowUpdateStage.Accepted) { Id = "u" }
        );
        var build = await asked.GetResultAsync();
        var reset = await _client.WorkflowService.ResetWorkflowExecutionAsync(
            new ResetWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = new() { WorkflowId = "w" },
                WorkflowTaskFinishEventId = 4,
                RequestId = "r",
                Reason = "test",
            }
        );
        var again = _client.GetWorkflowHandle<BuildsWorkflow, string>("w", reset.RunId);
        Assert.Equal(build, await again.GetUpdateHandle<string>("u").GetResultAsync().WaitAsync(Eventually.Limit));

        await _client.WorkflowService.PauseWorkflowExecutionAsync(new() { Namespace = "default", WorkflowId = "w" });
        await again.SignalAsync(w => w.EndAsync());
        var paused = (await again.DescribeAsync()).Status;
        await _client.WorkflowService.UnpauseWorkflowExecutionAsync(new() { Namespace = "default", WorkflowId = "w" });

        Assert.Equal($"{build}-{build}", await again.GetResultAsync().WaitAsync(Eventually.Limit));
        Assert.Equal(Temporalio.Api.Enums.V1.WorkflowExecutionStatus.Paused, paused);
        await stop.CancelAsync();
        await working.WaitAsync(Eventually.Limit);
    }

    private static TemporalWorkerOptions Versioned(string build, VersioningBehavior behavior) =>
        new(Queue)
        {
            DeploymentOptions = new WorkerDeploymentOptions(new WorkerDeploymentVersion("shop", build), useWorkerVersioning: true)
            {
                DefaultVersioningBehavior = behavior,
            },
        };

    private async Task WorkAsync(TemporalWorkerOptions options, CancellationToken stop)
    {
        using var worker = new TemporalWorker(_client, options.AddWorkflow<BuildsWorkflow>());
        try
        {
            await worker.ExecuteAsync(stop);
        }
        catch (OperationCanceledException)
        {
            // So it ends.
        }
    }

    /// <summary>Once the version has polled, which makes it known.</summary>
    private async Task SetCurrentAsync(string build)
    {
        await Eventually.TrueAsync(() =>
            _server.Parts.Deployments.Find(global::Temporal.Server.Common.NamespaceRegistry.Default.Id, "shop") is { } deployment
            && deployment.Versions.Any(version => version.DeploymentVersion.BuildId == build)
        );
        await _client.WorkflowService.SetWorkerDeploymentCurrentVersionAsync(
            new SetWorkerDeploymentCurrentVersionRequest
            {
                Namespace = "default",
                DeploymentName = "shop",
                BuildId = build,
            }
        );
    }
}
