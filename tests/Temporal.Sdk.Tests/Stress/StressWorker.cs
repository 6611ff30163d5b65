using System.Diagnostics;
using System.Globalization;
using Temporalio.Client;
using Temporalio.Worker;

namespace Orchestrator.Temporal.Sdk.Tests.Stress;

/// <summary>A worker in a process of its own, which can be killed as only a process can.</summary>
internal sealed class StressWorker : IDisposable
{
    private readonly Process _process;

    private readonly Task _ready;

    private StressWorker(Process process) => (_process, _ready) = (process, process.StandardOutput.ReadLineAsync());

    /// <summary>Starts a worker process.</summary>
    /// <param name="address">Address of the server.</param>
    /// <param name="queue">Its task queue.</param>
    /// <param name="cachedRuns">Runs that it keeps.</param>
    public static StressWorker Start(string address, string queue, int cachedRuns)
    {
        string[] arguments =
        [
            typeof(StressWorker).Assembly.Location,
            "stress-worker",
            address,
            queue,
            cachedRuns.ToString(CultureInfo.InvariantCulture),
        ];
        return new(
            Process.Start(
                new ProcessStartInfo("dotnet", arguments)
                {
                    RedirectStandardInput = true,
                    RedirectStandardOutput = true,
                    UseShellExecute = false,
                }
            )!
        );
    }

    /// <summary>Waits until it works.</summary>
    public Task ReadyAsync(CancellationToken cancellationToken) => _ready.WaitAsync(cancellationToken);

    /// <summary>Kills it, in the middle of whatever it does.</summary>
    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>What the process does: works until it is killed, or until the one who started it is gone.</summary>
    public static async Task<int> RunAsync(string address, string queue, int cachedRuns)
    {
        var client = await TemporalClient.ConnectAsync(new(address));
        using var worker = new TemporalWorker(client, Options(queue, cachedRuns));
        using var gone = new CancellationTokenSource();
        var working = worker.ExecuteAsync(gone.Token);
        Console.WriteLine("ready");
        await Console.In.ReadToEndAsync(CancellationToken.None);
        await gone.CancelAsync();
        await working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }

    private static TemporalWorkerOptions Options(string queue, int cachedRuns) =>
        new TemporalWorkerOptions(queue) { MaxCachedWorkflows = cachedRuns, StickyQueueScheduleToStartTimeout = TimeSpan.FromSeconds(1) }
            .AddWorkflow<StressWorkflow>()
            .AddWorkflow<FailingStressWorkflow>()
            .AddWorkflow<WaitingStressWorkflow>()
            .AddWorkflow<ToldStressWorkflow>()
            .AddActivity(StressWorkflow.Twice);
}
