using Orchestrator.Temporal.Sdk.Tests.Scripts;
using Temporalio.Client;
using Temporalio.Worker;
using Xunit;

namespace Orchestrator.Temporal.Sdk.Tests.Workflows;

/// <summary>An embedded server for the tests of a class.</summary>
public sealed class LiveServer : IAsyncLifetime
{
    private ScriptServer? _server;

    /// <summary>A client of it.</summary>
    public TemporalClient Client => _server!.Client;

    /// <inheritdoc/>
    public async Task InitializeAsync() => _server = await ScriptServer.StartAsync();

    /// <inheritdoc/>
    public async Task DisposeAsync() => await _server!.DisposeAsync();

    /// <summary>Runs a worker with one workflow as long as a test body runs.</summary>
    public async Task WithWorkerAsync<TWorkflow>(Func<string, Task> body, Action<TemporalWorkerOptions>? configure = null)
    {
        var options = new TemporalWorkerOptions($"queue-{Guid.NewGuid():N}").AddWorkflow<TWorkflow>();
        configure?.Invoke(options);
        using var worker = new TemporalWorker(Client, options);
        await worker.ExecuteAsync(() => body(options.TaskQueue!));
    }
}
