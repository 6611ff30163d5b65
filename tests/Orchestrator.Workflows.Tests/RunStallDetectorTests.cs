using Google.Protobuf.WellKnownTypes;
using Orchestrator.Client;
using Orchestrator.Messages;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Workflow.V1;
using Xunit;

namespace Orchestrator.Workflows.Tests;

/// <summary>Detection of a stalled run from the server's description of its activities.</summary>
public class RunStallDetectorTests
{
    private const string Machine = "aaaa";
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 3, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Of_AStepThatIsHeardOf_ChangesAndAStepThatIsNotStays()
    {
        var before = RunStallDetector.Of([Step(PendingActivityState.Started, beat: 0)], Machine);

        Assert.NotNull(before);
        Assert.Equal(before, RunStallDetector.Of([Step(PendingActivityState.Started, beat: 0)], Machine));
        Assert.NotEqual(before, RunStallDetector.Of([Step(PendingActivityState.Started, beat: 2)], Machine));
        Assert.NotEqual(before, RunStallDetector.Of([Step(PendingActivityState.Scheduled, beat: 0, attempt: 2)], Machine));
    }

    [Fact]
    public void Of_StepsThatNoWorkerIsToTakeNow_IsNoStillness()
    {
        var later = Step(PendingActivityState.Scheduled, beat: 0);
        later.NextAttemptScheduleTime = Timestamp.FromDateTimeOffset(Now);

        Assert.Null(RunStallDetector.Of([], Machine));
        Assert.Null(RunStallDetector.Of([Step(PendingActivityState.Paused, beat: 0)], Machine));
        Assert.Null(RunStallDetector.Of([later, Step(PendingActivityState.Scheduled, beat: 0)], Machine));
    }

    [Fact]
    public void Of_AStepThatAnotherHostWorksOn_SaysNothingOfTheRunsMachine()
    {
        var (elsewhere, waiting) = (Step(PendingActivityState.Started, beat: 0), Step(PendingActivityState.Scheduled, beat: 0));
        elsewhere.ActivityOptions = new() { TaskQueue = new() { Name = "orchestrator@bbbb/key" } };
        var before = RunStallDetector.Of([elsewhere, waiting], Machine);
        elsewhere.LastHeartbeatTime = Timestamp.FromDateTimeOffset(Now.AddSeconds(2));

        Assert.Null(RunStallDetector.Of([elsewhere], Machine));
        Assert.NotNull(before);
        Assert.Equal(before, RunStallDetector.Of([elsewhere, waiting], Machine));
        Assert.NotEqual(before, RunStallDetector.Of([elsewhere, waiting], "bbbb"));
    }

    [Theory]
    [InlineData("orchestrator@bbbb/key", true)]
    [InlineData("orchestrator@aaaa/key", false)]
    [InlineData("orchestrator@left-aaaa/key", false)]
    [InlineData("", false)]
    public void Of_AStepThatWaitsOnAnotherHost_SaysNothingOfTheRunsMachine(string queue, bool isElsewhere)
    {
        var (waiting, later) = (Step(PendingActivityState.Scheduled, beat: 0), Step(PendingActivityState.Scheduled, beat: 0, attempt: 7));
        var alone = RunStallDetector.Of([waiting], Machine);
        later.ActivityOptions = queue.Length == 0 ? null : new() { TaskQueue = new() { Name = queue } };
        var there = RunStallDetector.Of([later], Machine);
        later.NextAttemptScheduleTime = Timestamp.FromDateTimeOffset(Now);

        // That a host tries a step again and again must not keep a run on a machine that is gone, nor take it from one that is there.
        Assert.Equal(isElsewhere, there is null);
        Assert.Equal(isElsewhere ? alone : null, RunStallDetector.Of([later, waiting], Machine));
    }

    [Fact]
    public void GivenAwayBy_QueuesOfEachKind_NamesTheMachine()
    {
        Assert.Equal(("aaaa", true), (QueueNames.DrainingHostOf(QueueNames.ForLeft("aaaa", "key"), out var isReady), isReady));
        Assert.Equal(("aaaa", false), (QueueNames.DrainingHostOf(QueueNames.ForLeaving("aaaa", "key"), out isReady), isReady));
        Assert.Equal((null, false), (QueueNames.DrainingHostOf(QueueNames.ForRepository("aaaa", "key"), out isReady), isReady));
        Assert.Equal((null, false), (QueueNames.DrainingHostOf("elsewhere", out isReady), isReady));
    }

    private static PendingActivityInfo Step(PendingActivityState state, int beat, int attempt = 1) =>
        new()
        {
            ActivityId = "1",
            State = state,
            Attempt = attempt,
            LastHeartbeatTime = Timestamp.FromDateTimeOffset(Now.AddSeconds(beat)),
        };
}
