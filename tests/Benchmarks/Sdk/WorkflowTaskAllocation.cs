using System.Net;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using Temporal.Server;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Worker;

namespace Orchestrator.Benchmarks.Sdk;

/// <summary>Time and memory of one workflow task: a history with a task for each signal is replayed.</summary>
[InProcess]
public class WorkflowTaskAllocation
{
    private const int Tasks = 200;

    private readonly WorkflowReplayer _replayer = new(new WorkflowReplayerOptions().AddWorkflow<CountSignals>());
    private WorkflowHistory _history = null!;

    /// <summary>Runs it and prints a line of a Markdown table.</summary>
    public static int Run()
    {
        var config = ManualConfig
            .CreateEmpty()
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddLogger(new StreamLogger(new StreamWriter(Console.OpenStandardError()) { AutoFlush = true }));
        var report = BenchmarkRunner.Run<WorkflowTaskAllocation>(config).Reports.Single();
        var bytes =
            report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase)
            ?? throw new InvalidOperationException("The benchmark did not measure allocations.");
        Console.WriteLine(
            $"| SDK: one workflow task with a signal, replayed | - | {report.ResultStatistics!.Mean / 1000:F1} µs, {bytes / 1024.0:F1} KB "
                + "allocated | - | - |"
        );
        return 0;
    }

    // Run within this process, BenchmarkDotNet waits for no task.

    /// <summary>Makes the history.</summary>
    [GlobalSetup]
    public void MakeHistory() => MakeHistoryAsync().GetAwaiter().GetResult();

    /// <summary>One task.</summary>
    [Benchmark(OperationsPerInvoke = Tasks)]
    public void Replay() => _replayer.ReplayWorkflowAsync(_history).GetAwaiter().GetResult();

    private async Task MakeHistoryAsync()
    {
        await using var server = new TemporalServer(new() { Address = new(IPAddress.Loopback, 0) });
        await server.StartAsync();
        var client = await TemporalClient.ConnectAsync(new(new Uri(server.Addresses[0]).Authority));
        using var worker = new TemporalWorker(client, new TemporalWorkerOptions("bench").AddWorkflow<CountSignals>());
        await worker.ExecuteAsync(async () =>
        {
            var handle = await client.StartWorkflowAsync((CountSignals workflow) => workflow.RunAsync(Tasks), new("count", "bench"));
            for (var sent = 1; sent <= Tasks; sent++)
            {
                await handle.SignalAsync(workflow => workflow.PokeAsync());
                while (
                    sent < Tasks
                    && (await handle.FetchHistoryAsync()).Events.Count(e => e.EventType == EventType.WorkflowTaskCompleted) <= sent
                )
                {
                    // A task for each signal, not one for several.
                    await Task.Delay(1);
                }
            }

            await handle.GetResultAsync();
            _history = await handle.FetchHistoryAsync();
        });
    }
}
