using System.Linq.Expressions;
using Orchestrator.Messages;
using Orchestrator.Workflows.Runs;
using Xunit;
using static Orchestrator.Workflows.Tests.Runs.TestRun;

namespace Orchestrator.Workflows.Tests.Runs;

public sealed class SteeringTests
{
    [Fact]
    public void Pause_Twice_TellsTasksOnce()
    {
        var state = Of(Task("a"), Task("b"));
        Start(state, "a");
        var steering = new SteeringCommandHandler(state);

        var first = steering.Pause(Now);
        var second = steering.Pause(Now);

        Assert.Equal([("a", nameof(ITaskWorkflow.PauseAsync))], Told(first));
        Assert.Equal((true, false), (first.Answer.Changed, second.Answer.Changed));
        Assert.Empty(second.Tell);
        Assert.True(state.Run.Paused);
    }

    [Fact]
    public void Resume_TaskPausedByName_StaysPaused()
    {
        var state = Of(Task("a"), Task("b"));
        Start(state, "a");
        Start(state, "b");
        var steering = new SteeringCommandHandler(state);
        steering.PauseTask("a");
        steering.Pause(Now);

        var resumed = steering.Resume(Now);

        Assert.Equal([("b", nameof(ITaskWorkflow.ResumeAsync))], Told(resumed));
        Assert.Contains("stay paused: a.", resumed.Answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CancelTask_NothingDependsOnIt_TheRunGoesOnWithoutIt()
    {
        var state = Of(Task("a"), Task("b"), Task("c"));
        Start(state, "a");
        Start(state, "b");
        Report(state, "b", TaskStateNames.Failed);
        Report(state, "a", TaskStateNames.Merged);
        var steering = new SteeringCommandHandler(state);
        Assert.False(state.Board.AllMerged);

        steering.CancelTask(new TaskSteeringArguments("b"), Now);
        steering.CancelTask(new TaskSteeringArguments("c"), Now);

        Assert.True(state.Board.AllMerged);
        Assert.Empty(ReadyTaskSelector.EndedBadly(state.Board));
        Assert.Equal(["b", "c"], Ids(state.Board.LeftOut));
        Assert.False(steering.CancelTask(new TaskSteeringArguments("c"), Now).Answer.Changed);
        steering.Retry(new TaskSteeringArguments("b", ""), Now);
        Assert.False(state.Board.AllMerged);
    }

    [Fact]
    public void CancelTask_AtWork_CountsWhenItHasEnded()
    {
        var state = Of(Task("a"));
        Start(state, "a");
        var steering = new SteeringCommandHandler(state);

        var told = Told(steering.CancelTask(new TaskSteeringArguments("a"), Now));
        Assert.False(state.Board.AllMerged);
        Report(state, "a", TaskStateNames.Cancelled);

        Assert.Equal([("a", nameof(ITaskWorkflow.CancelAsync))], told);
        Assert.True(state.Board.AllMerged);
    }

    [Fact]
    public void CancelTask_OthersDependOnIt_APersonIsAskedUntilTheyAreCancelledToo()
    {
        var state = Of(Task("a"), Task("b", "a"), Task("c", "b"));
        Start(state, "a");
        Report(state, "a", TaskStateNames.Failed);
        var steering = new SteeringCommandHandler(state);
        steering.CancelTask(new TaskSteeringArguments("a"), Now);
        state.TransitionTo(RunStateNames.Escalated, null, Now);

        Assert.False(state.Board.AllMerged);
        var asked = UserQuestionBuilder.Of(state);
        Assert.Equal(["a", "resolve"], asked.Select(q => q.Id));
        Assert.Contains("orchestrate cancel run-1/a --dependents", asked[0].Commands);
        steering.CancelTask(new TaskSteeringArguments("b"), Now);
        steering.CancelTask(new TaskSteeringArguments("c"), Now);

        Assert.True(state.Board.AllMerged);
    }

    [Fact]
    public void LandMerged_NothingMergedSinceTheLastTime_IsRefused()
    {
        var state = Of(Task("a"), Task("b"));
        var steering = new SteeringCommandHandler(state);
        state.TransitionTo(RunStateNames.Escalated, null, Now);
        Assert.Contains("All merged work of run-1 has already landed", steering.RefuseLandMerged(), StringComparison.Ordinal);
        Start(state, "a");
        Report(state, "a", TaskStateNames.Merged);

        Assert.Null(steering.RefuseLandMerged());
        state.Run = state.Run with { BaseCommit = "base" };
        state.StagingTip = "base";
        Assert.Contains("All merged work of run-1 has already landed", steering.RefuseLandMerged(), StringComparison.Ordinal);
        state.StagingTip = "merge";
        Assert.Null(steering.RefuseLandMerged());
        state.Board.Landed(state.Board.Find("a"));
        Assert.NotNull(steering.RefuseLandMerged());
    }

    /// <summary>A part lands only with the same review as the whole run.</summary>
    [Theory]
    [InlineData(null, "merge", true)]
    [InlineData(ReviewStateNames.Findings, "merge", true)]
    [InlineData(ReviewStateNames.Accepted, "earlier", true)]
    [InlineData(ReviewStateNames.Accepted, "merge", false)]
    [InlineData(ReviewStateNames.Overruled, "", false)]
    public void LandMerged_NotAcceptedByTheReview_IsRefused(string? verdict, string commit, bool isRefused)
    {
        var state = Of(Task("a"), Task("b"));
        state.Plan = state.Plan with { Rules = new RunWorkflowSettings { Review = new RunReviewOptions { Agent = "reviewer" } } };
        Start(state, "a");
        Report(state, "a", TaskStateNames.Merged);
        state.StagingTip = "merge";
        state.TransitionTo(RunStateNames.Escalated, null, Now);
        state.Run = state.Run with
        {
            Review = verdict is null
                ? null
                : new RunReviewStatus
                {
                    Round = 1,
                    MaxRounds = 1,
                    Verdict = verdict,
                    Commit = commit,
                },
        };

        var refusal = new SteeringCommandHandler(state).RefuseLandMerged();

        Assert.Equal(isRefused, refusal?.Contains("orchestrate skip run-1/.review", StringComparison.Ordinal) ?? false);
        var ways = UserQuestionBuilder.Of(state).SelectMany(question => question.Commands);
        Assert.Equal(isRefused, !ways.Any(command => command.Contains("--merged", StringComparison.Ordinal)));
    }

    [Fact]
    public void Retry_BlockedTaskOfAPausedRun_GoesOnOnlyWithTheRun()
    {
        var state = Of(Task("a"));
        Start(state, "a");
        Report(state, "a", TaskStateNames.Blocked);
        var steering = new SteeringCommandHandler(state);

        Assert.Equal(
            [nameof(ITaskWorkflow.GoOnAsync), nameof(ITaskWorkflow.ResumeAsync)],
            Told(steering.Retry(new TaskSteeringArguments("a", "go"), Now)).Select(t => t.Signal)
        );
        steering.Pause(Now);
        Assert.Equal(
            [nameof(ITaskWorkflow.GoOnAsync)],
            Told(steering.Retry(new TaskSteeringArguments("a", "go"), Now)).Select(t => t.Signal)
        );
    }

    [Fact]
    public void Decide_WorkThatChangedItsGates_IsAnsweredOnceUntilTheTaskReports()
    {
        var state = Of(Task("a"));
        Start(state, "a");
        Report(state, "a", TaskStateNames.AwaitingApproval);
        Assert.Single(UserQuestionBuilder.Of(state));

        var decided = new ApprovalCommandHandler(state, new SteeringCommandHandler(state)).Decide(
            new ApprovalDecisionArguments("a"),
            yes: true,
            Now
        );

        Assert.Equal([("a", nameof(ITaskWorkflow.DecideAsync))], Told(decided));
        Assert.Empty(UserQuestionBuilder.Of(state));
        Report(state, "a", TaskStateNames.AwaitingApproval);
        Assert.Single(UserQuestionBuilder.Of(state));
    }

    /// <summary>A yes is to what was shown: the agent has asked for something else since.</summary>
    [Fact]
    public void Refuse_AnswerToWhatIsNotAskedAnyMore_SaysWhatIsAskedNow()
    {
        var state = Of(Task("a"));
        Start(state, "a");
        Report(state, "a", TaskStateNames.AwaitingApproval);
        var approvals = new ApprovalCommandHandler(state, new SteeringCommandHandler(state));
        var shown = Assert.Single(UserQuestionBuilder.Of(state)).Shown;
        var answer = new ApprovalDecisionArguments("a") { Shown = shown };
        Assert.Null(approvals.Refuse(answer, yes: true));

        state.Board.Find("a").Progress = state.Board.Find("a").Progress with
        {
            Why = new AgentRequestNeedsApprovalReason(new VerbatimQuote("May a have evil?")),
        };

        Assert.Contains("May a have evil?", approvals.Refuse(answer, yes: true), StringComparison.Ordinal);
        Assert.Contains("has changed since you saw it", approvals.Refuse(answer, yes: false), StringComparison.Ordinal);
        Assert.Null(approvals.Refuse(answer with { Shown = Assert.Single(UserQuestionBuilder.Of(state)).Shown }, yes: true));
        Assert.Null(approvals.Refuse(new ApprovalDecisionArguments("a"), yes: true));
    }

    /// <summary>A promotion, landing or resolution is outdated if the run waits for another reason by now.</summary>
    [Theory]
    [InlineData(RunStateNames.AwaitingPromotion)]
    [InlineData(RunStateNames.Escalated)]
    public void Refuse_DecisionAboutWhatTheRunDoesNotWaitForAnyMore_SaysWhatIsAskedNow(string waits)
    {
        var state = Of(Task("a"), Task("b"));
        Start(state, "a");
        Report(state, "a", TaskStateNames.Merged);
        state.Run = state.Run with { State = waits, Why = new RunNotLandedReason(new VerbatimQuote("main has moved.")) };
        var steering = new SteeringCommandHandler(state);
        var shown = Assert.Single(UserQuestionBuilder.Of(state)).Shown;
        Assert.All(Refusals(shown), Assert.Null);

        state.Run = state.Run with { Why = new RunNotLandedReason(new VerbatimQuote("It adds a token in a.txt.")) };

        Assert.All(
            Refusals(shown),
            refusal =>
            {
                Assert.Contains("has changed since you saw it", refusal, StringComparison.Ordinal);
                Assert.Contains("It adds a token in a.txt.", refusal, StringComparison.Ordinal);
            }
        );
        Assert.All(Refusals(Assert.Single(UserQuestionBuilder.Of(state)).Shown), Assert.Null);
        Assert.All(Refusals(""), Assert.Null);

        string?[] Refusals(string shown) =>
            [
                waits == RunStateNames.Escalated
                    ? steering.RefuseLandMerged(new RunSteeringArguments { Shown = shown })
                    : steering.RefusePromote(new RunSteeringArguments { Shown = shown }),
                steering.RefuseResolve(new ResolveEscalationArguments(EscalationResolutionKinds.Abort) { Shown = shown }),
            ];
    }

    [Fact]
    public void Refuse_UnknownTask_NamesThoseThatThereAre()
    {
        var steering = new SteeringCommandHandler(Of(Task("a"), Task("b")));

        Assert.Contains("Its tasks are a, b.", steering.RefuseRetry(new TaskSteeringArguments("c")), StringComparison.Ordinal);
        Assert.Null(steering.RefuseRetry(new TaskSteeringArguments("a")));
    }

    [Fact]
    public void TakeIn_TaskThatEndedBecauseItsRunWasGone_WaitsAgain()
    {
        var state = Of(Task("a"));
        Start(state, "a");

        Report(state, "a", TaskStateNames.Cancelled, r => r with { FailureClass = FailureClass.RunEnded });

        Assert.Equal((TaskStateNames.Pending, true), (state.Board.Find("a").Progress.State, state.Board.Find("a").State.MayReuse));
    }

    [Fact]
    public void TakeIn_ThreeTasksThatFailedAlike_AreTriedAgainAsAnOutage()
    {
        var state = Of(Task("a") with { Account = "x" }, Task("b") with { Account = "x" }, Task("c") with { Account = "x" });
        foreach (var id in (string[])["a", "b", "c"])
        {
            Start(state, id);
            Report(
                state,
                id,
                TaskStateNames.Failed,
                r =>
                    r with
                    {
                        Signature = "exit code",
                        Progress = r.Progress with { Why = new AgentFailedReason(new VerbatimQuote("exit code 1")) },
                    }
            );
        }

        Assert.All(state.Board.Entries, e => Assert.Equal(TaskStateNames.Pending, e.Progress.State));
        Assert.Equal(
            new TasksFailedAlikeReason(3, new AgentFailedReason(new VerbatimQuote("exit code 1"))),
            Assert.Single(RunStatusTexts.DescribeOutages(state)!.Open).Why
        );
    }

    [Fact]
    public void TakeIn_TasksThatFailedAlikeAndWereSettledByAPerson_CountNoMore()
    {
        var state = Of([.. ((string[])["a", "b", "c", "d"]).Select(id => Task(id) with { Account = "x" })]);
        var steering = new SteeringCommandHandler(state);
        foreach (var id in (string[])["a", "b", "c"])
        {
            Start(state, id);
            Report(
                state,
                id,
                TaskStateNames.Failed,
                r =>
                    r with
                    {
                        Signature = "exit code",
                        Progress = r.Progress with { Why = new AgentFailedReason(new VerbatimQuote("exit code 1")) },
                    }
            );
            _ = id switch
            {
                "a" => steering.Skip(new TaskSteeringArguments(id), false, Now),
                "b" => steering.CancelTask(new TaskSteeringArguments(id), Now),
                _ => null,
            };
        }

        Assert.Null(RunStatusTexts.DescribeOutages(state));
        Assert.Equal(TaskStateNames.Failed, state.Board.Find("c").Progress.State);
        Assert.Equal(TaskStateNames.Waived, state.Board.Find("a").Progress.State);
    }

    [Fact]
    public void IsUnsaved_OnlyWhatACheckpointWouldNotTell()
    {
        var state = Of(Task("a"), Task("b"));
        Assert.DoesNotContain(state.Board.Entries, e => e.IsUnsaved);

        var entry = Start(state, "a");
        Assert.Equal(["a"], Ids(state.Board.Entries.Where(e => e.IsUnsaved)));
        entry.Saved(entry.State);

        Assert.False(entry.IsUnsaved);
        Report(state, "a", TaskStateNames.Executing);
        Assert.True(entry.IsUnsaved);
    }

    private static IReadOnlyList<(string Task, string Signal)> Told(SteeringResult steered) =>
        [.. steered.Tell.Select(t => (t.Task, ((MethodCallExpression)t.Signal.Body).Method.Name))];
}
