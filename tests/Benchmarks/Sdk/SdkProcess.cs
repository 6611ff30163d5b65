using System.Diagnostics;
using System.Text.Json;
using Temporalio.Client;
using Temporalio.Worker;

namespace Orchestrator.Benchmarks.Sdk;

/// <summary>
/// Our client and worker in a process of their own, so that its processor time and memory are theirs alone. Prints one JSON document, with
/// the names of the reference's.
/// </summary>
internal static class SdkProcess
{
    private const int Lanes = 50;

    /// <summary>Workflows side by side, then one workflow that is driven by signals.</summary>
    public static async Task<int> LoadAsync(string address, int workflows, int signals)
    {
        var (client, queue) = await ConnectAsync(address);
        using var worker = new TemporalWorker(client, Options(queue));
        await worker.ExecuteAsync(async () =>
        {
            await RunManyAsync(client, queue, Lanes);
            var parallel = await MeasureAsync(workflows, () => RunManyAsync(client, queue, workflows));
            var driven = await MeasureAsync(
                signals,
                async () =>
                {
                    var handle = await client.StartWorkflowAsync(
                        (CountSignals workflow) => workflow.RunAsync(signals),
                        new($"signals-{Guid.NewGuid()}", queue)
                    );
                    for (var sent = 0; sent < signals; sent++)
                    {
                        await handle.SignalAsync(workflow => workflow.PokeAsync());
                    }

                    await handle.GetResultAsync();
                }
            );
            Console.WriteLine(JsonSerializer.Serialize(new { parallel, signals = driven }));
        });
        return 0;
    }

    /// <summary>Many runs that wait in the cache.</summary>
    public static async Task<int> MemoryAsync(string address, int runs)
    {
        var (client, queue) = await ConnectAsync(address);
        using var worker = new TemporalWorker(client, Options(queue));
        await worker.ExecuteAsync(async () =>
        {
            async Task StartAsync(int count) =>
                await Parallel.ForEachAsync(
                    Enumerable.Range(0, count),
                    new ParallelOptions { MaxDegreeOfParallelism = Lanes },
                    async (_, _) =>
                    {
                        var handle = await client.StartWorkflowAsync(
                            (CountSignals workflow) => workflow.RunAsync(1),
                            new($"idle-{Guid.NewGuid()}", queue)
                        );

                        // Its first task is done when something is heard of it that only the worker can say.
                        while ((await handle.DescribeAsync()).HistoryLength < 4)
                        {
                            await Task.Delay(5, CancellationToken.None);
                        }
                    }
                );

            await StartAsync(500);
            var before = Used();
            await StartAsync(runs);
            Console.WriteLine(JsonSerializer.Serialize(new { bytesPerRun = (Used() - before) / runs }));
        });
        return 0;
    }

    /// <summary>From nothing to the first result.</summary>
    public static async Task<int> ColdAsync(string address)
    {
        var (client, queue) = await ConnectAsync(address);
        using var worker = new TemporalWorker(client, Options(queue));
        await worker.ExecuteAsync(async () =>
        {
            var result = await client.ExecuteWorkflowAsync(
                (OneActivity workflow) => workflow.RunAsync("done"),
                new($"cold-{Guid.NewGuid()}", queue)
            );
            Console.WriteLine(result);
        });
        return 0;
    }

    private static async Task<(TemporalClient Client, string Queue)> ConnectAsync(string address) =>
        (await TemporalClient.ConnectAsync(new(address)), $"bench-{Guid.NewGuid()}");

    private static TemporalWorkerOptions Options(string queue) =>
        new TemporalWorkerOptions(queue) { MaxCachedWorkflows = 20_000 }
            .AddWorkflow<OneActivity>()
            .AddWorkflow<CountSignals>()
            .AddActivity(OneActivity.Noop);

    private static Task RunManyAsync(TemporalClient client, string queue, int count) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = Lanes },
            async (_, _) =>
                await client.ExecuteWorkflowAsync((OneActivity workflow) => workflow.RunAsync("x"), new($"one-{Guid.NewGuid()}", queue))
        );

    private static async Task<Measured> MeasureAsync(int units, Func<Task> act)
    {
        var cpu = Environment.CpuUsage.TotalTime;
        var began = Stopwatch.GetTimestamp();
        await act();
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        return new(units / seconds, (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds / units);
    }

    // What is reachable, not what the heap has reserved.
    private static long Used()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private sealed record Measured(double PerSecond, double ClientAndWorkerCpuMsPerUnit);
}
