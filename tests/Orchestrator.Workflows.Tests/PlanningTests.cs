using Orchestrator.Messages;
using Temporalio.Exceptions;
using Xunit;

namespace Orchestrator.Workflows.Tests;

/// <summary>Runs that begin with a request: the planner first, then the plan's tasks.</summary>
public sealed class PlanningTests
{
    private static readonly OrchestrationInput Request = new()
    {
        Repository = "/repository",
        Request = "do something good",
        Yes = true,
    };

    [Fact]
    public async Task Request_AnswerWithFaults_GoesBackToTheSameConversationAndThePlanIsRun()
    {
        await using var run = await CreateAsync(a =>
            a.Judge = input =>
                input.Start == 1
                    ? new AgentAnswerValidationResult { Problems = ["a depends on z."], ProblemsFile = "problems-1.md" }
                    : new AgentAnswerValidationResult { Message = "2 tasks" }
        );
        await run.BeginAsync(Request);

        var result = await run.ResultAsync();

        Assert.Equal((RunStateNames.Completed, 4), (result.State, result.AgentStarts));
        Assert.Equal(["", "planner's"], run.Activities.Questions.Select(q => q.Session));
        Assert.Equal(["", "problems-1.md"], run.Activities.Questions.Select(q => q.ProblemsFile));
        Assert.Equal(["a", "b"], run.Activities.Merged);
        var status = await run.StatusAsync();
        Assert.Equal(["planner", "a", "b"], status.Tasks.Select(t => t.Id));
        Assert.Equal(2m, status.Cost);
        Assert.Equal(Enumerable.Range(1, run.Activities.Events.Count).Select(i => (long)i), run.Activities.Events.Select(e => e.Sequence));
    }

    [Fact]
    public async Task Request_FaultsInThreeAttempts_AskAPersonWhoseWordsGoToThePlanner()
    {
        await using var run = await CreateAsync(a =>
            a.Judge = input =>
                input.Start <= 3
                    ? new AgentAnswerValidationResult { Problems = ["Still wrong."], ProblemsFile = $"problems-{input.Start}.md" }
                    : new AgentAnswerValidationResult { Message = "2 tasks" }
        );
        await run.BeginAsync(Request);

        var asking = await run.UntilAsync(s => s.Questions.Count > 0);
        Assert.Equal((RunStateNames.Planning, TaskStateNames.Failed), (asking.State, asking.Tasks[0].State));
        Assert.Contains("after 3 attempts", asking.Questions[0].Question, StringComparison.Ordinal);
        await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() =>
            run.Run.ExecuteUpdateAsync(w => w.SkipTaskAsync(new TaskSteeringArguments(PlannerTaskDefinition.Id, "")))
        );
        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(new TaskSteeringArguments(PlannerTaskDefinition.Id, "use two tasks")));
        var result = await run.ResultAsync();

        Assert.Equal(RunStateNames.Completed, result.State);
        Assert.Equal(["", "", "", "use two tasks"], run.Activities.Questions.Select(q => q.Guidance));
        Assert.Equal([1, 2, 3, 4], run.Activities.Questions.Select(q => q.Start));
    }

    [Fact]
    public async Task Request_WithoutYes_WaitsUntilAPersonHasSeenThePlan()
    {
        await using var run = await CreateAsync();
        await run.BeginAsync(Request with { Yes = false });

        var waiting = await run.UntilAsync(s => s.State == RunStateNames.AwaitingApproval && s.Questions.Count > 0);
        Assert.Equal(2, Assert.IsType<PlanNeedsApprovalReason>(waiting.Why).Tasks);
        Assert.Empty(run.Activities.Starts);
        await run.Run.ExecuteUpdateAsync(w => w.ApproveAsync(new ApprovalDecisionArguments("plan", "")));

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
    }

    [Fact]
    public async Task Request_PlanOnly_EndsWithThePlanAndStartsNothing()
    {
        await using var run = await CreateAsync();
        await run.BeginAsync(Request with { PlanOnly = true, Yes = false });

        var result = await run.ResultAsync();

        Assert.Equal(RunStateNames.Completed, result.State);
        Assert.Contains("the plan is there", result.Reason, StringComparison.Ordinal);
        Assert.Empty(run.Activities.Starts);
        Assert.Equal("planner", Assert.Single((await run.StatusAsync()).Tasks).Id);
    }

    [Fact]
    public async Task Request_PausedAndCancelled_StopsThePlanner()
    {
        await using var run = await CreateAsync(a =>
            a.Planner = async (_, stop) =>
            {
                await Task.WhenAny(Task.Delay(Timeout.Infinite, stop));
                return new AgentRunResult { FailureClass = FailureClass.Stopped, Session = "planner's" };
            }
        );
        await run.BeginAsync(Request);
        await run.UntilAsync(s => s.Tasks.Any(t => t.State == TaskStateNames.Executing));

        await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(null));
        await run.UntilAsync(s => s.Tasks[0].Paused);
        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));
        await run.UntilAsync(s => !s.Tasks[0].Paused && s.Tasks[0].Starts == 2);
        await run.Run.ExecuteUpdateAsync(w => w.CancelAsync(null));

        Assert.Equal(RunStateNames.Cancelled, (await run.ResultAsync()).State);
        Assert.Equal(["", "planner's"], run.Activities.Questions.Select(q => q.Session));
    }

    private static Task<ScriptedRun> CreateAsync(Action<ScriptedActivities>? script = null) =>
        ScriptedRun.CreateAsync([new TaskOutline { Id = "a" }, new TaskOutline { Id = "b", DependsOn = ["a"] }], script);
}
