using Orchestrator.Messages;
using Orchestrator.Workflows.Calls;
using Orchestrator.Workflows.Runs;
using Xunit;
using static Orchestrator.Workflows.Tests.Runs.TestRun;

namespace Orchestrator.Workflows.Tests.Runs;

public sealed class ReadyTaskSelectorTests
{
    [Fact]
    public void Next_FreeSlots_StartsSoManyInPlanOrderAndTwoLooksSeeTheSame()
    {
        var state = Of(Task("a"), Task("b"), Task("c"));

        Assert.Equal(["a", "b"], Ids(ReadyTaskSelector.Next(state, Now).Start));
        Assert.Equal(["a", "b"], Ids(ReadyTaskSelector.Next(state, Now).Start));
        Start(state, "a");
        Start(state, "b");
        Assert.False(ReadyTaskSelector.Next(state, Now).Any);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Next_PausedOrDraining_StartsNothing(bool isPaused, bool isDraining)
    {
        var state = Of(Task("a"));
        state.Run = state.Run with { Paused = isPaused };
        state.IsDraining = isDraining;

        Assert.False(ReadyTaskSelector.Next(state, Now).Any);
        Assert.False(ReadyTaskSelector.NothingCanMove(state));
    }

    [Fact]
    public void Next_PastItsTime_PausesOnceUntilAPersonLiftsTheLimit()
    {
        var state = Of(new OrchestrationInput { Until = Now.AddHours(-1) }, Task("a"), Task("b", "a"));

        var steps = ReadyTaskSelector.Next(state, Now);

        Assert.Equal(new RunTimeLimitReachedReason(Now.AddHours(-1)), steps.Pause);
        Assert.Empty(steps.Start);
        state.Run = state.Run with { Paused = true };
        new SteeringCommandHandler(state).Resume(Now);
        Assert.Equal(["a"], Ids(ReadyTaskSelector.Next(state, Now).Start));
    }

    [Theory]
    [InlineData(BudgetKinds.Run, false)]
    [InlineData(BudgetKinds.Day, false)]
    [InlineData(BudgetKinds.Account, false)]
    [InlineData(BudgetKinds.Task, true)]
    [InlineData(BudgetKinds.Attempt, true)]
    public void Next_ABudgetIsUsedUp_StartsOnlyWhatItIsNotOf(string kind, bool starts)
    {
        var state = Of(new OrchestrationInput(), Task("a"), Task("b"));
        var budget = new BudgetStatus
        {
            Kind = kind,
            Scope = "s",
            Account = "claude",
        };
        Start(state, "a");
        Report(
            state,
            "a",
            TaskStateNames.Parked,
            r => r with { FailureClass = FailureClass.Budget, Progress = r.Progress with { Why = new BudgetUsedUpReason(budget) } }
        );

        Assert.Equal(starts ? ["b"] : [], Ids(ReadyTaskSelector.Next(state, Now).Start));
        Assert.Empty(state.Outages.Open);
    }

    [Fact]
    public void Next_TaskThatNeedsAYes_IsMarkedAndAskedAbout()
    {
        var state = Of(Task("a") with { RequiresApproval = true });

        Assert.Equal(["a"], Ids(ReadyTaskSelector.Next(state, Now).AwaitApproval));
        state.Board.Change(state.Board.Find("a"), TaskStateNames.AwaitingApproval, null, Now);

        Assert.False(ReadyTaskSelector.Next(state, Now).Any);
        Assert.StartsWith("May a start?", Assert.Single(UserQuestionBuilder.Of(state)).Question, StringComparison.Ordinal);
    }

    [Fact]
    public void Next_SharedRepository_AsksForNoMoreLeasesThanThereAreSlots()
    {
        var state = Of(Task("a"), Task("b"), Task("c"));
        state.Leases.Join();
        state.Leases.HandleNotification(new LeaseChangeNotification { Shared = true }, state.Board, Now);

        var steps = ReadyTaskSelector.Next(state, Now);
        foreach (var entry in steps.AskLease)
        {
            state.Leases.Ask(entry, Now);
        }

        Assert.Equal(["a", "b"], Ids(steps.AskLease));
        Assert.Empty(steps.Start);
        Assert.False(ReadyTaskSelector.Next(state, Now).Any);
        state.Leases.HandleNotification(
            new LeaseChangeNotification { Waiting = "a", Wait = new WaitingForLeaseReason("x", "other/b") },
            state.Board,
            Now
        );
        state.Leases.HandleNotification(new LeaseChangeNotification { Granted = "b" }, state.Board, Now);
        Assert.Equal(["b"], Ids(ReadyTaskSelector.Next(state, Now).Start));
        Assert.Equal(["c"], Ids(ReadyTaskSelector.Next(state, Now).AskLease));
    }

    [Fact]
    public void Next_AccountThatDoesNotWork_StartsOneTaskToTryIt()
    {
        var state = Of(Task("a") with { Account = "x" }, Task("b") with { Account = "x" }, Task("c") with { Account = "x" });
        Start(state, "a");
        Report(
            state,
            "a",
            TaskStateNames.Parked,
            r =>
                r with
                {
                    FailureClass = FailureClass.Account,
                    Progress = r.Progress with { Why = new AgentFailedReason(new VerbatimQuote("no login")) },
                }
        );

        Assert.Empty(ReadyTaskSelector.Next(state, Now).Start);
        Assert.Single(state.Outages.Open).MayStartOne = true;

        Assert.Equal(["b"], Ids(ReadyTaskSelector.Next(state, Now).Start));
    }

    [Fact]
    public void Impasse_SomethingFailed_NamesItAndAsks()
    {
        var state = Of(Task("a"), Task("b", "a"));
        Start(state, "a");
        Report(state, "a", TaskStateNames.Failed);

        Assert.True(ReadyTaskSelector.NothingCanMove(state));
        Assert.Equal(["a"], ReadyTaskSelector.Deadlock(state).Tasks);
        state.TransitionTo(RunStateNames.Escalated, null, Now);
        Assert.Equal(["a", "resolve"], UserQuestionBuilder.Of(state).Select(q => q.Id));
    }

    [Fact]
    public void Pass_NobodyApprovedInTime_IsANo()
    {
        var state = Of(Task("a") with { RequiresApproval = true }, Task("b", "a"));
        state.Board.Change(state.Board.Find("a"), TaskStateNames.AwaitingApproval, null, Now);
        var due = RunDeadlineHandler.Next(state)!.Value;

        RunDeadlineHandler.Pass(state, due - TimeSpan.FromSeconds(1));
        Assert.Equal(TaskStateNames.AwaitingApproval, state.Board.Find("a").Progress.State);
        RunDeadlineHandler.Pass(state, due);

        Assert.Equal(
            (TaskStateNames.Cancelled, TaskStateNames.Skipped),
            (state.Board.Find("a").Progress.State, state.Board.Find("b").Progress.State)
        );
        Assert.Null(RunDeadlineHandler.Next(state));
    }

    [Theory]
    [InlineData(0, 39, false, false)]
    [InlineData(0, 40, false, true)]
    [InlineData(30, 69, true, false)]
    [InlineData(30, 70, false, true)]
    public void IsLong_EventsOfItsOwn_Count(int eventsOfRestore, int events, bool isSuggested, bool expected) =>
        Assert.Equal(
            expected,
            HistoryLengthLimit.IsLong(new RunWorkflowSettings { ContinueAfterEvents = 40 }, 0, events, eventsOfRestore, isSuggested)
        );
}
