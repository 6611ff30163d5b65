using Orchestrator.Messages;
using Temporalio.Api.History.V1;
using Xunit;
using Xunit.Abstractions;
using static Orchestrator.Workflows.Tests.RunTests;

namespace Orchestrator.Workflows.Tests;

/// <summary>How much of a run's history is not its work: writing the record, telling of leases, and the workflow tasks that only follow on
/// those.</summary>
public sealed class BookkeepingTests(ITestOutputHelper output)
{
    private const int Tasks = 24;

    /// <summary>As counted last; the aim is 8.</summary>
    private const double MostPerTask = 26;

    private static readonly string[] Bookkeeping = ["RecordProgress", "TellLeases", "StoreCheckpoint"];

    /// <summary>Agents that all take as long end at once, and are recorded at once; where each takes its own time, each transition is
    /// recorded alone.</summary>
    [Theory]
    [InlineData(200, 200)]
    [InlineData(50, 2000)]
    public async Task Run_OfManyTasks_TakesNoMoreEventsForBookkeepingThanItDid(int leastMs, int mostMs)
    {
        var times = new Random(36);
        await using var run = await ScriptedRun.StartAsync(
            [.. Enumerable.Range(0, Tasks).Select(i => Task($"t{i}"))],
            activities =>
                activities.Agent = async (_, stop) =>
                {
                    int time;
                    lock (times)
                    {
                        time = times.Next(leastMs, mostMs + 1);
                    }
                    await System.Threading.Tasks.Task.Delay(time, stop);
                    return new AgentRunResult
                    {
                        FailureClass = FailureClass.None,
                        Session = "s",
                        ClaimedDone = true,
                    };
                }
        );
        await run.ResultAsync();

        var history = (await run.Run.FetchHistoryAsync()).Events;
        var (activities, tasks) = Count([.. history]);

        var perTask = (double)(activities + tasks) / Tasks;
        output.WriteLine(
            $"{history.Count} events and {history.Sum(e => e.CalculateSize()) / 1024} KiB of {Tasks} tasks; "
                + $"bookkeeping {perTask:0.0} per task: {(double)activities / Tasks:0.0} of activities, "
                + $"{(double)tasks / Tasks:0.0} of workflow tasks that only follow on them"
        );
        Assert.True(activities > 0);
        Assert.InRange(perTask, 0, MostPerTask);
    }

    private static (int Activities, int Tasks) Count(IReadOnlyList<HistoryEvent> history)
    {
        var kept = new HashSet<long>();
        var (activities, tasks, causes, onlyKept) = (0, 0, 0, true);
        foreach (var happened in history)
        {
            var of =
                happened.ActivityTaskScheduledEventAttributes is { } scheduled && Bookkeeping.Contains(scheduled.ActivityType.Name)
                    ? happened.EventId
                    : happened.ActivityTaskStartedEventAttributes?.ScheduledEventId
                        ?? happened.ActivityTaskCompletedEventAttributes?.ScheduledEventId
                        ?? happened.ActivityTaskFailedEventAttributes?.ScheduledEventId
                        ?? 0;
            if (happened.EventId == of)
            {
                kept.Add(of);
            }
            activities += kept.Contains(of) ? 1 : 0;
            if (happened.WorkflowTaskScheduledEventAttributes is not null || happened.WorkflowTaskStartedEventAttributes is not null)
            {
                continue;
            }
            if (happened.WorkflowTaskCompletedEventAttributes is not null)
            {
                // What came since the last one woke the workflow; what it orders comes after this event.
                tasks += causes > 0 && onlyKept ? 3 : 0;
                (causes, onlyKept) = (0, true);
            }
            else if (happened.ActivityTaskCompletedEventAttributes is not null)
            {
                causes++;
                onlyKept &= kept.Contains(of);
            }
            else if (
                happened.WorkflowExecutionSignaledEventAttributes is not null
                || happened.ChildWorkflowExecutionStartedEventAttributes is not null
                || happened.ChildWorkflowExecutionCompletedEventAttributes is not null
                || happened.ExternalWorkflowExecutionSignaledEventAttributes is not null
                || happened.TimerFiredEventAttributes is not null
                || happened.WorkflowExecutionStartedEventAttributes is not null
            )
            {
                causes++;
                onlyKept = false;
            }
        }
        return (activities, tasks);
    }
}
