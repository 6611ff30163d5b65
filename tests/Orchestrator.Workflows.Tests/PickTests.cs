using Orchestrator.Messages;
using Xunit;

namespace Orchestrator.Workflows.Tests;

/// <summary>Results of tasks with the same text: the reviewer is asked where evidence does not decide, and only there.</summary>
public sealed class PickTests
{
    private static readonly RunWorkflowSettings Rules = new()
    {
        Workers = 3,
        KeepsBranches = true,
        Review = new RunReviewOptions
        {
            Agent = "claude",
            Timeout = TimeSpan.FromMinutes(1),
            Picks = true,
        },
    };

    [Theory]
    [InlineData(500)]
    [InlineData(1)]
    public async Task Run_WithResultsThatAreAlike_AsksTheReviewerAndEndsWithItsBranches(int continueAfter)
    {
        await using var run = await ScriptedRun.StartAsync(
            [RunTests.Task("a-1"), RunTests.Task("a-2")],
            a =>
            {
                a.Ties = 1;
                a.Conclude = input => new ReviewConclusion
                {
                    WasRead = true,
                    PlanHash = input.PlanHash,
                    Message = "it prefers a-2",
                };
            },
            Rules with
            {
                ContinueAfterMessages = continueAfter,
            }
        );

        var result = await run.ResultAsync();

        var status = await run.StatusAsync();
        Assert.Equal(RunStateNames.Completed, result.State);
        Assert.Equal([TaskStateNames.Kept, TaskStateNames.Kept, TaskStateNames.Reviewed], status.Tasks.Select(task => task.State));
        Assert.Equal("Which of equal results is the best", status.Tasks[2].Title);
        Assert.Equal(("h+ties", ReviewStateNames.Accepted), (run.Activities.Reviews.Single().Question.PlanHash, status.Review!.Verdict));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(1)]
    public async Task Run_WithAnAttemptThatFails_EndsWithoutIt(int continueAfter)
    {
        await using var run = await ScriptedRun.StartAsync(
            [Attempt(1), Attempt(2), Attempt(3)],
            a => a.Agent = (input, _) => Task.FromResult(input.Task.Task.Id == "a-1" ? GaveUp : ScriptedActivities.Done()),
            Rules with
            {
                ContinueAfterMessages = continueAfter,
            }
        );

        var result = await run.ResultAsync();

        var status = await run.StatusAsync();
        Assert.Equal(RunStateNames.Completed, result.State);
        Assert.Equal([TaskStateNames.Cancelled, TaskStateNames.Kept, TaskStateNames.Kept], status.Tasks.Select(task => task.State));
        Assert.StartsWith("a-2, a-3 completed the same task; this attempt failed: ", status.Tasks[0].Reason, StringComparison.Ordinal);
        Assert.Empty(status.Questions);
    }

    [Fact]
    public async Task Run_OfWhichAllAttemptsAtATaskFail_WaitsForAPerson()
    {
        await using var run = await ScriptedRun.StartAsync(
            [Attempt(1), Attempt(2), RunTests.Task("b")],
            a => a.Agent = (input, _) => Task.FromResult(input.Task.Task.Id == "b" ? ScriptedActivities.Done() : GaveUp),
            Rules
        );

        var status = await run.UntilAsync(status => status.Questions.Count > 0);
        // A user who has one of them tried again, guided, needs no other.
        run.Activities.Agent = (_, _) => Task.FromResult(ScriptedActivities.Done());
        await run.Run.ExecuteUpdateAsync(workflow => workflow.RetryTaskAsync(new TaskSteeringArguments("a-2", "like this")));

        Assert.Equal(["a-1", "a-2", "resolve"], status.Questions.Select(question => question.Id).Order(StringComparer.Ordinal));
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal(TaskStateNames.Cancelled, (await run.StatusAsync()).Tasks[0].State);
    }

    [Fact]
    public async Task Run_WhereTheReviewerCantBeAsked_EndsWithoutAndSaysSo()
    {
        await using var run = await ScriptedRun.StartAsync([RunTests.Task("a-1"), RunTests.Task("a-2")], settings: Rules);

        var result = await run.ResultAsync();

        Assert.Equal(RunStateNames.Completed, result.State);
        Assert.Empty(run.Activities.Reviews);
        Assert.Contains(
            run.Activities.Events,
            e => e.Reason == "the reviewer was not asked which of equal results is the best: a-1, a-2 are too large"
        );
    }

    [Fact]
    public async Task Run_WhoseReviewerFails_EndsWithItsBranchesByAPersonsWord()
    {
        await using var run = await ScriptedRun.StartAsync(
            [RunTests.Task("a-1"), RunTests.Task("a-2")],
            a =>
            {
                a.Ties = 1;
                a.BeginReview = _ => new ReviewPreparationResult { Fault = "There is no reviewer." };
            },
            Rules
        );
        await run.UntilAsync(status => status.Questions.Count > 0);

        await run.Run.ExecuteUpdateAsync(workflow =>
            workflow.SkipTaskAsync(new TaskSteeringArguments(ReviewTaskDefinition.Id, "the first will do"))
        );

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
    }

    private static AgentRunResult GaveUp => new() { FailureClass = FailureClass.GaveUp, Message = "I can't." };

    private static TaskOutline Attempt(int number) => new() { Id = $"a-{number}", SameAs = "a-1" };
}
