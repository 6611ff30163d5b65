using Orchestrator.Messages;
using Orchestrator.Plans;
using Xunit;

namespace Orchestrator.Workflows.Tests;

/// <summary>The review between work and landing: what each end of a round does to its run.</summary>
public sealed class ReviewTests
{
    [Fact]
    public async Task Review_RejectsThenAccepts_FindingsBecomeTasksAndTheRunLands()
    {
        await using var run = await StartAsync(a =>
            a.Conclude = input => input.Round.Number == 1 ? Findings(2, "review-1-1", "review-1-2") : Accepted()
        );

        var result = await run.ResultAsync();

        Assert.Equal(RunStateNames.Completed, result.State);
        Assert.Equal(["a", "b", "review-1-1", "review-1-2"], run.Activities.Merged.Order());
        var status = await run.StatusAsync();
        Assert.Equal(["a", "b", ReviewTaskDefinition.Id, "review-1-1", "review-1-2"], status.Tasks.Select(t => t.Id));
        Assert.Equal((ReviewStateNames.Accepted, 2), (status.Review?.Verdict, status.Review?.Round));
        Assert.Equal([2, 0], status.Review!.Standing);
        Assert.Equal(4, RunTaskCounts.Of(status).Merged);
        Assert.Equal(6, result.AgentStarts);

        // The second round sees what the first one has not.
        Assert.Equal(["", "merge-b-1"], run.Activities.Reviews.Select(r => r.Question.Review!.Round.Since));
        Assert.Equal(["merge-b-1", "merge-review-1-2-1"], run.Activities.Reviews.Select(r => r.Question.Review!.Round.Tip));
        Assert.Equal(["h", "h+1"], run.Activities.Reviews.Select(r => r.Question.PlanHash));
        Assert.All(run.Activities.Starts.Where(s => s.Task.Task.Id.StartsWith('r')), s => Assert.Equal("h+1", s.Task.PlanHash));
        Assert.Equal(["h", "h+1"], run.Activities.EndedReviews);
    }

    [Fact]
    public async Task Review_RunContinuesAsNewAllTheTime_GoesOnWithItsRounds()
    {
        await using var run = await StartAsync(
            a =>
                a.Conclude = input =>
                    input.Round.Number <= 2 ? Findings(3 - input.Round.Number, $"review-{input.Round.Number}-1") : Accepted(),
            Rules() with
            {
                ContinueAfterMessages = 1,
            }
        );

        var result = await run.ResultAsync();

        Assert.Equal(RunStateNames.Completed, result.State);
        Assert.Equal(["a", "b", "review-1-1", "review-2-1"], run.Activities.Merged);
        var status = await run.StatusAsync();
        Assert.Equal([2, 1, 0], status.Review!.Standing);
        Assert.Equal(3, run.Activities.Reviews.Count);
    }

    [Fact]
    public async Task Review_FindingsDoNotGetFewer_EndsEarlyAndAsksAPerson()
    {
        await using var run = await StartAsync(a =>
            a.Conclude = input => Findings(2, $"review-{input.Round.Number}-1") with { Evidence = "round.md" }
        );

        var escalated = await run.UntilAsync(s => s.State == RunStateNames.Escalated);

        Assert.Equal(2, run.Activities.Reviews.Count);
        Assert.Equal(ReviewStateNames.Escalated, escalated.Review?.Verdict);
        var review = escalated.Tasks.First(t => t.Id == ReviewTaskDefinition.Id);
        Assert.Equal((TaskStateNames.Escalated, "round.md"), (review.State, review.Evidence));
        Assert.NotNull(Assert.IsType<ChangeRejectedByReviewerReason>(review.Why).Before);
        Assert.Contains($"orchestrate skip {run.RunId}/.review", escalated.Questions[0].Commands);
        Assert.DoesNotContain("review-2-1", escalated.Tasks.Select(t => t.Id));

        await run.Run.ExecuteUpdateAsync(w => w.SkipTaskAsync(new TaskSteeringArguments(ReviewTaskDefinition.Id)));
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        var status = await run.StatusAsync();
        Assert.Equal(ReviewStateNames.Overruled, status.Review?.Verdict);
        Assert.Contains("overruled by a user: .review", status.Review!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Review_MaxRounds_AsksAPersonWhoseRetryIsALookAtTheWhole()
    {
        await using var run = await StartAsync(
            a => a.Conclude = input => input.Round.Number == 1 ? Findings(1, "review-1-1") : Accepted(),
            Rules(rounds: 1)
        );

        await run.UntilAsync(s => s.State == RunStateNames.Escalated);
        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(new TaskSteeringArguments(ReviewTaskDefinition.Id, "look again")));

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal(["", ""], run.Activities.Reviews.Select(r => r.Question.Review!.Round.Since));
        Assert.Equal(["", "look again"], run.Activities.Reviews.Select(r => r.Guidance));
        Assert.Equal([1, 2], run.Activities.Reviews.Select(r => r.Question.Review!.Round.Number));
        Assert.Equal([1, 2], run.Activities.Reviews.Select(r => r.Start));
    }

    [Fact]
    public async Task Review_AnswersThatCannotBeRead_AreAskedForThreeTimesAndAcceptNothing()
    {
        await using var run = await StartAsync(a =>
            a.JudgeReview = input => new AgentAnswerValidationResult { Problems = ["No JSON."], ProblemsFile = $"p-{input.Start}.md" }
        );

        var escalated = await run.UntilAsync(s => s.State == RunStateNames.Escalated);

        Assert.Equal(["", "p-1.md", "p-2.md"], run.Activities.Reviews.Select(r => r.ProblemsFile));
        Assert.Equal(["", "reviewer's", "reviewer's"], run.Activities.Reviews.Select(r => r.Session));
        Assert.IsType<ReviewStillUnreadableReason>(escalated.Tasks.First(t => t.Id == ReviewTaskDefinition.Id).Why);
        Assert.Equal(ReviewStateNames.Asked, escalated.Review?.Verdict);
    }

    [Fact]
    public async Task Review_Refusal_AsksAPerson()
    {
        await using var run = await StartAsync(a =>
            a.Reviewer = (_, _) =>
                Task.FromResult(new AgentRunResult { FailureClass = FailureClass.GaveUp, Message = "The model refused to answer." })
        );

        var escalated = await run.UntilAsync(s => s.State == RunStateNames.Escalated);

        Assert.Contains("refused", escalated.Questions[0].Question, StringComparison.Ordinal);
        await run.Run.ExecuteUpdateAsync(w => w.CancelAsync(null));
        Assert.Equal(RunStateNames.Cancelled, (await run.ResultAsync()).State);
    }

    [Fact]
    public async Task Review_UsageLimit_WaitsUntilItIsResetAndUsesNoRound()
    {
        await using var run = await StartAsync(a =>
            a.Reviewer = (input, _) =>
                Task.FromResult(
                    input.Start == 1
                        ? new AgentRunResult
                        {
                            FailureClass = FailureClass.UsageLimit,
                            Message = "limit",
                            ResetAt = DateTimeOffset.UtcNow.AddSeconds(1),
                        }
                        : ScriptedActivities.Done("reviewer's")
                )
        );

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal([1, 1], run.Activities.Reviews.Select(r => r.Question.Review!.Round.Number));
        Assert.Contains(run.Activities.Events, e => e is { Task: ReviewTaskDefinition.Id, State: TaskStateNames.Parked });
    }

    [Fact]
    public async Task Review_NothingChanged_IsNoAcceptance()
    {
        await using var run = await StartAsync(a =>
        {
            a.BeginReview = _ => new ReviewPreparationResult();
            a.Conclude = _ => new ReviewConclusion();
        });

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Empty(run.Activities.Reviews);
        Assert.Equal(ReviewStateNames.Empty, (await run.StatusAsync()).Review?.Verdict);
    }

    [Fact]
    public async Task Review_CannotBegin_AsksAPerson()
    {
        await using var run = await StartAsync(a =>
            a.BeginReview = _ => new ReviewPreparationResult { Fault = "The change is too large." }
        );

        var escalated = await run.UntilAsync(s => s.State == RunStateNames.Escalated);

        Assert.Contains("too large", escalated.Questions[0].Question, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Review_FindingSkippedByAPerson_IsToldToTheNextRoundAsOverruled()
    {
        await using var run = await StartAsync(a =>
        {
            a.Conclude = input =>
                input.Round.Number == 1
                    ? Findings(1, "review-1-1")
                    : new ReviewConclusion { WasRead = false, Overruled = input.Round.Overruled };
            a.Verify = input =>
                input.Task.Task.Id == "review-1-1"
                    ? new VerifyResult { Problems = ["A gate failed."], ProblemsFile = "p.md" }
                    : new VerifyResult
                    {
                        Commit = $"commit-{input.Task.Task.Id}-{input.Attempt}",
                        Gates = new GateSummary
                        {
                            Proof = GateAssuranceLevel.Verified,
                            Total = 1,
                            Passed = 1,
                        },
                    };
        });
        await run.UntilAsync(s => s.State == RunStateNames.Escalated);

        await run.Run.ExecuteUpdateAsync(w => w.SkipTaskAsync(new TaskSteeringArguments("review-1-1")));

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        var status = await run.StatusAsync();
        Assert.Equal((ReviewStateNames.Overruled, 2), (status.Review?.Verdict, status.Review?.Round));
        Assert.Equal(["review-1-1"], status.Review!.Overruled);
    }

    [Fact]
    public async Task Review_PartsThatAreAnswered_AreNotAskedAgain()
    {
        await using var run = await StartAsync(a =>
            a.BeginReview = _ => new ReviewPreparationResult
            {
                Parts = 3,
                Answered = [2],
                LastStart = 7,
            }
        );

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal([(1, 8), (3, 9)], run.Activities.Reviews.Select(r => (r.Question.Review!.Part, r.Start)));
        Assert.All(run.Activities.Reviews, r => Assert.Equal("", r.Session));
    }

    [Fact]
    public async Task Review_WorkersRestartedWhileItIsAsked_GoesOn()
    {
        var first = new TaskCompletionSource();
        await using var run = await StartAsync(a =>
            a.Reviewer = async (input, stop) =>
            {
                first.TrySetResult();
                if (input.Start == 1)
                {
                    await Task.WhenAny(Task.Delay(Timeout.Infinite, stop));
                    return new AgentRunResult { FailureClass = FailureClass.Stopped, Session = "reviewer's" };
                }
                return ScriptedActivities.Done("reviewer's");
            }
        );
        await first.Task;

        await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(null));
        await run.UntilAsync(s => s.Tasks.Any(t => t is { Id: ReviewTaskDefinition.Id, Paused: true }));
        await run.RestartWorkersAsync();
        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal("reviewer's", run.Activities.Reviews.Last().Session);
    }

    internal static ReviewConclusion Accepted() => new() { WasRead = true, Reviewer = "claude (opus)" };

    internal static ReviewConclusion Findings(int standing, params string[] tasks) =>
        new()
        {
            WasRead = true,
            Standing = standing,
            Message = $"{standing} findings",
            Reviewer = "claude (opus)",
            Tasks = [.. tasks.Select(id => new TaskOutline { Id = id })],
        };

    private static RunWorkflowSettings Rules(int rounds = 3) =>
        new()
        {
            Workers = 1,
            Retry = new RetryRule { BaseDelay = TimeSpan.FromMilliseconds(10) },
            Review = new RunReviewOptions { Agent = "claude", MaxRounds = rounds },
        };

    private static Task<ScriptedRun> StartAsync(Action<ScriptedActivities> script, RunWorkflowSettings? rules = null) =>
        ScriptedRun.StartAsync([new TaskOutline { Id = "a" }, new TaskOutline { Id = "b" }], script, rules ?? Rules());
}
