using Orchestrator.Messages;
using Orchestrator.Plans;
using Xunit;
using static Orchestrator.Workflows.Tests.RunTests;

namespace Orchestrator.Workflows.Tests;

/// <summary>Approvals, and limits of money and time.</summary>
public sealed class RunLimitTests
{
    [Fact]
    public async Task Approval_TaskThatAsksForOne_StartsOnlyAfterIt()
    {
        await using var run = await ScriptedRun.StartAsync([Task("a") with { RequiresApproval = true }]);
        await run.UntilAsync(s => s.Questions.Any(q => q.Id == "a"));
        Assert.Empty(run.Activities.Starts);

        var approval = new ApprovalDecisionArguments("a");
        await run.Run.ExecuteUpdateAsync(w => w.ApproveAsync(approval));

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
    }

    [Fact]
    public async Task Approval_PlanRejected_EndsTheRunBeforeAnythingStarts()
    {
        await using var run = await ScriptedRun.StartAsync([Task("a")], a => a.Plan = p => p with { ApprovalReason = "Risk 80." });
        await run.UntilAsync(s => s.State == RunStateNames.AwaitingApproval);

        var rejection = new ApprovalDecisionArguments("plan", "too risky");
        await run.Run.ExecuteUpdateAsync(w => w.RejectAsync(rejection));

        var result = await run.ResultAsync();
        Assert.Equal(RunStateNames.Cancelled, result.State);
        Assert.Contains("too risky", result.Reason);
        Assert.Empty(run.Activities.Starts);
    }

    /// <summary>The governor's answer while a budget of the run is used up.</summary>
    private static AgentRunResult UsedUp(string kind = BudgetKinds.Run) =>
        new()
        {
            FailureClass = FailureClass.Budget,
            NeverBegun = true,
            Message = "the budget is used up",
            Budget = new BudgetStatus
            {
                Kind = kind,
                Scope = $"{kind}:key/run",
                Account = "claude",
                SpentUsd = 0.51m,
                LimitUsd = 0.5m,
            },
        };

    [Fact]
    public async Task Budget_UsedUp_ParksAsksOnceStartsNothingAndGoesOnWhenItIsRaised()
    {
        var isRaised = false;
        await using var run = await ScriptedRun.StartAsync(
            [Task("a"), Task("b"), Task("c"), Task("d", "a")],
            a =>
            {
                a.Agent = (input, _) =>
                    System.Threading.Tasks.Task.FromResult(isRaised || input.Task.Task.Id == "c" ? ScriptedActivities.Done() : UsedUp());
                a.RaiseBudget = input =>
                {
                    isRaised = true;
                    return new RaisedBudget(true, "The budget of the run, 2.00 USD, applies from now on");
                };
            }
        );
        var parked = await run.UntilAsync(s =>
            s.Tasks.Count(t => t.State == TaskStateNames.Parked) == 2 && s.Tasks[2].State == TaskStateNames.Merged
        );

        var question = Assert.Single(parked.Questions);
        Assert.Equal("budget-run", question.Id);
        Assert.StartsWith(
            "The budget of the run is used up: 0.51 of 0.50 USD are spent, so 2 tasks wait;",
            question.Question,
            StringComparison.Ordinal
        );
        Assert.Equal([$"orchestrate budget raise {run.RunId} AMOUNT"], question.Commands);
        Assert.Equal(RunLivenessClassifier.NeedsPerson, RunLivenessClassifier.Of(parked));
        Assert.Empty(parked.Outages);
        var tooLittle = new RaiseBudgetArguments(BudgetKinds.Run, 0.51m);
        var refused = await Assert.ThrowsAsync<Temporalio.Exceptions.WorkflowUpdateFailedException>(() =>
            run.Run.ExecuteUpdateAsync(w => w.IncreaseBudgetAsync(tooLittle))
        );
        Assert.Contains("0.51 of 0.50 USD are spent. Specify a higher limit.", refused.InnerException!.Message, StringComparison.Ordinal);

        var more = new RaiseBudgetArguments(BudgetKinds.Run, 2, By: "kim");
        var answer = await run.Run.ExecuteUpdateAsync(w => w.IncreaseBudgetAsync(more));

        Assert.Equal("The budget of the run, 2.00 USD, applies from now on; 2 tasks continue.", answer.Message);
        var result = await run.ResultAsync();
        Assert.Equal(RunStateNames.Completed, result.State);
        var status = await run.StatusAsync();
        Assert.All(status.Tasks, task => Assert.Equal((1, 1, 1), (task.Attempt, task.Starts, task.LastStart)));
        Assert.Contains(run.Activities.Events, e => e.Reason == "The budget of the run, 2.00 USD, applies from now on, by kim");
    }

    [Fact]
    public async Task Budget_OfOneTask_KeepsNoOtherFromStarting()
    {
        await using var run = await ScriptedRun.StartAsync(
            [Task("a"), Task("b", "c"), Task("c")],
            a =>
                a.Agent = (input, _) =>
                    System.Threading.Tasks.Task.FromResult(input.Task.Task.Id == "a" ? UsedUp(BudgetKinds.Task) : ScriptedActivities.Done())
        );

        var status = await run.UntilAsync(s => s.Tasks is [{ State: TaskStateNames.Parked }, { State: TaskStateNames.Merged }, ..]);

        var question = Assert.Single(status.Questions);
        Assert.Equal(("a", $"orchestrate budget raise {run.RunId}/a AMOUNT"), (question.Id, question.Commands[0]));
    }

    [Fact]
    public async Task Budget_AgentHasUsedItsPart_GoesOnInItsConversationWithoutAnAttempt()
    {
        var calls = 0;
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a =>
                a.Agent = (_, _) =>
                    System.Threading.Tasks.Task.FromResult(
                        ++calls < 4
                            ? ScriptedActivities.Done() with
                            {
                                FailureClass = FailureClass.Budget,
                                Session = "s",
                            }
                            : ScriptedActivities.Done()
                    )
        );

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal((1, 4), ((await run.StatusAsync()).Tasks[0].Attempt, (await run.StatusAsync()).Tasks[0].Starts));
        Assert.Equal(["", "s", "s", "s"], run.Activities.Starts.Select(start => start.Session));
    }

    /// <summary>The governor says when: that is a hold, and neither a start nor an attempt.</summary>
    [Fact]
    public async Task Governor_AccountIsBlocked_WaitsByATimerUntilItsTurn()
    {
        var reset = DateTimeOffset.UtcNow;
        var calls = 0;
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a =>
                a.Agent = (_, _) =>
                    System.Threading.Tasks.Task.FromResult(
                        ++calls == 1
                            ? new AgentRunResult
                            {
                                FailureClass = FailureClass.UsageLimit,
                                NeverBegun = true,
                                Message = "the account claude is used up",
                                ResetAt = reset,
                                WakeAt = DateTimeOffset.UtcNow.AddSeconds(2),
                            }
                            : ScriptedActivities.Done()
                    )
        );

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        var task = (await run.StatusAsync()).Tasks[0];
        Assert.Equal((1, 1, 1), (task.Attempt, task.Starts, task.LastStart));
        Assert.Equal([1, 1], run.Activities.Starts.Select(start => start.Start));
        Assert.True(DateTimeOffset.UtcNow - reset >= TimeSpan.FromSeconds(2));
    }

    /// <summary>A user who extends a run's time limit was not asked about money.</summary>
    [Fact]
    public async Task Until_LiftedByAPerson_StaysLifted()
    {
        await using var run = await ScriptedRun.CreateAsync([Task("a"), Task("b", "a")]);
        await run.BeginAsync(
            new OrchestrationInput
            {
                Repository = "/repository",
                PlanFile = "tasks.yaml",
                Until = DateTimeOffset.UtcNow.AddDays(-1),
            }
        );
        var late = await run.UntilAsync(s => s.Paused);
        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));

        Assert.Contains("(until)", late.Reason, StringComparison.Ordinal);
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
    }

    /// <summary>
    /// Agents, gates and merges that are running when the time is over finish. A further agent of the task waits for a user.
    /// </summary>
    [Fact]
    public async Task Until_OverWhileATaskIsAtWork_ItsNextAgentWaitsForAPerson()
    {
        var until = DateTimeOffset.UtcNow.AddSeconds(3);
        var now = until.AddMilliseconds(300) - DateTimeOffset.UtcNow;
        await using var run = await ScriptedRun.CreateAsync(
            [Task("a"), Task("b")],
            a =>
            {
                a.Agent = async (input, stop) =>
                {
                    if (input.Attempt == 1)
                    {
                        await System.Threading.Tasks.Task.Delay(now, stop);
                    }
                    return ScriptedActivities.Done();
                };
                a.Verify = input =>
                    input is { Attempt: 1, Task.Task.Id: "a" }
                        ? new VerifyResult { Problems = ["A gate failed."], ProblemsFile = "p.md" }
                        : new VerifyResult { Commit = "c" };
            }
        );
        await run.BeginAsync(
            new OrchestrationInput
            {
                Repository = "/repository",
                PlanFile = "tasks.yaml",
                Until = until,
            }
        );

        var late = await run.UntilAsync(s => s.Paused && s.Tasks is [{ Paused: true }, { State: TaskStateNames.Merged }]);
        Assert.IsType<RunTimeLimitReachedReason>(late.Tasks[0].Why);
        Assert.Equal(["a", "b"], run.Activities.Starts.Select(start => start.Task.Task.Id).Order());
        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal(3, run.Activities.Starts.Count);
    }

    [Fact]
    public async Task Review_OnlyRecommended_IsAnsweredByYes()
    {
        await using var run = await ScriptedRun.CreateAsync([Task("a")], a => a.Plan = p => p with { ReviewReason = "Risk 40." });
        await run.BeginAsync(
            new OrchestrationInput
            {
                Repository = "/repository",
                PlanFile = "tasks.yaml",
                Yes = true,
            }
        );

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
    }
}
