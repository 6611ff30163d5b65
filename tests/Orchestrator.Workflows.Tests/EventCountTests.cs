using System.Globalization;
using Orchestrator.Messages;
using Xunit;

namespace Orchestrator.Workflows.Tests;

/// <summary>Events in the histories of a run, which servers store and some charge for.</summary>
public class EventCountTests
{
    private const int Tasks = 30;

    /// <summary>Largest number of events for each task: all of the run, its tasks, its merge queue and leases. Activities that take no time
    /// cause more workflow tasks than real ones.</summary>
    private const int MostPerTask = 78;

    /// <summary>Largest event in bytes, its payloads included.</summary>
    private const int LargestEvent = 10 * 1024;

    [Fact]
    public async Task Events_RunOfThirtyTasks_StayWithinTheBar()
    {
        await using var run = await ScriptedRun.CreateAsync([.. Enumerable.Range(1, Tasks).Select(number => RunTests.Task($"t{number}"))]);
        await run.BeginAsync();
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);

        var (counts, largest) = (new SortedDictionary<string, long>(StringComparer.Ordinal), 0);
        await foreach (var execution in run.Client.ListWorkflowsAsync(""))
        {
            var history = await run.Client.GetWorkflowHandle(execution.Id, execution.RunId).FetchHistoryAsync();
            largest = Math.Max(largest, history.Events.Max(one => one.CalculateSize()));
            counts[execution.WorkflowType] = counts.GetValueOrDefault(execution.WorkflowType) + history.Events.Count;
        }

        var said = string.Join(
            ", ",
            counts.Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Key} {count.Value / (double)Tasks:0.0}"))
        );
        Assert.InRange(largest, 1, LargestEvent);
        Assert.True(counts.Values.Sum() <= MostPerTask * Tasks, said);
    }
}
