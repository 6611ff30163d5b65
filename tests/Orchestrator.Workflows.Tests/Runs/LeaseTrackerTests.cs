using Orchestrator.Messages;
using Orchestrator.Workflows.Runs;
using Xunit;
using static Orchestrator.Workflows.Tests.Runs.TestRun;

namespace Orchestrator.Workflows.Tests.Runs;

public sealed class LeaseTrackerTests
{
    [Fact]
    public void Say_SeveralThings_ComeInTheirOrder()
    {
        var state = Of(Task("a"), Task("b"));
        state.Leases.Join();
        Assert.Equal([LeaseSignalKind.Join], SayAll(state));
        state.Leases.HandleNotification(new LeaseChangeNotification { Shared = false }, state.Board, Now);
        Start(state, "a");

        state.Leases.HandleNotification(new LeaseChangeNotification { Shared = true }, state.Board, Now);
        state.Leases.Ask(state.Board.Find("b"), Now);
        Assert.Equal([LeaseSignalKind.Hold, LeaseSignalKind.Ask], SayAll(state));
        Report(state, "a", TaskStateNames.Merged);

        Assert.Equal([LeaseSignalKind.Release], SayAll(state));
        Assert.False(state.Leases.HasUpdates(state.Board));
    }

    [Fact]
    public void TakeIn_WhatWasToldBeforeTheRunJoined_IsNotAnswered()
    {
        var state = Of(Task("a"));
        Start(state, "a");

        state.Leases.HandleNotification(new LeaseChangeNotification { Shared = false }, state.Board, Now);
        state.Leases.HandleNotification(new LeaseChangeNotification { Shared = true }, state.Board, Now);

        Assert.False(state.Leases.HasUpdates(state.Board));
        Assert.Null(state.Leases.Shared);
    }

    [Fact]
    public void Ask_CanNotBeSaid_FailsTheTask()
    {
        var state = Of(Task("a"));
        state.Leases.Join();
        Assert.Equal([LeaseSignalKind.Join], SayAll(state));
        state.Leases.HandleNotification(new LeaseChangeNotification { Shared = true }, state.Board, Now);
        state.Leases.Ask(state.Board.Find("a"), Now);
        _ = state.Leases.NextUpdate(state.Board);

        state.Leases.CouldNotSend(state.Board, "the plan is gone", Now);

        Assert.Equal(TaskStateNames.Failed, state.Board.Find("a").Progress.State);
        Assert.Contains("the plan is gone", state.Board.Find("a").Progress.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Wait_ForLong_IsSaidOnce()
    {
        var state = Of(Task("a"));
        state.Leases.Join();
        Assert.Equal([LeaseSignalKind.Join], SayAll(state));
        state.Leases.HandleNotification(new LeaseChangeNotification { Shared = true }, state.Board, Now);
        state.Leases.Ask(state.Board.Find("a"), Now);
        state.Leases.HandleNotification(
            new LeaseChangeNotification { Waiting = "a", Wait = new WaitingForLeaseReason("x", "other/b") },
            state.Board,
            Now
        );
        var due = RunDeadlineHandler.Next(state)!.Value;

        RunDeadlineHandler.Pass(state, due);

        Assert.Equal(Now + state.Rules.LockTimeout, due);
        Assert.Equal(new WaitingLongForLeaseReason(new WaitingForLeaseReason("x", "other/b"), Now), state.Board.Find("a").Progress.Why);
        Assert.Null(RunDeadlineHandler.Next(state));
    }

    [Fact]
    public void Checkpoint_Restored_StandsAsBefore()
    {
        var state = Of(Task("a"));
        state.Leases.Join();
        state.Leases.HandleNotification(new LeaseChangeNotification { Shared = true }, state.Board, Now);
        state.Leases.HandleNotification(new LeaseChangeNotification { Granted = "a" }, state.Board, Now);

        var after = new LeaseTracker();
        after.Restore(state.Leases.ToCheckpoint());

        Assert.True(after.Joined);
        Assert.True(after.MayStart(state.Board.Find("a")));
        Assert.False(after.HasUpdates(state.Board));
    }

    private static List<LeaseSignalKind> SayAll(RunWorkflowState state)
    {
        var said = new List<LeaseSignalKind>();
        while (state.Leases.HasUpdates(state.Board))
        {
            said.Add(state.Leases.NextUpdate(state.Board).Step);
            state.Leases.Sent();
        }
        return said;
    }
}
