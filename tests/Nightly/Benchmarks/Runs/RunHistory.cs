using System.Globalization;
using Orchestrator.Benchmarks.Server;
using Temporalio.Api.History.V1;
using Temporalio.Client;

namespace Orchestrator.Benchmarks.Runs;

/// <summary>The events that a run leaves in its histories: a server stores them, and some charge for them.</summary>
internal static class RunHistory
{
    private const int Tasks = 30;
    private const int MostPerTask = 60;
    private const string Writer = "cat > /dev/null\necho done > \"$ORCHESTRATOR_TASK.txt\"\n";

    /// <summary>The SDK's warnings of a payload that is too large, and of a workflow task that took too long.</summary>
    private static readonly string[] Warnings = ["TMPRL1103", "TMPRL1104"];

    /// <summary>A run of 30 tasks with a gate each, counted for each kind of workflow.</summary>
    /// <param name="program">The built command.</param>
    internal static async Task<int> RunAsync(string program)
    {
        using var files = await BenchRepository.CreateAsync(program, Tasks, Writer);
        await files.RunAsync("run", "tasks.yaml", "--yes", "--again", "--no-progress");
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var kinds = new SortedDictionary<(string Workflow, string Event), long>();
        var (engine, _) = await EngineHostedService.StartAsync(program, files.Repository.Path, files.Repository[".orchestrator/engine.db"]);
        await using (engine)
        {
            var client = await TemporalClient.ConnectAsync(new TemporalClientConnectOptions(engine.Address));
            await foreach (var execution in client.ListWorkflowsAsync(""))
            {
                counts[execution.WorkflowType] = counts.GetValueOrDefault(execution.WorkflowType) + execution.HistoryLength;
                var history = await client.GetWorkflowHandle(execution.Id, execution.RunId).FetchHistoryAsync();
                foreach (var kind in history.Events.Select(happened => (execution.WorkflowType, KindOf(happened))))
                {
                    kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
                }
            }
        }
        var log = string.Concat(Directory.GetFiles(files.Repository[".orchestrator/logs"]).Select(File.ReadAllText));
        var warned = Warnings.Where(warning => log.Contains(warning, StringComparison.Ordinal)).ToList();
        var all = PerTask(counts.Values.Sum());
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| events for each of {Tasks} tasks with a gate ({string.Join(", ", counts.Select(Describe))}) | - | {all:0.0} | | "
                    + $"bar {MostPerTask} |"
            )
        );
        Console.WriteLine(
            $"| warnings of the SDK about large payloads and long workflow tasks | - | {string.Join(", ", warned)} | | bar none |"
        );
        Console.WriteLine();
        foreach (var (kind, count) in kinds.OrderByDescending(kind => kind.Value).Where(kind => kind.Value >= Tasks / 3))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{PerTask(count), 6:0.0} {kind.Workflow}: {kind.Event}"));
        }
        return all <= MostPerTask && warned.Count == 0 ? 0 : 1;
    }

    private static string Describe(KeyValuePair<string, long> count) =>
        string.Create(CultureInfo.InvariantCulture, $"{count.Key} {PerTask(count.Value):0.0}");

    /// <summary>The kind of an event, with the activity or signal that it is about.</summary>
    private static string KindOf(HistoryEvent happened) =>
        $"{happened.EventType} "
        + (
            happened.ActivityTaskScheduledEventAttributes?.ActivityType.Name
            ?? happened.WorkflowExecutionSignaledEventAttributes?.SignalName
            ?? happened.SignalExternalWorkflowExecutionInitiatedEventAttributes?.SignalName
        );

    private static double PerTask(long events) => events / (double)Tasks;
}
