using Google.Protobuf.WellKnownTypes;
using Orchestrator.Benchmarks.Git;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;
using static Orchestrator.Benchmarks.Server.Report;

namespace Orchestrator.Benchmarks.Server;

/// <summary>Measures the cost of one more event in a run that is already large, as processor time of a separate server process.</summary>
internal static class RunSizeBenchmarks
{
    private const int Rounds = 5;

    /// <summary>
    /// Compares one more completion in a run with many pending activities with one in a run with ten, and one more signal behind thousands
    /// with the first ones.
    /// </summary>
    public static async Task<int> PendingAsync(string program)
    {
        using var folder = new BenchFolder();
        var (engine, _) = await EngineHostedService.StartAsync(program, folder.Path, "pending.db");
        await using (engine)
        {
            // One after the other in turns, so that what the runtime learns meanwhile is in both.
            List<double> few = [],
                many = [];
            for (var round = -1; round < Rounds; round++)
            {
                var ten = 0d;
                for (var i = 0; i < 20; i++)
                {
                    ten += await CompletionMsAsync(engine, $"few{round}-{i}", 10, 9) / 20;
                }
                var thousand = await CompletionMsAsync(engine, $"many{round}", 1000, 180);
                if (round >= 0)
                {
                    few.Add(ten);
                    many.Add(thousand);
                }
            }

            var failed = Print(
                "engine: server's processor time per activity completed, 1,000 pending",
                $"10 pending: {Ms(Timing.Median(few))}",
                Timing.Median(many),
                "ms",
                2 * Timing.Median(few)
            );
            var (first, last) = await BufferAsync(engine, "signals", 5000, 500);
            return failed
                + Print(
                    "engine: server's processor time per signal, 4,500 to 5,000 buffered",
                    $"up to 500 buffered: {Ms(first)}",
                    last,
                    "ms",
                    2 * first
                );
        }
    }

    /// <summary>A run that grows to 20,000 events: what its first and its last thousand workflow tasks cost.</summary>
    public static async Task<int> HistoryAsync(string program, int tasks = 5_000, int of = 1_000)
    {
        using var folder = new BenchFolder();
        var (engine, _) = await EngineHostedService.StartAsync(program, folder.Path, "long.db");
        await using (engine)
        {
            await GrowAsync(engine, "warm", of);
            await engine.StartWorkflowAsync("long", "long");
            await CompleteAsync(engine, "long", await engine.PollTaskAsync("long"));
            List<double> marks = [engine.ProcessorMs];
            for (var done = 0; done < tasks; done += of)
            {
                await SignalledAsync(engine, "long", of);
                marks.Add(engine.ProcessorMs);
            }

            var costs = marks.Zip(marks.Skip(1), (before, after) => (after - before) / of).ToArray();
            return Print(
                Text($"engine: server's processor time per workflow task, the last thousand of {tasks:N0} ({(tasks * 4) + 4:N0} events)"),
                $"the first thousand: {Ms(costs[0])}",
                costs[^1],
                "ms",
                1.25 * costs[0]
            );
        }
    }

    private static async Task GrowAsync(EngineHostedService engine, string id, int tasks)
    {
        await engine.StartWorkflowAsync(id, id);
        await CompleteAsync(engine, id, await engine.PollTaskAsync(id));
        await SignalledAsync(engine, id, tasks);
    }

    // As a worker that keeps the run in memory: it gets only what is new.
    private static async Task SignalledAsync(EngineHostedService engine, string id, int tasks)
    {
        for (var i = 0; i < tasks; i++)
        {
            var poll = engine.CallAsync(
                new PollWorkflowTaskQueueRequest
                {
                    Namespace = "default",
                    TaskQueue = new TaskQueue
                    {
                        Name = id + "-own",
                        Kind = TaskQueueKind.Sticky,
                        NormalName = id,
                    },
                    Identity = "bench",
                },
                PollWorkflowTaskQueueResponse.Parser
            );
            await engine.SignalAsync(id);
            await CompleteAsync(engine, id, await poll);
        }
    }

    private static Task CompleteAsync(EngineHostedService engine, string id, PollWorkflowTaskQueueResponse task) =>
        engine.CallAsync(
            new RespondWorkflowTaskCompletedRequest
            {
                Namespace = "default",
                TaskToken = task.TaskToken,
                Identity = "bench",
                StickyAttributes = new StickyExecutionAttributes
                {
                    WorkerTaskQueue = new TaskQueue
                    {
                        Name = id + "-own",
                        Kind = TaskQueueKind.Sticky,
                        NormalName = id,
                    },
                    ScheduleToStartTimeout = new Duration { Seconds = 60 },
                },
            },
            RespondWorkflowTaskCompletedResponse.Parser
        );

    /// <summary>
    /// Signals to a run whose workflow task is out; the time of the first and of the last so many. In the end they are in its history, each
    /// once.
    /// </summary>
    private static async Task<(double First, double Last)> BufferAsync(EngineHostedService engine, string id, int signals, int of)
    {
        // Workflow tasks may take as long as this does.
        await engine.CallAsync(
            new StartWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowId = id,
                WorkflowType = new WorkflowType { Name = "Bench" },
                TaskQueue = new TaskQueue { Name = id },
                RequestId = Guid.NewGuid().ToString(),
                WorkflowTaskTimeout = new Duration { Seconds = 120 },
            },
            StartWorkflowExecutionResponse.Parser
        );
        var task = await engine.PollTaskAsync(id);
        List<double> marks = [engine.ProcessorMs];
        for (var i = 1; i <= signals; i++)
        {
            await engine.SignalAsync(id);
            if (i % of == 0)
            {
                marks.Add(engine.ProcessorMs);
            }
        }

        await engine.CompleteTaskAsync(task, []);
        var length = (
            await engine.CallAsync(
                new DescribeWorkflowExecutionRequest
                {
                    Namespace = "default",
                    Execution = new WorkflowExecution { WorkflowId = id },
                },
                DescribeWorkflowExecutionResponse.Parser
            )
        ).WorkflowExecutionInfo.HistoryLength;
        if (length != signals + 5)
        {
            throw new InvalidOperationException($"the history has {length} events instead of {signals + 5}");
        }
        return ((marks[1] - marks[0]) / of, (marks[^1] - marks[^2]) / of);
    }

    private static async Task<double> CompletionMsAsync(EngineHostedService engine, string id, int pending, int completed)
    {
        await engine.StartWorkflowAsync(id, id);
        await engine.CompleteTaskAsync(
            await engine.PollTaskAsync(id),
            Enumerable.Range(0, pending).Select(i => EngineHostedService.Activity($"a{i}", id))
        );
        var tasks = new List<PollActivityTaskQueueResponse>();
        for (var i = 0; i < completed; i++)
        {
            tasks.Add(await engine.PollActivityAsync(id));
        }
        var before = engine.ProcessorMs;
        foreach (var task in tasks)
        {
            await engine.CallAsync(
                new RespondActivityTaskCompletedRequest
                {
                    Namespace = "default",
                    TaskToken = task.TaskToken,
                    Identity = "bench",
                },
                RespondActivityTaskCompletedResponse.Parser
            );
        }
        return (engine.ProcessorMs - before) / completed;
    }
}
