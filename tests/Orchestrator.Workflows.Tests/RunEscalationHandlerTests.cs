using Orchestrator.Messages;
using Orchestrator.Plans;
using Temporalio.Exceptions;
using Xunit;

namespace Orchestrator.Workflows.Tests;

/// <summary>A run that can't continue by itself: how long it waits, and what comes of each way out.</summary>
public sealed class RunEscalationHandlerTests
{
    [Fact]
    public async Task Escalated_AWeekWithoutAnybody_IsResolvedAsOnTheFirstDay()
    {
        await using var run = await StartAsync(skipsTime: true);
        var escalated = await run.UntilAsync(s => s.State == RunStateNames.Escalated);

        // Time is skipped while there is nothing to do, which without workers might never be: a report on its way would wait for them.
        await run.SkipAsync(TimeSpan.FromDays(7));
        await run.RestartWorkersAsync();

        var answer = await ResolveAsync(run, EscalationResolutionKinds.ManualFix);

        Assert.True(answer.Changed);
        Assert.Contains("1 commit on staging ('fix')", answer.Message, StringComparison.Ordinal);
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        var status = await run.StatusAsync();
        Assert.True(status.UpdatedAt - escalated.UpdatedAt > TimeSpan.FromDays(7));
        Assert.Equal([TaskStateNames.Resolved, TaskStateNames.Merged, TaskStateNames.Merged], status.Tasks.Select(t => t.State));

        // All that is on staging is asked for what it has to hold, the task that is repaired among it; what comes after begins with the
        // fix.
        Assert.Equal(["after"], Assert.Single(run.Activities.Fixes).Without);
        Assert.Equal("merge-good-1+fix+merge", run.Activities.Starts.Single(s => s.Task.Task.Id == "after").Task.StagingTip);
        var resolved = Assert.IsType<TaskResolvedByUserReason>(status.Tasks[0].Why);
        Assert.Equal(
            ("because", new UserCommitSummary(1, "staging", new VerbatimQuote("'fix'")), "2/2"),
            (resolved.By.Words?.Text, resolved.Commits, GateVerdictFormatter.Count(resolved.Gates))
        );
        Assert.Equal("2/2", GateVerdictFormatter.Count(status.Tasks[0].Gates));
    }

    [Fact]
    public async Task ManualFix_NothingThereOrAGateFails_StaysEscalatedAndSaysWhy()
    {
        var looks = 0;
        await using var run = await StartAsync(a =>
        {
            a.LookAtFix = input =>
                ++looks == 1
                    ? new ManualFixCommits { Refusal = "There is no new commit." }
                    : new ManualFixCommits { Commit = $"{input.StagingTip}+fix", Commits = 2 };
            a.VerifyFix = _ => new ManualFixVerdict { Refusal = "The gate 'tests' fails.", Evidence = "gate.log" };
        });
        await run.UntilAsync(s => s.State == RunStateNames.Escalated);

        var nothing = await ResolveAsync(run, EscalationResolutionKinds.ManualFix);
        var unchanged = await run.UntilAsync(s => s.State == RunStateNames.Escalated);
        var taken = await ResolveAsync(run, EscalationResolutionKinds.ManualFix);
        var red = await run.UntilAsync(s => s.Reason.Contains("The gate 'tests' fails.", StringComparison.Ordinal));

        Assert.Equal((false, true), (nothing.Changed, taken.Changed));
        Assert.Contains("There is no new commit.", unchanged.Reason, StringComparison.Ordinal);
        Assert.Equal((RunStateNames.Escalated, TaskStateNames.Failed), (red.State, red.Tasks[0].State));
        // It is recorded a moment after it is so.
        await TestKit.Eventually.TrueAsync(() =>
            run.Activities.Events.Any(e => e is { Task: null, State: RunStateNames.Escalated, Evidence: "gate.log" })
        );
        Assert.Equal("resolve", red.Questions[^1].Id);

        // Tried again it may still end well.
        run.Activities.Agent = (_, _) => Task.FromResult(ScriptedActivities.Done());
        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(new TaskSteeringArguments("bad", "")));
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
    }

    [Fact]
    public async Task ManualFix_OfOneTask_LeavesTheOther()
    {
        await using var run = await StartAsync(a => a.Agent = (_, _) => Task.FromResult(GaveUp));
        await run.UntilAsync(s => s.State == RunStateNames.Escalated);

        var unknown = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() =>
            ResolveAsync(run, EscalationResolutionKinds.ManualFix, "nobody")
        );
        await ResolveAsync(run, EscalationResolutionKinds.ManualFix, "bad");
        var waits = await run.UntilAsync(s => s.State == RunStateNames.Escalated && s.Tasks.Any(t => t.State == TaskStateNames.Resolved));
        var done = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() =>
            ResolveAsync(run, EscalationResolutionKinds.ManualFix, "bad")
        );

        Assert.Contains("has no task 'nobody'", unknown.InnerException!.Message, StringComparison.Ordinal);
        Assert.Equal([TaskStateNames.Resolved, TaskStateNames.Failed, TaskStateNames.Failed], waits.Tasks.Select(t => t.State));
        Assert.Contains("bad is resolved and needs no resolution", done.InnerException!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ManualFix_OfALandingThatWasRefused_IsReviewedAgainAndLands()
    {
        var (landings, rounds) = (0, 0);
        await using var run = await StartAsync(
            a =>
            {
                a.Agent = (_, _) => Task.FromResult(ScriptedActivities.Done());
                a.Land = () =>
                    ++landings == 1 ? new LandResult { Message = "The target has moved." } : new LandResult { Landed = true, Commit = "l" };
                a.Conclude = _ => new ReviewConclusion { WasRead = ++rounds > 0 };
            },
            new RunWorkflowSettings
            {
                Review = new RunReviewOptions { Agent = "claude", Timeout = TimeSpan.FromMinutes(1) },
            }
        );
        await run.UntilAsync(s => s.State == RunStateNames.AwaitingPromotion && s.Questions.Count > 0);

        await ResolveAsync(run, EscalationResolutionKinds.ManualFix);

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal((2, 2), (landings, rounds));
        Assert.EndsWith("+fix+merge", run.Activities.Reviews.Last().Question.Review!.Round.Tip, StringComparison.Ordinal);
    }

    /// <summary>A landing that was asked for before a reset is not one that is asked for after it.</summary>
    [Fact]
    public async Task ManualFix_ResetWhileTheLandingWaits_KeepsWhatThePersonHasDone()
    {
        var isClean = false;
        await using var run = await StartAsync(a =>
            a.Land = () =>
                isClean ? new LandResult { Landed = true, Commit = "landed" } : new LandResult { Message = "The checkout is dirty." }
        );
        await run.UntilAsync(s => s.State == RunStateNames.Escalated);
        await ResolveAsync(run, EscalationResolutionKinds.ManualFix);
        await run.UntilAsync(s => s.State == RunStateNames.AwaitingPromotion && s.Questions.Count > 0);
        var before = run.Activities.Lands.Count;

        await Scene.ResetAsync(run, toFirst: false);
        await run.UntilAsync(s =>
            s.State == RunStateNames.AwaitingPromotion && s.Questions.Count > 0 && run.Activities.Lands.Count > before
        );
        isClean = true;
        await run.Run.ExecuteUpdateAsync(w => w.PromoteAsync(null));
        var result = await new Client.RunClient(run.Client).Get(run.RunId).ResultAsync().WaitAsync(TestKit.Eventually.Limit);

        Assert.Equal(RunStateNames.Completed, result.State);
        Assert.Equal(
            [TaskStateNames.Resolved, TaskStateNames.Merged, TaskStateNames.Merged],
            (await run.StatusAsync()).Tasks.Select(t => t.State)
        );
        Assert.Single(run.Activities.Fixes);
        Assert.Single(run.Activities.Starts, s => s.Task.Task.Id == "bad");
        Assert.Equal([.. Enumerable.Repeat(false, before + 1), true], run.Activities.Lands.Select(l => l.IsAskedFor));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Replan_ApprovedByAPerson_ItsTasksTakeThePlaceOfThoseThatFailed(int continueAfter)
    {
        await using var run = await StartAsync(
            a => a.ConcludeReplan = _ => Made("new-1", "new-2"),
            new RunWorkflowSettings { ContinueAfterMessages = continueAfter }
        );
        await run.UntilAsync(s => s.State == RunStateNames.Escalated);

        var answer = await ResolveAsync(run, EscalationResolutionKinds.Replan);
        var asked = await run.UntilAsync(s => s.State == RunStateNames.AwaitingApproval && s.Questions.Count > 0);
        await run.Run.ExecuteUpdateAsync(w => w.ApproveAsync(new ApprovalDecisionArguments("plan")));

        Assert.True(answer.Changed, answer.Message);
        Assert.Contains("Another plan was made: 2 tasks (new-1, new-2).", asked.Questions[0].Question, StringComparison.Ordinal);
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        var status = await run.StatusAsync();
        Assert.Equal(
            [
                ("after", TaskStateNames.Superseded),
                ("bad", TaskStateNames.Superseded),
                ("good", TaskStateNames.Merged),
                ("new-1", TaskStateNames.Merged),
                ("new-2", TaskStateNames.Merged),
            ],
            status.Tasks.Where(t => t.Id != ReplanTaskDefinition.Id).Select(t => (t.Id, t.State)).Order()
        );
        Assert.Equal(
            (ReplanStateNames.Planned, 3, 2),
            (status.Replan?.State, RunTaskCounts.Of(status).Merged, RunTaskCounts.Of(status).Superseded)
        );
        var told = Assert.Single(run.Activities.Replans);
        Assert.Equal(("merge-good-1", "because"), (told.StagingTip, told.Guidance));
        Assert.Equal(["after", "bad"], told.Replaces.Order());
        Assert.Equal([1], run.Activities.Questions.Select(q => q.Question.Planning!.Replan));
        Assert.All(run.Activities.Starts.Where(s => s.Task.Task.Id.StartsWith('n')), s => Assert.Equal("h+replan1", s.Task.PlanHash));
    }

    [Fact]
    public async Task Replan_NoPlannerNoAnswerOrNoYes_LeavesTheRunAsItWas()
    {
        await using var run = await StartAsync(a =>
        {
            a.BeginReplan = input =>
                input.Guidance == "first"
                    ? new PlanningPreparationResult { Faults = ["There is no planner."] }
                    : new PlanningPreparationResult();
            a.Planner = (input, _) =>
                Task.FromResult(
                    input.Question.Planning!.Replan == 1
                        ? new AgentRunResult { FailureClass = FailureClass.GaveUp, Message = "too hard" }
                        : ScriptedActivities.Done()
                );
            a.ConcludeReplan = _ => Made("new-1");
        });
        await run.UntilAsync(s => s.State == RunStateNames.Escalated);

        var refused = await run.Run.ExecuteUpdateAsync(w =>
            w.ResolveEscalationAsync(new ResolveEscalationArguments(EscalationResolutionKinds.Replan, "first"))
        );
        var unchanged = await run.UntilAsync(s => s.State == RunStateNames.Escalated);
        await ResolveAsync(run, EscalationResolutionKinds.Replan);
        var failed = await run.UntilAsync(s => s.State == RunStateNames.Escalated && s.Replan?.State == ReplanStateNames.Dropped);
        await ResolveAsync(run, EscalationResolutionKinds.Replan);
        await run.UntilAsync(s => s.State == RunStateNames.AwaitingApproval && s.Questions.Count > 0);
        await run.Run.ExecuteUpdateAsync(w => w.RejectAsync(new ApprovalDecisionArguments("plan", "still too big")));
        var rejected = await run.UntilAsync(s =>
            s.State == RunStateNames.Escalated && s.Reason.Contains("too big", StringComparison.Ordinal)
        );

        Assert.False(refused.Changed);
        Assert.Contains("There is no planner.", unchanged.Reason, StringComparison.Ordinal);
        Assert.Contains("too hard", failed.Reason, StringComparison.Ordinal);
        Assert.Equal((TaskStateNames.Failed, ReplanStateNames.Dropped), (rejected.Tasks[0].State, rejected.Replan?.State));

        // Nothing of it stands in the way of another way out.
        await ResolveAsync(run, EscalationResolutionKinds.ManualFix);
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.DoesNotContain("new-1", run.Activities.Merged);
    }

    [Fact]
    public async Task Replan_NobodyApprovesInTime_FailsClosedAndTheRunWaitsOn()
    {
        await using var run = await StartAsync(a => a.ConcludeReplan = _ => Made("new-1"), skipsTime: true);
        await run.UntilAsync(s => s.State == RunStateNames.Escalated);
        await ResolveAsync(run, EscalationResolutionKinds.Replan);
        await run.UntilAsync(s => s.State == RunStateNames.AwaitingApproval && s.Questions.Count > 0);

        await run.SkipAsync(TimeSpan.FromHours(73));

        var closed = await run.UntilAsync(s => s.State == RunStateNames.Escalated);
        Assert.Equal(new NewPlanNotAdoptedReason(new PlanApprovalTimedOutReason()), Assert.IsType<NoTaskCanRunReason>(closed.Why).Then);
        await ResolveAsync(run, EscalationResolutionKinds.Abort);
        Assert.Equal(RunStateNames.Cancelled, (await run.ResultAsync()).State);
    }

    [Fact]
    public async Task Replan_OfWhatTheReviewerDoesNotAccept_IsReviewedAgain()
    {
        var rounds = 0;
        await using var run = await StartAsync(
            a =>
            {
                a.Agent = (_, _) => Task.FromResult(ScriptedActivities.Done());
                a.Conclude = _ => new ReviewConclusion
                {
                    WasRead = true,
                    Standing = ++rounds == 1 ? 1 : 0,
                    Message = "a finding",
                };
                a.ConcludeReplan = _ => Made("new-1");
            },
            new RunWorkflowSettings
            {
                Review = new RunReviewOptions
                {
                    Agent = "claude",
                    Timeout = TimeSpan.FromMinutes(1),
                    MaxRounds = 1,
                },
            }
        );
        await run.UntilAsync(s => s.State == RunStateNames.Escalated);

        await ResolveAsync(run, EscalationResolutionKinds.Replan);
        await run.UntilAsync(s => s.State == RunStateNames.AwaitingApproval && s.Questions.Count > 0);
        await run.Run.ExecuteUpdateAsync(w => w.ApproveAsync(new ApprovalDecisionArguments("plan")));

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal(2, rounds);
        Assert.Equal("merge-new-1-1", run.Activities.Reviews.Last().Question.Review!.Round.Tip);
    }

    [Fact]
    public async Task Resolve_RunThatGoesOn_IsRefused()
    {
        await using var run = await StartAsync(a =>
            a.Agent = async (_, stop) =>
            {
                await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return new AgentRunResult { FailureClass = FailureClass.Stopped };
            }
        );
        await run.UntilAsync(s => s.Tasks.Any(t => t.State == TaskStateNames.Executing));

        var refused = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() => ResolveAsync(run, EscalationResolutionKinds.Abort));
        await run.Run.ExecuteUpdateAsync(w => w.CancelAsync(null));

        Assert.Contains("is executing; only a run that is escalated", refused.InnerException!.Message, StringComparison.Ordinal);
        Assert.Equal(RunStateNames.Cancelled, (await run.ResultAsync()).State);
    }

    [Fact]
    public async Task Abort_EndsTheRunAndSaysWho()
    {
        await using var run = await StartAsync();
        await run.UntilAsync(s => s.State == RunStateNames.Escalated);

        await ResolveAsync(run, EscalationResolutionKinds.Abort);

        var result = await run.ResultAsync();
        Assert.Equal(RunStateNames.Cancelled, result.State);
        var aborted = Assert.IsType<RunAbortedReason>(result.Why is CompositeReason ended ? ended.First : result.Why);
        Assert.Equal(DecidingUser.Of("kim@desk", "because"), aborted.By);
    }

    [Fact]
    public async Task Approvals_AreRecordedWithWhoSaidThemAndSayWhenTheyBecomeANo()
    {
        await using var run = await ScriptedRun.CreateAsync(
            [new TaskOutline { Id = "a", RequiresApproval = true }, new TaskOutline { Id = "b", RequiresApproval = true }],
            a => a.Plan = plan => plan with { ApprovalReason = "It is risky." }
        );
        await run.BeginAsync();
        var asked = await run.UntilAsync(s => s.State == RunStateNames.AwaitingApproval && s.Questions.Count > 0);
        await run.Run.ExecuteUpdateAsync(w => w.ApproveAsync(new ApprovalDecisionArguments("plan", "", "kim@desk")));
        await run.UntilAsync(s => s.Questions.Count == 2);
        await run.Run.ExecuteUpdateAsync(w => w.ApproveAsync(new ApprovalDecisionArguments("a", "", "lee@lap")));
        await run.Run.ExecuteUpdateAsync(w => w.RejectAsync(new ApprovalDecisionArguments("b", "too early", "lee@lap")));
        var again = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() =>
            run.Run.ExecuteUpdateAsync(w => w.RejectAsync(new ApprovalDecisionArguments("plan", "", "lee@lap")))
        );

        Assert.Matches(
            @"It is risky\. \(Without an answer by \d{4}-\d{2}-\d{2} \d{2}:\d{2}Z it counts as rejected\.\)",
            asked.Questions[0].Question
        );
        Assert.Contains("The plan is not waiting for an answer", again.InnerException!.Message, StringComparison.Ordinal);
        await run.UntilAsync(s => s.Tasks[0].State == TaskStateNames.Merged && s.State == RunStateNames.Escalated);
        Reason[] said =
        [
            new PlanApprovalDecidedReason(Accepted: true, DecidingUser.Of("kim@desk")),
            new ApprovedByUserReason(DecidingUser.Of("lee@lap")),
            new ApprovalDeniedByUserReason(DecidingUser.Of("lee@lap", "too early")),
        ];
        await TestKit.Eventually.TrueAsync(() => !said.Except(run.Activities.Events.Select(e => e.Why)).Any());
        Assert.Equal(["kim@desk", "lee@lap", "lee@lap"], run.Activities.Events.Where(e => said.Contains(e.Why)).Select(e => e.By));
    }

    private static AgentRunResult GaveUp => new() { FailureClass = FailureClass.GaveUp, Message = "I can't." };

    private static ReplanConclusion Made(params string[] tasks) =>
        new() { PlanHash = "", Tasks = [.. tasks.Select(id => new TaskOutline { Id = id })] };

    private static Task<SteeringUpdateResult> ResolveAsync(ScriptedRun run, string way, params string[] tasks)
    {
        var command = new ResolveEscalationArguments(way, "because", "kim@desk") { Tasks = tasks.Length == 0 ? null : tasks };
        return run.Run.ExecuteUpdateAsync(w => w.ResolveEscalationAsync(command));
    }

    /// <summary>Of three tasks the first gives up, and the last depends on it.</summary>
    private static async Task<ScriptedRun> StartAsync(
        Action<ScriptedActivities>? script = null,
        RunWorkflowSettings? rules = null,
        bool skipsTime = false
    )
    {
        var run = await ScriptedRun.CreateAsync(
            [new TaskOutline { Id = "bad" }, new TaskOutline { Id = "good" }, new TaskOutline { Id = "after", DependsOn = ["bad"] }],
            a =>
            {
                a.Agent = (input, _) => Task.FromResult(input.Task.Task.Id == "bad" ? GaveUp : ScriptedActivities.Done());
                a.Merge = input => new MergeResult { Outcome = MergeOutcome.Merged, Commit = $"merge-{input.TaskId}-{input.Attempt}" };
                script?.Invoke(a);
            },
            rules,
            skipsTime: skipsTime
        );
        await run.BeginAsync();
        return run;
    }
}
