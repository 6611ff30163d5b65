using Orchestrator.Messages;
using Temporalio.Api.History.V1;
using Xunit;
using Xunit.Abstractions;
using static Orchestrator.Workflows.Tests.RunTests;

namespace Orchestrator.Workflows.Tests;

/// <summary>
/// Share of a run's history that is bookkeeping: the record, lease reports, and the workflow tasks that only follow on those.
/// </summary>
public sealed class BookkeepingTests(ITestOutputHelper output)
{
    private const int Tasks = 24;

    private const double MostPerTask = 8;

    private static readonly string[] Bookkeeping = ["RecordProgress", "TellLeases", "StoreCheckpoint"];

    /// <summary>Agents that all take as long end at once, and are recorded at once; where each takes its own time, each transition is
    /// recorded alone.</summary>
    [Theory]
    [InlineData(200, 200, true)]
    [InlineData(50, 2000, true)]
    [InlineData(50, 2000, false)]
    public async Task Run_OfManyTasks_TakesFewEventsForBookkeepingWhereItsMachineReadsAlong(int leastMs, int mostMs, bool readsAlong)
    {
        var times = new Random(36);
        await using var run = await ScriptedRun.StartAsync(
            [.. Enumerable.Range(0, Tasks).Select(i => Task($"t{i}"))],
            activities =>
            {
                activities.ReadsAlong = readsAlong;
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
        var late = run.Activities.Lateness.Order().ToList();
        output.WriteLine(
            $"recorded after p50 {late[late.Count / 2].TotalMilliseconds:0} ms, p95 {late[late.Count * 95 / 100].TotalMilliseconds:0} ms"
        );
        Assert.True(activities > 0);
        Assert.Equal(readsAlong, perTask <= MostPerTask);
        Assert.Equal(Enumerable.Range(1, run.Activities.Events.Count), run.Activities.Events.Select(e => (int)e.Sequence));
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
                // Events since the last workflow task woke the workflow; its commands come after this event.
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
