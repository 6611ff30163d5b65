using System.Diagnostics;
using System.Text.Json;
using Orchestrator.Temporal.Sdk.Tests.Scripts;
using Temporalio.Common;
using Temporalio.Worker;

namespace Orchestrator.Temporal.Sdk.Tests.Replay;

/// <summary>The long recorded histories for benchmarks, which run this assembly as a program.</summary>
internal static class LongReplay
{
    /// <summary>Writes them to a folder, for the reference.</summary>
    public static async Task<int> WriteAsync(string folder)
    {
        foreach (var name in Recordings.LongHistories)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.json"), Recordings.LongHistory(name));
        }

        return 0;
    }

    /// <summary>Replays them several times, parsed before, and prints the median as JSON.</summary>
    public static async Task<int> RunAsync(int repetitions)
    {
        WorkflowHistory[] histories =
        [
            .. Recordings.LongHistories.Select(name => WorkflowHistory.FromJson(name, Recordings.LongHistory(name))),
        ];
        var times = new List<double>();
        for (var round = 0; round < repetitions; round++)
        {
            var replays = Array.ConvertAll(histories, history => (Replayer: ReplayerOf(history), History: history));
            var began = Stopwatch.GetTimestamp();
            foreach (var (replayer, history) in replays)
            {
                await replayer.ReplayWorkflowAsync(history);
            }

            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        Console.WriteLine(JsonSerializer.Serialize(new { milliseconds = times.Order().ElementAt(times.Count / 2) }));
        return 0;
    }

    // The script of the children takes their ids from chance, of which each SDK has its own.
    private static WorkflowReplayer ReplayerOf(WorkflowHistory history)
    {
        var childIds = new Queue<string>(
            history.Events.Select(e => e.StartChildWorkflowExecutionInitiatedEventAttributes?.WorkflowId).OfType<string>()
        );
        return new(new WorkflowReplayerOptions().AddWorkflow(ScriptWorkflow.Definition("v1", childIds)));
    }
}
