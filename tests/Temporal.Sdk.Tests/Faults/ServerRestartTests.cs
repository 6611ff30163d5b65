using Orchestrator.TestKit;
using Temporal.Server;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Faults;

/// <summary>The server goes away and comes back: clients and workers that were there before take up again.</summary>
public sealed class ServerRestartTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TaskCompletionSource _inActivity = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _serverIsBack = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _runs;

    [Workflow]
    public class LongWorkflow
    {
        private string _said = string.Empty;

        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            var result = await Workflow.ExecuteActivityAsync<string>("Long", [], new() { StartToCloseTimeout = TimeSpan.FromMinutes(5) });
            await Workflow.WaitConditionAsync(() => _said.Length > 0);
            return $"{result}, {_said}";
        }

        [WorkflowSignal]
        public Task SayAsync(string what)
        {
            _said = what;
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Server_Restarted_WorkerAndClientGoOn()
    {
        var server = await StartAsync();
        var client = await TemporalClient.ConnectAsync(new($"unix:{Options.SocketPath}"));
        var options = new TemporalWorkerOptions("restart").AddWorkflow<LongWorkflow>().AddActivity(LongAsync);
        using var worker = new TemporalWorker(client, options);
        await worker.ExecuteAsync(
            async () =>
            {
                var handle = await client.StartWorkflowAsync((LongWorkflow workflow) => workflow.RunAsync(), new("long", "restart"));
                var result = handle.GetResultAsync();
                await _inActivity.Task.WaitAsync(Eventually.Limit);
                await server.DisposeAsync();
                server = await StartAsync();
                _serverIsBack.SetResult();
                await handle.SignalAsync(workflow => workflow.SayAsync("hello"));
                Assert.Equal("done, hello", await result.WaitAsync(Eventually.Limit));
            },
            Eventually.Timeout()
        );
        Assert.Equal(1, _runs);
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Server_GoneForGood_WorkerStopsWithWhatItCannotDeliver()
    {
        var server = await StartAsync();
        var client = await TemporalClient.ConnectAsync(new($"unix:{Options.SocketPath}"));
        var options = new TemporalWorkerOptions("restart").AddWorkflow<LongWorkflow>().AddActivity(LongAsync);
        using var worker = new TemporalWorker(client, options);
        var working = worker.ExecuteAsync(
            async () =>
            {
                await client.StartWorkflowAsync((LongWorkflow workflow) => workflow.RunAsync(), new("long", "restart"));
                await _inActivity.Task.WaitAsync(Eventually.Limit);
                await server.DisposeAsync();
                _serverIsBack.SetResult();
            },
            Eventually.Timeout()
        );

        await working.WaitAsync(Eventually.Limit);

        Assert.Equal(1, _runs);
    }

    public void Dispose() => _folder.Dispose();

    [Activity("Long")]
    private async Task<string> LongAsync()
    {
        Interlocked.Increment(ref _runs);
        _inActivity.TrySetResult();
        await _serverIsBack.Task;
        return "done";
    }

    private TemporalServerOptions Options => new() { DatabasePath = _folder["engine.db"], SocketPath = _folder["s"] };

    private async Task<TemporalServer> StartAsync()
    {
        var server = new TemporalServer(Options);
        await server.StartAsync();
        return server;
    }
}
