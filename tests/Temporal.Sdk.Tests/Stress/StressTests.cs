using System.Collections.Concurrent;
using System.Globalization;
using Orchestrator.TestKit;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Xunit.Abstractions;

namespace Orchestrator.Temporal.Sdk.Tests.Stress;

/// <summary>
/// Many workflows with mixtures of everything, drawn from a printed seed (STRESS_SEED), on workers that are killed all the time: each ends
/// as its model says, and its history replays.
/// </summary>
public sealed class StressTests(TestServer server, ITestOutputHelper output) : IClassFixture<TestServer>
{
    private const int AtOnce = 50;

    // Killed workers cost seconds each time; a workflow that has not ended by then never will.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public Task SomeWorkflows_OnKilledWorkers_EndAsTheModelSays() =>
        RunAsync(30, cachedRuns: ((int[])[0, 10, 10_000])[Seed % 3], Seed, mostKills: 2);

    [Theory]
    [Trait("Category", "Full")]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(10_000)]
    public Task ManyWorkflows_OnKilledWorkers_EndAsTheModelSays(int cachedRuns) => RunAsync(2_000, cachedRuns, Seed, int.MaxValue);

    private static int Seed { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("STRESS_SEED"), CultureInfo.InvariantCulture, out var given)
            ? given
            : Random.Shared.Next();

    private async Task RunAsync(int count, int cachedRuns, int seed, int mostKills)
    {
        output.WriteLine($"STRESS_SEED={seed}, {cachedRuns} cached runs");
        var queue = $"stress-{Guid.NewGuid():N}";
        var random = new Random(seed);
        var plans = Enumerable.Range(0, count).Select(_ => StressPlan.Draw(random)).ToArray();
        var faults = new ConcurrentQueue<string>();
        using var done = new CancellationTokenSource();
        var killing = KillAsync(queue, cachedRuns, new(seed), mostKills, done.Token);
        await Parallel.ForEachAsync(
            plans.Index(),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (plan, _) =>
            {
                if (await FaultOfAsync($"{queue}-{plan.Index}", queue, plan.Item) is { } fault)
                {
                    faults.Enqueue($"workflow {plan.Index}: {fault}");
                }
            }
        );
        await done.CancelAsync();
        var kills = await killing;
        var replayed = await ReplayAllAsync(queue, faults);
        output.WriteLine($"{count} workflows, {replayed} histories replayed, {kills} kills");
        Assert.True(replayed >= count, $"only {replayed} histories were read");
        Assert.True(faults.IsEmpty, string.Join('\n', faults));
    }

    /// <summary>Two workers, of which one or the other is killed and started again, until all is done.</summary>
    private async Task<int> KillAsync(string queue, int cachedRuns, Random random, int mostKills, CancellationToken done)
    {
        var workers = new[]
        {
            StressWorker.Start(server.Address, queue, cachedRuns),
            StressWorker.Start(server.Address, queue, cachedRuns),
        };
        var kills = 0;
        try
        {
            while (kills < mostKills)
            {
                // What is killed has worked for some time, else nothing would ever be done.
                var which = random.Next(workers.Length);
                await workers[which].ReadyAsync(done);
                await Task.Delay(TimeSpan.FromMilliseconds(500 + random.Next(4_000)), done);
                workers[which].Dispose();
                workers[which] = StressWorker.Start(server.Address, queue, cachedRuns);
                kills++;
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, done);
            return kills;
        }
        catch (OperationCanceledException)
        {
            return kills;
        }
        finally
        {
            foreach (var worker in workers)
            {
                worker.Dispose();
            }
        }
    }

    private async Task<string?> FaultOfAsync(string id, string queue, StressPlan plan)
    {
        try
        {
            var handle = await server.Client.StartWorkflowAsync(
                (StressWorkflow workflow) => workflow.RunAsync(plan),
                new(id, queue) { TaskTimeout = TimeSpan.FromSeconds(1) }
            );
            await Task.WhenAll([
                .. Enumerable.Range(1, plan.Signals).Select(one => handle.SignalAsync(workflow => workflow.AddAsync(one))),
                .. Enumerable.Range(1, plan.Updates).Select(one => UpdateAsync(handle, one)),
            ]);
            if (plan.Cancelled)
            {
                // Not before the last run has begun to wait: a run that is cancelled earlier ends otherwise.
                await WaitForQuietAsync(id);
                await server.Client.GetWorkflowHandle(id).CancelAsync();
            }

            var result = await handle.GetResultAsync().WaitAsync(Patience);
            return result == plan.Expected() ? null : $"{result} instead of {plan.Expected()}";
        }
        catch (Exception error) when (error is TemporalException or TimeoutException)
        {
            var history = await server.Client.GetWorkflowHandle(id).FetchHistoryAsync();
            return $"{error}\n{string.Join(' ', history.Events.Select(e => $"{e.EventId}.{e.EventType}"))}";
        }
    }

    private static async Task UpdateAsync(WorkflowHandle<StressWorkflow, long> handle, int value)
    {
        // The refused one first: with the other one the workflow may end.
        await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() => handle.ExecuteUpdateAsync(workflow => workflow.AddTensAsync(-value)));
        await handle.ExecuteUpdateAsync(workflow => workflow.AddTensAsync(value));
    }

    private async Task WaitForQuietAsync(string id)
    {
        while (true)
        {
            try
            {
                if (await server.Client.GetWorkflowHandle<StressWorkflow>(id).QueryAsync(workflow => workflow.Waits))
                {
                    return;
                }
            }
            catch (Exception error) when (error is RpcException or WorkflowQueryFailedException)
            {
                // The worker that was to answer has been killed, or had only just been started and took too long.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
    }

    private async Task<int> ReplayAllAsync(string queue, ConcurrentQueue<string> faults)
    {
        var replayer = new WorkflowReplayer(
            new WorkflowReplayerOptions()
                .AddWorkflow<StressWorkflow>()
                .AddWorkflow<FailingStressWorkflow>()
                .AddWorkflow<WaitingStressWorkflow>()
                .AddWorkflow<ToldStressWorkflow>()
        );
        var replayed = 0;
        await foreach (var run in server.Client.ListWorkflowsAsync($"TaskQueue = '{queue}'"))
        {
            var history = await server.Client.GetWorkflowHandle(run.Id, run.RunId).FetchHistoryAsync();
            var result = await replayer.ReplayWorkflowAsync(history, throwOnReplayFailure: false);
            replayed++;
            if (result.ReplayFailure is { } failure)
            {
                faults.Enqueue($"{run.Id} {run.RunId}: {failure}");
            }
        }

        return replayed;
    }
}
