using Orchestrator.Messages;
using Orchestrator.Plans;
using Temporalio.Exceptions;
using Xunit;
using static Orchestrator.Workflows.Tests.RunTests;
using Task = System.Threading.Tasks.Task;

namespace Orchestrator.Workflows.Tests;

/// <summary>Questions of agents that the planner answers before a user is asked.</summary>
public sealed class PlannerAnswerTests
{
    private const string Question = "Which of the two date formats?";

    [Fact]
    public async Task Question_PlannerAnswers_TheAgentGoesOnAndPeopleSeeByWhomWithNothingCharged()
    {
        await using var run = await StartAsync((_, _) => Task.FromResult(Answered("ISO 8601", 0.25m)));

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);

        var (again, status) = (run.Activities.Starts.Last(), await run.StatusAsync());
        Assert.Contains("answered by the planner (opus), not by a user", again.Answer, StringComparison.Ordinal);
        Assert.EndsWith("ISO 8601", again.Answer, StringComparison.Ordinal);
        Assert.Equal(("s", 1, 2, ""), (again.Session, again.Attempt, again.Start, again.Guidance));
        var answer = Assert.Single(status.Tasks[0].Answers!);
        Assert.Equal((1, Question, "ISO 8601", "opus", 0.25m), (answer.Start, answer.Question, answer.Answer, answer.By, answer.Cost));
        Assert.Equal((1.25m, 2, 1), (status.Tasks[0].Cost, status.Tasks[0].Starts, status.Tasks[0].Attempt));
        Assert.Null(status.Tasks[0].Asks);
        Assert.Contains(
            run.Activities.Events,
            e => e.Task == "a" && e.Reason == $"answered by the planner (opus): ISO 8601 (asked: {Question})"
        );
        Assert.DoesNotContain(run.Activities.Events, e => e.State == TaskStateNames.Blocked);
    }

    [Fact]
    public async Task Question_PlannerLeavesItToAPerson_WhoSeesWhy()
    {
        await using var run = await StartAsync((_, _) => Task.FromResult(Answered("") with { Why = "the request does not say it" }));
        var asked = await run.UntilAsync(s => s.Questions.Count > 0);
        Assert.Contains(
            $"{Question} (the planner leaves the decision to a user: the request does not say it)",
            asked.Questions[0].Question,
            StringComparison.Ordinal
        );
        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(new TaskSteeringArguments("a", "the American one")));
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);

        var again = run.Activities.Starts.Last();
        Assert.Equal(("the American one", ""), (again.Guidance, again.Answer));
        Assert.Null((await run.StatusAsync()).Tasks[0].Answers);
    }

    [Theory]
    [InlineData(FailureClass.Limit, "it took longer than 5 min", "the planner can't answer: it took longer than 5 min")]
    [InlineData(FailureClass.Account, "not logged in", "the planner can't answer: not logged in")]
    [InlineData(FailureClass.Transient, "overloaded", "the planner can't answer: overloaded (2 attempts)")]
    [InlineData(FailureClass.Stopped, "", "the planner was stopped")]
    public async Task Question_PlannerCant_APersonIsAskedAndSeesWhy(FailureClass failure, string message, string why)
    {
        await using var run = await StartAsync(
            (_, _) =>
                Task.FromResult(
                    new QuestionAnswer
                    {
                        Run = new AgentRunResult { FailureClass = failure, Message = message },
                    }
                )
        );

        var asked = await run.UntilAsync(s => s.Questions.Count > 0);

        Assert.Contains($"{Question} ({why})", asked.Questions[0].Question, StringComparison.Ordinal);
        Assert.Equal(TaskStateNames.Blocked, asked.Tasks[0].State);
    }

    [Fact]
    public async Task Question_TheStepFails_APersonIsAskedAndTheTaskDoesNotFail()
    {
        await using var run = await StartAsync(
            (_, _) => throw new ApplicationFailureException("The staging branch is gone.", nonRetryable: true)
        );

        var asked = await run.UntilAsync(s => s.Questions.Count > 0);

        Assert.Contains(
            "leaves the decision to a user: The staging branch is gone.",
            asked.Questions[0].Question,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Question_PersonAnswersFirst_ThePlannerIsStoppedAndThePersonsWordsCount()
    {
        var stopped = new TaskCompletionSource();
        await using var run = await StartAsync(
            async (_, stop) =>
            {
                await UntilStoppedAsync(stop);
                stopped.SetResult();
                return Stopped(0.125m);
            }
        );
        var asked = await run.UntilAsync(s => s.Tasks is [{ Asks: ApprovalKinds.Question }] && !run.Activities.AskedForAgents.IsEmpty);
        Assert.Equal((TaskStateNames.Parked, RunLivenessClassifier.Moving), (asked.Tasks[0].State, RunLivenessClassifier.Of(asked)));
        Assert.Empty(asked.Questions);
        Assert.Equal(new PlannerConsultedReason(new VerbatimQuote(Question), $"{run.RunId}/a"), asked.Tasks[0].Why);

        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(new TaskSteeringArguments("a", "the American one", "kim@laptop")));
        await stopped.Task.WaitAsync(Orchestrator.TestKit.Eventually.Limit);
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);

        Assert.Equal(("the American one", ""), (run.Activities.Starts.Last().Guidance, run.Activities.Starts.Last().Answer));
        Assert.Single(run.Activities.AskedForAgents);
        Assert.Equal(1.125m, (await run.StatusAsync()).Tasks[0].Cost);
        Assert.Contains(run.Activities.Events, e => e.Reason == "a user answered its question first");
        Assert.Contains(run.Activities.Events, e => e is { Task: "a", By: "kim@laptop" });
    }

    /// <summary>The late answer of the planner was paid for and is recorded, but the agent gets the user's answer.</summary>
    [Fact]
    public async Task Question_PlannerAnswersAsItIsStopped_ThePersonsWordsCountAndTheAnswerIsNamed()
    {
        await using var run = await StartAsync(
            async (_, stop) =>
            {
                await UntilStoppedAsync(stop);
                return Answered("ISO 8601") with { File = "question-1.json" };
            }
        );
        await run.UntilAsync(s => s.Tasks is [{ Asks: ApprovalKinds.Question }] && !run.Activities.AskedForAgents.IsEmpty);

        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(new TaskSteeringArguments("a", "the American one")));
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);

        Assert.Equal(("the American one", ""), (run.Activities.Starts.Last().Guidance, run.Activities.Starts.Last().Answer));
        Assert.Contains(
            run.Activities.Events,
            e => e.Reason == "a user answered its question first; the planner's answer came too late (question-1.json)"
        );
        Assert.Null((await run.StatusAsync()).Tasks[0].Answers);
    }

    [Fact]
    public async Task Question_PersonComesSecond_IsToldWhatThePlannerHasSaidAndHowToOverrule()
    {
        var go = new TaskCompletionSource();
        await using var run = await StartAsync(
            (_, _) => Task.FromResult(Answered("ISO 8601")),
            async (input, stop) =>
            {
                await go.Task.WaitAsync(stop);
                return ScriptedActivities.Done();
            }
        );
        await run.UntilAsync(s => s.Tasks is [{ Answers: not null, State: TaskStateNames.Executing }]);

        var refused = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() =>
            run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(new TaskSteeringArguments("a", "the American one")))
        );
        go.SetResult();
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);

        Assert.Contains(
            $"its question was answered by the planner (opus): ISO 8601 (asked: {Question}). To correct the answer, write to its agent: "
                + $"orchestrate send {run.RunId}/a TEXT",
            refused.InnerException!.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Question_UsageLimit_WaitsForItsResetAndAsksInTheSameConversation()
    {
        await using var run = await StartAsync(
            (input, _) =>
                Task.FromResult(
                    input.Start > 1
                        ? Answered("ISO 8601")
                        : new QuestionAnswer
                        {
                            Run = new AgentRunResult
                            {
                                FailureClass = FailureClass.UsageLimit,
                                Message = "limit reached",
                                Session = "planner's",
                                ResetAt = DateTimeOffset.UtcNow,
                            },
                        }
                )
        );

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);

        Assert.Equal(
            [(1, 1, ""), (1, 2, "planner's")],
            run.Activities.AskedForAgents.Select(a => (a.Question.Task!.Start, a.Start, a.Session))
        );
        Assert.Contains(run.Activities.Events, e => e.Why is PlannerConsultedReason { Waits: PlannerUsageLimitReachedReason });
        // The account of the task's agent is not the planner's.
        Assert.DoesNotContain((await run.StatusAsync()).Warnings, w => w.Contains("account", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Question_LimitIsWaitedFor_APersonsWordsEndTheWaiting()
    {
        await using var run = await StartAsync(
            (_, _) =>
                Task.FromResult(
                    new QuestionAnswer
                    {
                        Run = new AgentRunResult { FailureClass = FailureClass.UsageLimit, ResetAt = DateTimeOffset.UtcNow.AddDays(1) },
                    }
                )
        );
        await run.UntilAsync(s => s.Tasks.Any(t => t.Why is PlannerConsultedReason { Waits: PlannerUsageLimitReachedReason }));

        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(new TaskSteeringArguments("a", "the American one")));
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);

        Assert.Equal("the American one", run.Activities.Starts.Last().Guidance);
        Assert.Single(run.Activities.AskedForAgents);
    }

    [Fact]
    public async Task Question_RunIsPausedAndResumedWhileThePlannerThinks_IsAskedOnInItsConversation()
    {
        await using var run = await StartAsync(
            async (input, stop) =>
            {
                if (input.Start > 1)
                {
                    return Answered("ISO 8601");
                }
                await UntilStoppedAsync(stop);
                return Stopped(0);
            }
        );
        await run.UntilAsync(s => s.Tasks is [{ Asks: ApprovalKinds.Question }] && !run.Activities.AskedForAgents.IsEmpty);
        await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(null));
        await run.UntilAsync(s => s.Tasks is [{ Paused: true }]);
        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);

        Assert.Equal([(1, ""), (2, "planner's")], run.Activities.AskedForAgents.Select(a => (a.Start, a.Session)));
        Assert.EndsWith("ISO 8601", run.Activities.Starts.Last().Answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Question_WorkersAreReplacedWhileThePlannerThinks_IsAskedForTheSameStartAgain()
    {
        var (first, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var run = await StartAsync(
            async (_, stop) =>
            {
                first.TrySetResult();
                await go.Task.WaitAsync(stop);
                return Answered("ISO 8601");
            }
        );
        await first.Task.WaitAsync(Orchestrator.TestKit.Eventually.Limit);
        await run.StopWorkersAsync();
        go.SetResult();
        run.Work();

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);

        Assert.Equal([(1, 1)], run.Activities.AskedForAgents.Select(a => (a.Question.Task!.Start, a.Start)).Distinct());
        Assert.Equal(1.0m, (await run.StatusAsync()).Tasks[0].Cost);
        Assert.EndsWith("ISO 8601", run.Activities.Starts.Last().Answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Question_TaskIsCancelledWhileThePlannerThinks_EndsAndThePlannerIsStopped()
    {
        var stopped = new TaskCompletionSource();
        await using var run = await StartAsync(
            async (_, stop) =>
            {
                await UntilStoppedAsync(stop);
                stopped.SetResult();
                return Stopped(0);
            }
        );
        await run.UntilAsync(s => s.Tasks is [{ Asks: ApprovalKinds.Question }] && !run.Activities.AskedForAgents.IsEmpty);

        await run.Run.ExecuteUpdateAsync(w => w.CancelAsync(null));
        Assert.Equal(RunStateNames.Cancelled, (await run.ResultAsync()).State);

        await stopped.Task.WaitAsync(Orchestrator.TestKit.Eventually.Limit);
        Assert.Single(run.Activities.Starts);
    }

    [Fact]
    public async Task Question_BeyondTheLimit_IsForAPersonWhoIsToldSo()
    {
        await using var run = await StartAsync(
            (_, _) => Task.FromResult(Answered("yes")),
            (input, _) => input.Start == 2 ? Blocked("And the time zone?") : Task.FromResult(ScriptedActivities.Done()),
            input => new AgentRequestEvaluationResult
            {
                Step = input.Start == 1 ? AgentRequestNextStepKinds.Planner : AgentRequestNextStepKinds.Person,
                Text = input.Start == 1 ? "" : "the planner has answered 1 question of this task",
            }
        );
        var asked = await run.UntilAsync(s => s.Questions.Count > 0);

        Assert.Contains(
            "And the time zone? (the planner has answered 1 question of this task)",
            asked.Questions[0].Question,
            StringComparison.Ordinal
        );
        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(new TaskSteeringArguments("a", "UTC")));
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Single((await run.StatusAsync()).Tasks[0].Answers!);
    }

    [Fact]
    public async Task Question_TaskFailsAndIsRetried_ItsAnswersStayInTheRecord()
    {
        await using var run = await StartAsync(
            (input, _) => Task.FromResult(Answered($"answer {input.Question.Task!.Start}")),
            (input, _) =>
                input.Start switch
                {
                    2 => Task.FromResult(new AgentRunResult { FailureClass = FailureClass.GaveUp, Message = "I can't." }),
                    3 => Blocked("Really?"),
                    _ => Task.FromResult(ScriptedActivities.Done()),
                }
        );
        await run.UntilAsync(s => s.State == RunStateNames.Escalated);
        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(new TaskSteeringArguments("a")));
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);

        Assert.Equal(["answer 1", "answer 3"], (await run.StatusAsync()).Tasks[0].Answers!.Select(a => a.Answer));
    }

    private static Task<ScriptedRun> StartAsync(
        Func<AskAgentInput, CancellationToken, Task<QuestionAnswer>> planner,
        Func<RunAgentInput, CancellationToken, Task<AgentRunResult>>? agent = null,
        Func<EvaluateAgentRequestInput, AgentRequestEvaluationResult>? judge = null
    ) =>
        ScriptedRun.StartAsync(
            [Task("a")],
            a =>
            {
                a.Agent = (input, stop) =>
                    input.Start == 1 ? Blocked(Question)
                    : agent is null ? Task.FromResult(ScriptedActivities.Done())
                    : agent(input, stop);
                a.JudgeRequest = judge ?? (_ => new AgentRequestEvaluationResult { Step = AgentRequestNextStepKinds.Planner });
                a.AnswerQuestion = planner;
            },
            new RunWorkflowSettings
            {
                Workers = 1,
                Retry = new RetryRule { MaxAttempts = 2, BaseDelay = TimeSpan.FromMilliseconds(10) },
            }
        );

    private static Task<AgentRunResult> Blocked(string question) =>
        Task.FromResult(
            new AgentRunResult
            {
                FailureClass = FailureClass.Blocked,
                Message = question,
                Session = "s",
                Cost = 0.5m,
            }
        );

    private static QuestionAnswer Answered(string answer, decimal cost = 0) =>
        new()
        {
            Run = new AgentRunResult
            {
                FailureClass = FailureClass.None,
                Session = "planner's",
                Cost = cost,
            },
            Answer = answer,
            By = "opus",
        };

    private static QuestionAnswer Stopped(decimal cost) =>
        new()
        {
            Run = new AgentRunResult
            {
                FailureClass = FailureClass.Stopped,
                Session = "planner's",
                Cost = cost,
            },
        };

    private static async Task UntilStoppedAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource();
        await using var registration = stop.Register(() => stopped.TrySetResult());
        await stopped.Task;
    }
}
