using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Client;
using Orchestrator.Contracts;
using Orchestrator.Worker;
using Temporal.Server;
using Temporalio.Client;

namespace Orchestrator.Cli.Engine;

/// <summary>
/// Loads the code of engine, client and worker on a second core, while settings, plan and repository are read: half of a short run's time is the runtime,
/// which makes code ready when it is used first. An engine in memory is started, used once, and thrown away; nothing of it is on disk, and nobody else has
/// its key.
/// </summary>
internal static class EngineWarmUp
{
    private static int _begun;

    /// <summary>Begins once in a process; nobody waits for it. What fails here fails again where it is needed, and is told there.</summary>
    public static void Begin()
    {
        if (Environment.ProcessorCount > 1 && Interlocked.Exchange(ref _begun, 1) == 0)
            _ = Task.Run(UseOnceAsync);
    }

    private static async Task UseOnceAsync()
    {
        var key = Guid.NewGuid().ToString("n");
        await using var server = new TemporalServer(new TemporalServerOptions { Address = new IPEndPoint(IPAddress.Loopback, 0), ApiKey = key });
        await server.StartAsync();
        var client = await TemporalClient.ConnectAsync(new TemporalClientConnectOptions(server.Addresses[0]) { RpcMetadata = [new("authorization", "Bearer " + key)] });
        using var worker = new RunWorker(client, new RunWorkerOptions { Repositories = [new RepositoryReference("/", "warm-up", "warm-up")], HookCommand = [], Machine = "warm-up" }, NullLoggerFactory.Instance);
        await new RunClient(client).StartAsync(new OrchestrationInput { PlanFile = "tasks.yaml", Workers = 1 }, "warm-up");
    }
}
