using System.Net;
using Microsoft.Extensions.Logging;
using Orchestrator.TestKit;
using Temporal.Server;
using Temporalio.Client;
using Temporalio.Worker;

namespace Orchestrator.Temporal.Sdk.Tests;

/// <summary>
/// The server of a test class: the embedded one, or the one that <c>TEMPORAL_ADDRESS</c> names. Nothing that uses it may know which.
/// </summary>
public sealed class TestServer : IAsyncLifetime
{
    private TemporalServer? _embedded;

    public TemporalClient Client { get; private set; } = null!;

    public string Address { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Address = Environment.GetEnvironmentVariable("TEMPORAL_ADDRESS") ?? string.Empty;
        if (Address.Length == 0)
        {
            _embedded = new(new() { Address = new(IPAddress.Loopback, 0) });
            await _embedded.StartAsync();
            Address = new Uri(_embedded.Addresses[0]).Authority;
        }

        Client = await TemporalClient.ConnectAsync(Options());
    }

    public async Task DisposeAsync()
    {
        if (_embedded is { } server)
        {
            await server.DisposeAsync();
        }
    }

    /// <summary>Options that connect here.</summary>
    public TemporalClientConnectOptions Options() =>
        new(Address) { Namespace = Environment.GetEnvironmentVariable("TEMPORAL_NAMESPACE") ?? "default" };

    /// <summary>Runs a worker on a queue of its own while a test acts.</summary>
    public Task WithWorkerAsync(Func<string, Task> act, Action<TemporalWorkerOptions> configure, ITemporalClient? client = null)
    {
        var queue = $"queue-{Guid.NewGuid()}";
        return RunAsync(client ?? Client, queue, () => act(queue), configure);
    }

    /// <summary>Runs a worker on a queue while a test acts.</summary>
    public static async Task RunAsync(ITemporalClient client, string queue, Func<Task> act, Action<TemporalWorkerOptions> configure)
    {
        var options = new TemporalWorkerOptions(queue);
        configure(options);
        using var worker = new TemporalWorker(client, options);
        await worker.ExecuteAsync(act, Eventually.Timeout());
    }

    /// <summary>Options of a workflow with an id of its own.</summary>
    public static WorkflowOptions Start(string taskQueue) => new($"workflow-{Guid.NewGuid()}", taskQueue);
}
