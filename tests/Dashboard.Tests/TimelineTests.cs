using Orchestrator.Dashboard.Views;

namespace Orchestrator.Dashboard.Tests;

/// <summary>Lanes of a run as a function of its transitions.</summary>
public sealed class TimelineTests
{
    private static readonly DateTimeOffset Now = Runs.Begin.AddSeconds(100);

    [Fact]
    public void Lane_OfATaskThatIsMerged_HasPreparationAgentGatesAndMerge()
    {
        var lane = Assert.Single(
            Timeline(Runs.Of("a"), "0 executing", "0 a preparing", "2 a executing", "10 a verifying", "13 a merging", "15 a merged").Lanes
        );

        Assert.Equal(["Setup 0-2", "Agent 2-10", "Gates 10-13", "Merge 13-15"], Shown(lane));
        Assert.Equal(TimeSpan.FromSeconds(15), lane.Worked);
        Assert.Equal(TimeSpan.Zero, lane.Waited);
        Assert.Equal(Runs.Begin.AddSeconds(15), lane.EndedAt);
    }

    [Fact]
    public void Lane_OfRemediations_CountsAttempts()
    {
        var lane = Timeline(
            Runs.Of("a"),
            "0 executing",
            "0 a executing",
            "5 a verifying",
            "6 a remediating",
            "7 a executing",
            "9 a verifying",
            "10 a failed",
            "20 a executing",
            "30 a merged"
        ).Lanes[0];

        Assert.Equal(["Agent 0-5", "Gates 5-6", "Agent 6-9 #2", "Gates 9-10 #2", "Agent 20-30 #3"], Shown(lane));
    }

    [Fact]
    public void Lane_OfAnAttemptWithoutEnd_ReachesNowInAnOpenRunAndTheLastEventInAnEndedOne()
    {
        var events = new[] { "0 executing", "5 a executing", "40 b executing" };
        var open = Timeline(Runs.Of("a", "b"), events);
        var ended = Timeline(Runs.Of("a", "b") with { State = RunStateNames.Terminated }, events);

        Assert.Equal("Agent 5-100 open", Shown(open.Lanes[0])[^1]);
        Assert.Equal("Agent 5-40 open", Shown(ended.Lanes[0])[^1]);
        Assert.Equal(Runs.Begin.AddSeconds(40), ended.End);
    }

    [Fact]
    public void Lane_BetweenTheLastDependencyAndItsStart_WaitsForASlot()
    {
        var timeline = Timeline(Runs.Of("a", "b:a", "c:a,x", "d:b"), "2 executing", "2 a executing", "10 a merged", "25 b executing");

        Assert.Equal(["Slot 10-25", "Agent 25-100 open"], Shown(timeline.Lanes[1]));
        Assert.Equal(["Slot 10-100 open"], Shown(timeline.Lanes[2]));
        Assert.Empty(timeline.Lanes[3].Segments);
    }

    [Fact]
    public void Lane_Waits_AreForAPersonALimitOrAHost()
    {
        var budget = new BudgetStatus
        {
            Kind = BudgetKinds.Run,
            Scope = "r",
            Account = "",
        };
        var run = Runs.Of("a");
        RunEvent[] events =
        [
            Event(0, null, RunStateNames.Executing),
            Event(0, "a", TaskStateNames.AwaitingApproval),
            Event(10, "a", TaskStateNames.Parked),
            Event(20, "a", TaskStateNames.Parked, new BudgetUsedUpReason(budget)),
            Event(30, "a", TaskStateNames.Parked, new BudgetUsedUpReason(budget with { Kind = BudgetKinds.Day })),
            Event(40, "a", TaskStateNames.Queued),
            Event(50, "a", TaskStateNames.Queued, new WaitingForHostSlotReason("gpu")),
            Event(60, "a", TaskStateNames.Blocked),
        ];

        var lane = TaskTimelineChart.Of(run, Numbered(events), Now).Lanes[0];

        Assert.Equal(["Person 0-10", "Limit 10-20", "Person 20-30", "Limit 30-40", "Slot 40-60", "Person 60-100 open"], Shown(lane));
        Assert.Equal(TimeSpan.Zero, lane.Worked);
        Assert.Equal(TimeSpan.FromSeconds(100), lane.Waited);
    }

    [Fact]
    public void Lane_OfATaskThatMovesToAnotherHost_IsWorkBeforeAndAfterTheWait()
    {
        RunEvent[] events =
        [
            Event(0, null, RunStateNames.Executing),
            Event(0, "a", TaskStateNames.Executing, new TaskPlacedOnHostReason("one")),
            Event(10, "a", TaskStateNames.Queued, new TaskLeftHostReason("one")),
            Event(15, "a", TaskStateNames.Executing, new TaskPlacedOnHostReason("two")),
            Event(20, "a", TaskStateNames.Merged),
        ];

        Assert.Equal(
            ["Agent 0-10", "Slot 10-15", "Agent 15-20"],
            Shown(TaskTimelineChart.Of(Runs.Of("a"), Numbered(events), Now).Lanes[0])
        );
    }

    [Fact]
    public void Lane_WhileTheRunIsPaused_WaitsForAPerson()
    {
        RunEvent[] events =
        [
            Event(0, null, RunStateNames.Executing),
            Event(0, "a", TaskStateNames.Executing),
            Event(10, null, RunStateNames.Executing, new PausedByUserReason()),
            Event(30, null, RunStateNames.Executing, new ResumedByUserReason()),
            Event(40, "a", TaskStateNames.Verifying),
            Event(50, null, RunStateNames.Executing, new PausedByUserReason()),
        ];

        Assert.Equal(
            ["Agent 0-10", "Person 10-30", "Agent 30-40", "Gates 40-100 open"],
            Shown(TaskTimelineChart.Of(Runs.Of("a"), Numbered(events), Now).Lanes[0])
        );
    }

    [Fact]
    public void Timeline_CriticalPath_LeadsBackFromTheTaskThatEndedLast()
    {
        var timeline = Timeline(
            Runs.Of("a", "b", "c:a,b", "d"),
            "0 executing",
            "0 a executing",
            "0 b executing",
            "0 d executing",
            "10 a merged",
            "20 b merged",
            "21 c executing",
            "25 d merged",
            "40 c merged"
        );

        Assert.Equal(["b", "c"], timeline.CriticalPath);
        Assert.Equal(["b", "c"], timeline.Lanes.Where(lane => lane.IsCritical).Select(lane => lane.Task.Id));
    }

    [Fact]
    public void Timeline_OfRandomTransitions_HasSegmentsInOrderWithinTheRun()
    {
        var random = new Random(11);
        string[] states =
        [
            TaskStateNames.Pending,
            TaskStateNames.Queued,
            TaskStateNames.Preparing,
            TaskStateNames.Executing,
            TaskStateNames.Verifying,
            TaskStateNames.Merging,
            TaskStateNames.Remediating,
            TaskStateNames.Parked,
            TaskStateNames.Blocked,
            TaskStateNames.Merged,
            TaskStateNames.Failed,
        ];
        for (var round = 0; round < 200; round++)
        {
            var seconds = 0.0;
            var events = Enumerable
                .Range(0, random.Next(60))
                .Select(_ =>
                    Event(
                        seconds += random.NextDouble() * 3,
                        random.Next(5) == 0 ? null : $"t{random.Next(4)}",
                        states[random.Next(states.Length)],
                        random.Next(8) switch
                        {
                            0 => new PausedByUserReason(),
                            1 => new ResumedByUserReason(),
                            _ => null,
                        }
                    )
                )
                .ToArray();

            var timeline = TaskTimelineChart.Of(Runs.Of("t0", "t1:t0", "t2:t0,t1", "t3"), Numbered(events), Now.AddSeconds(200));

            foreach (var lane in timeline.Lanes)
            {
                Assert.All(lane.Segments, segment => Assert.True(segment.From <= segment.To && segment.To <= timeline.End));
                Assert.All(lane.Segments.Zip(lane.Segments.Skip(1)), pair => Assert.True(pair.First.To <= pair.Second.From));
                Assert.Equal(
                    timeline.End == timeline.Begin ? TimeSpan.Zero : lane.Worked + lane.Waited,
                    lane.Segments.Aggregate(TimeSpan.Zero, (sum, one) => sum + one.Length)
                );
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(59)]
    [InlineData(3600)]
    [InlineData(400_000)]
    [InlineData(100_000_000)]
    public void Axis_OfAnyLength_HasFewTicksAndKeepsEndedBarsInPlace(int seconds)
    {
        var timeline = new TaskTimelineChart([], Runs.Begin, Runs.Begin.AddSeconds(seconds));
        var axis = TimelineAxis.Of(timeline);
        var later = TimelineAxis.Of(timeline with { End = timeline.End.AddSeconds(seconds / 1000.0) });

        Assert.InRange(axis.Ticks.Count, 1, 9);
        Assert.True(axis.Length.TotalSeconds >= seconds);
        Assert.Equal("0%", axis.At(Runs.Begin));
        Assert.InRange(later.Length / axis.Length, 1, 1.1);
    }

    /// <summary>A phone shows about 37 characters beside each other.</summary>
    [Fact]
    public void Axis_OfMoreThanADay_LeavesRoomForItsLabels()
    {
        for (var hours = 1; hours < 400; hours++)
        {
            var axis = TimelineAxis.Of(new TaskTimelineChart([], Runs.Begin, Runs.Begin.AddHours(hours)));
            var labels = axis.Ticks.Select(tick => Ends(100 * (tick.At / axis.Length), 2.4 * tick.Label.Length, tick.IsBefore)).ToList();

            Assert.All(labels, label => Assert.True(label.Left >= 0 && label.Right <= 100));
            Assert.All(labels.Zip(labels.Skip(1)), pair => Assert.True(pair.First.Right <= pair.Second.Left));
        }
    }

    private static (double Left, double Right) Ends(double place, double width, bool isBefore) =>
        isBefore ? (place - width, place) : (place, place + width);

    [Fact]
    public void Axis_OfANightOfWaiting_ShowsItShortAndFindsEachTimeAgain()
    {
        var night = TimeSpan.FromHours(9);
        var run = Runs.Of("a", "b:a");
        RunEvent[] events =
        [
            Event(0, null, RunStateNames.Executing),
            Event(0, "a", TaskStateNames.Executing),
            Event(100, "a", TaskStateNames.Merged),
            Event(100, "b", TaskStateNames.AwaitingApproval),
            Event(100 + night.TotalSeconds, "b", TaskStateNames.Executing),
        ];
        var timeline = TaskTimelineChart.Of(run, Numbered(events), Runs.Begin.AddSeconds(200) + night);

        var axis = TimelineAxis.Of(timeline);

        Assert.Equal(night, Assert.Single(axis.Idle).Length);
        Assert.InRange(axis.Length.TotalSeconds, 216, 300);
        Assert.All(
            [0, 50, 100, 100 + (night.TotalSeconds / 2), 100 + night.TotalSeconds, 150 + night.TotalSeconds],
            second =>
                Assert.Equal(
                    second,
                    (axis.TimeAt(axis.PositionOf(Runs.Begin.AddSeconds(second))) - Runs.Begin).TotalSeconds,
                    tolerance: 0.01
                )
        );
        Assert.Equal(axis.Ticks.Select(tick => tick.At).Order(), axis.Ticks.Select(tick => tick.At));
    }

    [Fact]
    public void Bars_OfManyShortSegments_AreFewAndCoverTheSameTime()
    {
        string[] states = [TaskStateNames.Executing, TaskStateNames.Verifying, TaskStateNames.Remediating];
        var events = Enumerable
            .Range(0, 3000)
            .Select(at => Event(at * 0.03, "a", states[at % 3]))
            .Prepend(Event(0, null, RunStateNames.Executing));
        var timeline = TaskTimelineChart.Of(Runs.Of("a"), Numbered([.. events]), Now);

        var bars = TaskTimelineBar.Of(timeline.Lanes[0], TimelineAxis.Of(timeline));

        Assert.InRange(bars.Count, 2, 126);
        Assert.Equal(timeline.Lanes[0].Segments.Count, bars.Sum(bar => bar.Segments));
        Assert.Equal((timeline.Lanes[0].Segments[0].From, timeline.Lanes[0].Segments[^1].To), (bars[0].From, bars[^1].To));
        Assert.Equal((TaskTimelineSegmentKind.Agent, true), (bars[^1].Work, bars[^1].IsOpen));
    }

    [Fact]
    public void Bars_OfLongSegments_AreTheSegments()
    {
        var timeline = Timeline(Runs.Of("a"), "0 executing", "0 a preparing", "20 a executing", "60 a verifying", "80 a merged");

        Assert.Equal(
            [TaskTimelineSegmentKind.Setup, TaskTimelineSegmentKind.Agent, TaskTimelineSegmentKind.Gates],
            TaskTimelineBar.Of(timeline.Lanes[0], TimelineAxis.Of(timeline)).Select(bar => bar.Work)
        );
    }

    [Fact]
    public void Estimate_OfARun_FollowsSlotsAndDependencies()
    {
        var run = Runs.Of("a", "b", "c:b", "d:c") with { Workers = 2 };
        run = run.With("a", task => task with { State = TaskStateNames.Merged })
            .With("b", task => task with { State = TaskStateNames.Executing });
        string[] events = ["0 executing", "0 a executing", "20 a merged", "90 b executing"];

        Assert.Equal(TimeSpan.FromSeconds(50), RemainingTimeEstimate.Of(run, Timeline(run, events)));
        Assert.Null(RemainingTimeEstimate.Of(run with { State = RunStateNames.Completed }, Timeline(run, events)));
        Assert.Null(RemainingTimeEstimate.Of(Runs.Of("a"), Timeline(Runs.Of("a"), "0 executing")));
    }

    private static TaskTimelineChart Timeline(RunStatus run, params string[] events) =>
        TaskTimelineChart.Of(run, Numbered([.. events.Select(Event)]), Now);

    private static RunEvent Event(string text) =>
        text.Split(' ') is [var second, var task, var state]
            ? Event(int.Parse(second, CultureInfo.InvariantCulture), task, state)
            : Event(int.Parse(text.Split(' ')[0], CultureInfo.InvariantCulture), null, text.Split(' ')[1]);

    private static RunEvent Event(double second, string? task, string state, Reason? why = null) =>
        new()
        {
            Sequence = 0,
            Time = Runs.Begin.AddSeconds(second),
            Task = task,
            State = state,
            Why = why,
        };

    private static List<RunEvent> Numbered(RunEvent[] events) => [.. events.Select((happened, at) => happened with { Sequence = at + 1 })];

    private static List<string> Shown(TaskTimelineRow lane) =>
        [
            .. lane.Segments.Select(segment =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{segment.Work} {(segment.From - Runs.Begin).TotalSeconds}-{(segment.To - Runs.Begin).TotalSeconds}"
                )
                + (segment.Attempt > 1 ? $" #{segment.Attempt}" : "")
                + (segment.IsOpen ? " open" : "")
            ),
        ];
}
