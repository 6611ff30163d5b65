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

        var approval = new ApprovalCommand("a");
        await run.Run.ExecuteUpdateAsync(w => w.ApproveAsync(approval));

        Assert.Equal(RunStates.Completed, (await run.ResultAsync()).State);
    }

    [Fact]
    public async Task Approval_PlanRejected_EndsTheRunBeforeAnythingStarts()
    {
        await using var run = await ScriptedRun.StartAsync([Task("a")], a => a.Plan = p => p with { ApprovalReason = "Risk 80." });
        await run.UntilAsync(s => s.State == RunStates.AwaitingApproval);

        var rejection = new ApprovalCommand("plan", "too risky");
        await run.Run.ExecuteUpdateAsync(w => w.RejectAsync(rejection));

        var result = await run.ResultAsync();
        Assert.Equal(RunStates.Cancelled, result.State);
        Assert.Contains("too risky", result.Reason);
        Assert.Empty(run.Activities.Starts);
    }

    [Fact]
    public async Task MaxCost_Spent_StartsNothingMoreUntilAPersonResumes()
    {
        await using var run = await ScriptedRun.CreateAsync([Task("a"), Task("b", "a")]);
        await run.BeginAsync(
            new OrchestrationInput
            {
                Repository = "/repository",
                PlanFile = "tasks.yaml",
                MaxCost = 0.5m,
            }
        );
        var paused = await run.UntilAsync(s => s.Paused);
        Assert.Equal([TaskStates.Merged, TaskStates.Pending], paused.Tasks.Select(t => t.State));
        Assert.Contains("(maxCost)", paused.Reason, StringComparison.Ordinal);

        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));

        Assert.Equal(RunStates.Completed, (await run.ResultAsync()).State);
        Assert.DoesNotContain("maxCost", (await run.StatusAsync()).Reason, StringComparison.Ordinal);
    }

    /// <summary>As with Ctrl-C and <c>resume</c>: nobody was asked about money.</summary>
    [Fact]
    public async Task MaxCost_NotSpentWhenAPersonResumes_HoldsOn()
    {
        var go = new TaskCompletionSource();
        await using var run = await ScriptedRun.CreateAsync(
            [Task("a"), Task("b", "a")],
            a =>
                a.Agent = async (input, stop) =>
                {
                    if (input.Stop)
                    {
                        return new AgentRunResult { FailureClass = FailureClass.Stopped };
                    }
                    await go.Task.WaitAsync(stop);
                    return ScriptedActivities.Done();
                }
        );
        await run.BeginAsync(
            new OrchestrationInput
            {
                Repository = "/repository",
                PlanFile = "tasks.yaml",
                MaxCost = 0.5m,
            }
        );
        await run.UntilAsync(s => s.Tasks is [{ State: TaskStates.Executing }, ..]);
        await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(null));
        await run.UntilAsync(s => s.Tasks[0].Paused);
        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));

        go.SetResult();

        var held = await run.UntilAsync(s => s.Tasks[0].State == TaskStates.Merged && s.Paused);
        Assert.Equal(0, held.Tasks[1].Starts);
    }

    /// <summary>Whoever lets a run go on past its time was not asked about money.</summary>
    [Fact]
    public async Task Until_LiftedByAPerson_LeavesTheMoneyThatIsNotSpent()
    {
        await using var run = await ScriptedRun.CreateAsync([Task("a"), Task("b", "a")]);
        await run.BeginAsync(
            new OrchestrationInput
            {
                Repository = "/repository",
                PlanFile = "tasks.yaml",
                MaxCost = 0.5m,
                Until = DateTimeOffset.UtcNow.AddDays(-1),
            }
        );
        var late = await run.UntilAsync(s => s.Paused);
        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));
        var spent = await run.UntilAsync(s => s.Tasks[0].State == TaskStates.Merged && s.Paused);
        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));

        Assert.Contains("(until)", late.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("(maxCost)", late.Reason, StringComparison.Ordinal);
        Assert.Contains("(maxCost)", spent.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("(until)", spent.Reason, StringComparison.Ordinal);
        Assert.Equal(0, spent.Tasks[1].Starts);
        Assert.Equal(RunStates.Completed, (await run.ResultAsync()).State);
    }

    [Fact]
    public async Task MaxCost_LiftedByAPerson_StaysLiftedInLaterExecutions()
    {
        await using var run = await ScriptedRun.CreateAsync(
            [.. Enumerable.Range(0, 12).Select(i => i == 0 ? Task("t0") : Task($"t{i}", $"t{i - 1}"))],
            settings: new RunRules { Workers = 3, ContinueAfterEvents = 40 }
        );
        await run.BeginAsync(
            new OrchestrationInput
            {
                Repository = "/repository",
                PlanFile = "tasks.yaml",
                MaxCost = 0.5m,
            }
        );
        await run.UntilAsync(s => s.Paused);

        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));

        Assert.Equal(RunStates.Completed, (await run.ResultAsync()).State);
        Assert.Single(run.Activities.Events, e => e.Reason.Contains("maxCost", StringComparison.Ordinal));
        var started = (await run.Client.GetWorkflowHandle(run.RunId).FetchHistoryAsync())
            .Events.First()
            .WorkflowExecutionStartedEventAttributes;
        Assert.NotEqual(started.FirstExecutionRunId, started.OriginalExecutionRunId);
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

        Assert.Equal(RunStates.Completed, (await run.ResultAsync()).State);
    }
}
