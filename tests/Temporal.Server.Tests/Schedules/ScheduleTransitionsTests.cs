using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporal.Server.History;
using Temporal.Server.Schedules;
using Temporal.Server.Schedules.Specs;
using Temporal.Server.Schedules.State;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.Schedule.V1;
using Xunit;

namespace Temporal.Server.Tests.Schedules;

public sealed class ScheduleTransitionsTests
{
    private static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private int _ids;

    [Theory]
    [InlineData(ScheduleOverlapPolicy.Skip, 1, 0, 2)]
    [InlineData(ScheduleOverlapPolicy.BufferOne, 1, 1, 1)]
    [InlineData(ScheduleOverlapPolicy.BufferAll, 1, 2, 0)]
    [InlineData(ScheduleOverlapPolicy.AllowAll, 3, 0, 0)]
    public void Decide_ThreeTimesPassed_FollowsTheOverlapPolicy(ScheduleOverlapPolicy policy, int starts, int waiting, int skipped)
    {
        var record = Record(policy);
        Advance(record, minutes: 3);

        var plan = Decide(record);

        Assert.Equal((starts, waiting, skipped), (plan.Starts.Count, ScheduleTransitions.Waiting(record), (int)record.Info.OverlapSkipped));
    }

    [Theory]
    [InlineData(ScheduleOverlapPolicy.CancelOther, true, false)]
    [InlineData(ScheduleOverlapPolicy.TerminateOther, false, true)]
    public void Decide_WhileARunIsOpen_StopsItAndKeepsTheLastStart(ScheduleOverlapPolicy policy, bool cancel, bool terminate)
    {
        var record = Record(policy);
        var running = StartOne(record, minutes: 1);
        Advance(record, minutes: 4);

        var plan = Decide(record);
        Assert.Equal((cancel, terminate, 0), (plan.Cancel, plan.Terminate, plan.Starts.Count));
        Assert.Equal(Start.AddMinutes(4), Assert.Single(record.Buffer).Nominal.ToDateTime());

        ScheduleTransitions.Closed(record, Closed(running, WorkflowExecutionStatus.Canceled));
        Assert.Equal(Start.AddMinutes(4), Assert.Single(Decide(record).Starts).Nominal.ToDateTime());
    }

    [Fact]
    public void Decide_AfterARestart_MakesTheSameStartAgain()
    {
        var record = Record(ScheduleOverlapPolicy.Skip);
        Advance(record, minutes: 1);
        var first = Assert.Single(Decide(record).Starts);

        var again = Assert.Single(Decide(ScheduleRecord.Parser.ParseFrom(record.ToByteArray())).Starts);

        Assert.Equal((first.RequestId, first.WorkflowId), (again.RequestId, again.WorkflowId));
        Assert.Equal("job-2026-01-01T00:01:00Z", again.WorkflowId);
    }

    [Fact]
    public void Advance_AfterALongPause_CountsTimesOutsideTheCatchupWindow()
    {
        var record = Record(ScheduleOverlapPolicy.BufferAll);
        record.Schedule.Policies.CatchupWindow = Duration.FromTimeSpan(TimeSpan.FromSeconds(150));
        Advance(record, minutes: 10);

        Assert.Equal(7, record.Info.MissedCatchupWindow);
        Assert.Equal(3, record.Buffer.Count);
    }

    [Fact]
    public void Advance_WhilePaused_LetsTimesPass()
    {
        var record = Record(ScheduleOverlapPolicy.BufferAll);
        ScheduleTransitions.SetPaused(record, paused: true, "stop");
        Advance(record, minutes: 10);
        ScheduleTransitions.SetPaused(record, paused: false, "go");
        Advance(record, minutes: 11);

        Assert.Equal(Start.AddMinutes(11), Assert.Single(record.Buffer).Nominal.ToDateTime());
    }

    [Fact]
    public void Decide_LimitedActions_StopsAtTheLimitButNotForTriggers()
    {
        var record = Record(ScheduleOverlapPolicy.AllowAll);
        record.Schedule.State.LimitedActions = true;
        record.Schedule.State.RemainingActions = 2;
        Advance(record, minutes: 5);
        Assert.Equal(2, Decide(record).Starts.Count);
        Assert.Equal(0, record.Schedule.State.RemainingActions);
        Assert.Null(ScheduleTransitions.NextWake(record, Times(record)));

        record.Buffer.Clear();
        ScheduleTransitions.Trigger(record, Start.AddMinutes(6), ScheduleOverlapPolicy.Unspecified);
        Assert.Single(Decide(record).Starts);
    }

    [Fact]
    public void Backfill_Range_IncludesBothEnds()
    {
        var record = Record(ScheduleOverlapPolicy.Skip);
        record.Backfills.Add(
            new PendingBackfill
            {
                After = Timestamp.FromDateTime(Start.AddDays(-1).AddMilliseconds(-1)),
                End = Timestamp.FromDateTime(Start.AddDays(-1).AddMinutes(2)),
                Policy = ScheduleOverlapPolicy.BufferAll,
            }
        );
        Advance(record, minutes: 0);

        Assert.Equal(3, record.Buffer.Count);
        Assert.Empty(record.Backfills);
        Assert.Equal(Start.AddDays(-1), Assert.Single(Decide(record).Starts).Nominal.ToDateTime());
    }

    [Fact]
    public void Backfill_OfMoreThanTheBufferHolds_GoesOnLater()
    {
        var record = Record(ScheduleOverlapPolicy.Skip);
        record.Backfills.Add(
            new PendingBackfill
            {
                After = Timestamp.FromDateTime(Start.AddDays(-2)),
                End = Timestamp.FromDateTime(Start),
                Policy = ScheduleOverlapPolicy.AllowAll,
            }
        );
        Advance(record, minutes: 0);
        Assert.Equal(ScheduleTransitions.MostBuffered, record.Buffer.Count);

        record.Buffer.Clear();
        Advance(record, minutes: 0);
        record.Buffer.Clear();
        Advance(record, minutes: 0);
        Assert.Equal(880, record.Buffer.Count);
        Assert.Equal(0, record.Info.BufferDropped);
    }

    [Fact]
    public void Closed_FailureWithPauseOnFailure_PausesWithTheReason()
    {
        var record = Record(ScheduleOverlapPolicy.Skip);
        record.Schedule.Policies.PauseOnFailure = true;
        var running = StartOne(record, minutes: 1);

        ScheduleTransitions.Closed(
            record,
            Closed(running, WorkflowExecutionStatus.Failed) with
            {
                Failure = new Failure { Message = "broken" },
            }
        );

        Assert.True(record.Schedule.State.Paused);
        Assert.Equal("paused due to workflow failure: job-2026-01-01T00:01:00Z: broken", record.Schedule.State.Notes);
        Assert.Equal(2, record.ConflictToken);
        Assert.Equal(WorkflowExecutionStatus.Failed, Assert.Single(record.Info.RecentActions).StartWorkflowStatus);
    }

    [Fact]
    public void Remember_SameRequestTwice_IsOneChange()
    {
        var record = Record(ScheduleOverlapPolicy.Skip);

        Assert.True(ScheduleTransitions.RecordRequestId(record, "a"));
        Assert.False(ScheduleTransitions.RecordRequestId(record, "a"));
        Assert.True(ScheduleTransitions.RecordRequestId(record, ""));
        Assert.True(ScheduleTransitions.RecordRequestId(record, ""));
    }

    private PendingStart StartOne(ScheduleRecord record, int minutes)
    {
        Advance(record, minutes);
        var start = Assert.Single(Decide(record).Starts);
        ScheduleTransitions.Started(record, start, "run", Start.AddMinutes(minutes));
        return start;
    }

    private ScheduleNextActions Decide(ScheduleRecord record) => ScheduleTransitions.Decide(record, () => $"id-{++_ids}");

    private static void Advance(ScheduleRecord record, int minutes) =>
        ScheduleTransitions.Advance(record, Times(record), Start.AddMinutes(minutes));

    private static ScheduleActionTimeCalculator Times(ScheduleRecord record) => new(record.Schedule.Spec, "");

    private static ClosedRun Closed(PendingStart start, WorkflowExecutionStatus status) =>
        new("ns", start.WorkflowId, "run-2", "run", "", status, null, null);

    private static ScheduleRecord Record(ScheduleOverlapPolicy policy) =>
        new()
        {
            NamespaceId = "ns",
            ScheduleId = "s",
            Schedule = new Schedule
            {
                Spec = new ScheduleSpec { Interval = { new IntervalSpec { Interval = Duration.FromTimeSpan(TimeSpan.FromMinutes(1)) } } },
                Action = new ScheduleAction
                {
                    StartWorkflow = new Temporalio.Api.Workflow.V1.NewWorkflowExecutionInfo { WorkflowId = "job" },
                },
                Policies = new SchedulePolicies { OverlapPolicy = policy, CatchupWindow = Duration.FromTimeSpan(TimeSpan.FromDays(365)) },
                State = new ScheduleState(),
            },
            Info = new ScheduleInfo(),
            ConflictToken = 1,
            LastProcessed = Timestamp.FromDateTime(Start),
        };
}
