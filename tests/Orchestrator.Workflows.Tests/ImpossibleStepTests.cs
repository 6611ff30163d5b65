using Orchestrator.Messages;
using Orchestrator.TestKit;
using Temporalio.Exceptions;
using Xunit;

namespace Orchestrator.Workflows.Tests;

/// <summary>A step of the run as a whole that can't be carried out, because somebody damaged a file that it needs: the run keeps what it
/// has and waits with the cause, and continues when that is repaired.</summary>
public sealed class ImpossibleStepTests
{
    private const string Cause = "plan/start.json is gone. Put it back.";

    /// <summary>Number of tasks, high enough that the run continues as new at least once.</summary>
    private const int Tasks = 12;

    private bool _isDamaged = true;

    [Fact]
    public async Task Land_FileIsDamaged_WaitsForPromotionAndLandsThen()
    {
        await using var run = await StartAsync(
            a => a.Land = () => OrDamaged(new LandResult { Landed = true, Commit = "landed" }),
            fails: false
        );

        var waits = await run.UntilAsync(s => s.State == RunStateNames.AwaitingPromotion);
        await run.Run.ExecuteUpdateAsync(w => w.PromoteAsync(null));
        await run.UntilAsync(s => s.State == RunStateNames.AwaitingPromotion && run.Activities.Lands.Count == 2);
        _isDamaged = false;
        await run.Run.ExecuteUpdateAsync(w => w.PromoteAsync(null));

        Assert.Contains(Cause, waits.Reason, StringComparison.Ordinal);
        Assert.Contains(waits.Questions, question => question.Commands[0].Contains(" land ", StringComparison.Ordinal));
        Assert.Equal((RunStateNames.Completed, "landed"), await EndAsync(run));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ManualFix_FileIsDamaged_StaysEscalatedAndTakesItThen(bool beforeTheAnswer)
    {
        await using var run = await StartAsync(a =>
        {
            var (look, verify) = (a.LookAtFix, a.VerifyFix);
            a.LookAtFix = input => beforeTheAnswer ? OrDamaged(look(input)) : look(input);
            a.VerifyFix = input => OrDamaged(verify(input));
        });
        await run.UntilAsync(s => s.State == RunStateNames.Escalated);

        var refused = await ResolveAsync(run, EscalationResolutionKinds.ManualFix);
        var waits = await run.UntilAsync(s => s.State == RunStateNames.Escalated && s.Reason.Contains(Cause, StringComparison.Ordinal));
        _isDamaged = false;
        var taken = await ResolveAsync(run, EscalationResolutionKinds.ManualFix);

        Assert.Equal((!beforeTheAnswer, true), (refused.Changed, taken.Changed));
        Assert.Equal(TaskStateNames.Failed, waits.Tasks[0].State);
        Assert.Equal(RunStateNames.Completed, (await EndAsync(run)).State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Replan_FileIsDamaged_StaysEscalatedAndIsMadeThen(bool beforeThePlanner)
    {
        await using var run = await StartAsync(a =>
        {
            a.BeginReplan = _ =>
                beforeThePlanner
                    ? OrDamaged(new PlanningPreparationResult { Agent = "claude" })
                    : new PlanningPreparationResult { Agent = "claude" };
            a.ConcludeReplan = _ => OrDamaged(new ReplanConclusion { PlanHash = "", Tasks = [new TaskOutline { Id = "new" }] });
        });
        await run.UntilAsync(s => s.State == RunStateNames.Escalated);

        var first = await ResolveAsync(run, EscalationResolutionKinds.Replan);
        await run.UntilAsync(s => s.State == RunStateNames.Escalated && s.Reason.Contains(Cause, StringComparison.Ordinal));
        _isDamaged = false;
        await ResolveAsync(run, EscalationResolutionKinds.Replan);
        await run.UntilAsync(s => s.State == RunStateNames.AwaitingApproval && s.Questions.Count > 0);
        await run.Run.ExecuteUpdateAsync(w => w.ApproveAsync(new ApprovalDecisionArguments("plan")));

        Assert.Equal(!beforeThePlanner, first.Changed);
        Assert.Equal(RunStateNames.Completed, (await EndAsync(run)).State);
        Assert.Contains("new", run.Activities.Merged);
    }

    [Fact]
    public async Task Review_AnswerIsDamaged_IsEscalatedAndReviewedAgain()
    {
        await using var run = await StartAsync(
            a => a.Conclude = _ => OrDamaged(new ReviewConclusion { WasRead = true }),
            fails: false,
            new RunWorkflowSettings
            {
                Review = new RunReviewOptions { Agent = "claude", MaxRounds = 2 },
            }
        );

        var waits = await run.UntilAsync(s => s.State == RunStateNames.Escalated);
        _isDamaged = false;
        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(new TaskSteeringArguments(ReviewTaskDefinition.Id, "")));

        var review = waits.Tasks.Single(task => task.Id == ReviewTaskDefinition.Id);
        Assert.Equal(TaskStateNames.Escalated, review.State);
        Assert.Contains(Cause, review.Reason, StringComparison.Ordinal);
        Assert.Equal(RunStateNames.Completed, (await EndAsync(run)).State);
        Assert.Equal(ReviewStateNames.Accepted, (await run.StatusAsync()).Review?.Verdict);
    }

    /// <summary>An agent can damage the files in its own start folder, which must not end the run.</summary>
    [Fact]
    public async Task Split_ProposalIsDamaged_TheTaskGoesOnWithoutParts()
    {
        await using var run = await StartAsync(
            a =>
            {
                a.Agent = (input, _) =>
                    Task.FromResult(
                        input.Attempt == 1
                            ? new AgentRunResult { FailureClass = FailureClass.Blocked, Message = "too much" }
                            : ScriptedActivities.Done()
                    );
                a.JudgeRequest = _ => new AgentRequestEvaluationResult { Step = AgentRequestNextStepKinds.Split };
                a.Split = _ => OrDamaged(new SplitConclusion { PlanHash = "h" });
            },
            fails: false
        );

        Assert.Equal(RunStateNames.Completed, (await EndAsync(run)).State);

        Assert.Contains(run.Activities.Starts, start => start.Answer == $"the task has no parts: {Cause}");
        Assert.Contains(run.Activities.Events, e => e.Why == new TaskNotDividedReason(new VerbatimQuote(Cause)));
    }

    /// <summary>Steps that the run itself can't continue without, whatever its tasks do: it says what is wrong, and continues when that is
    /// repaired.</summary>
    [Theory]
    [InlineData(nameof(ScriptedActivities.ReadTasksAsync), false)]
    [InlineData(nameof(ScriptedActivities.ReadTasksAsync), true)]
    [InlineData(nameof(ScriptedActivities.ReadCheckpointAsync), true)]
    [InlineData(nameof(ScriptedActivities.StoreCheckpointAsync), false)]
    [InlineData(nameof(ScriptedActivities.RecordProgressAsync), false)]
    [InlineData(nameof(ScriptedActivities.RecordProgressAsync), true)]
    public async Task StepOfTheRun_FileIsDamaged_IsShownAndGoesOnWhenItIsMended(string step, bool onceContinued)
    {
        await using var run = await StartLongAsync(step, onceContinued, (_, _) => Task.FromResult(ScriptedActivities.Done()));

        var waits = await run.UntilAsync(s => s.Failing.Count > 0 && s.Reason.Contains(Cause, StringComparison.Ordinal));
        _isDamaged = false;

        Assert.Equal(step.Replace("Async", "", StringComparison.Ordinal), Assert.Single(waits.Failing).Activity);
        Assert.Equal(RunStateNames.Completed, (await EndAsync(run)).State);
        Assert.Empty((await run.StatusAsync()).Failing);
        Assert.Equal(Tasks, run.Activities.Merged.Distinct().Count());
    }

    /// <summary>A task from the previous execution is in the unreadable file and must still be ended.</summary>
    [Theory]
    [InlineData(nameof(ScriptedActivities.ReadTasksAsync))]
    [InlineData(nameof(ScriptedActivities.ReadCheckpointAsync))]
    public async Task Cancel_WhileTheCheckpointCantBeRead_EndsTheRunAndItsTasks(string step)
    {
        await using var run = await StartLongAsync(
            step,
            onceContinued: true,
            async (id, stop) =>
            {
                if (id == "t0")
                {
                    await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    return new AgentRunResult { FailureClass = FailureClass.Stopped, Session = "s" };
                }
                return ScriptedActivities.Done();
            }
        );
        await run.UntilAsync(s => s.Failing.Count > 0);

        var answer = await run.Run.ExecuteUpdateAsync(w => w.CancelAsync(null));
        var end = await EndAsync(run);

        Assert.True(answer.Changed);
        Assert.Equal(RunStateNames.Cancelled, end.State);
        var open = await OpenAsync(run);
        for (var limit = Eventually.Limit; open.Count > 0 && limit > TimeSpan.Zero; limit -= TimeSpan.FromMilliseconds(100))
        {
            await Task.Delay(100);
            open = await OpenAsync(run);
        }
        Assert.Empty(open);
    }

    /// <summary>Open workflows below a run.</summary>
    private static async Task<IReadOnlyList<string>> OpenAsync(ScriptedRun run)
    {
        var open = new List<string>();
        await foreach (var child in run.Client.ListWorkflowsAsync(RunIds.OpenChildrenQuery(run.RunId)))
        {
            open.Add(child.Id);
        }
        return open;
    }

    private Task<ScriptedRun> StartLongAsync(
        string step,
        bool onceContinued,
        Func<string, CancellationToken, Task<AgentRunResult>> agent
    ) =>
        ScriptedRun.StartAsync(
            [.. Enumerable.Range(0, Tasks).Select(i => RunTests.Task($"t{i}"))],
            a =>
            {
                a.Agent = (input, stop) => agent(input.Task.Task.Id, stop);
                a.BeforeFile = name => OrDamaged(name, name == step && (!onceContinued || !a.Checkpoints.IsEmpty));
            },
            new RunWorkflowSettings { Workers = 8, ContinueAfterEvents = 100 }
        );

    private T OrDamaged<T>(T result, bool isMeant = true) =>
        _isDamaged && isMeant ? throw new ApplicationFailureException(Cause, "FileGone", nonRetryable: true) : result;

    private static async Task<(string State, string Landed)> EndAsync(ScriptedRun run)
    {
        var result = await run.ResultAsync();
        return (result.State, result.LandedCommit);
    }

    private static Task<SteeringUpdateResult> ResolveAsync(ScriptedRun run, string way) =>
        run.Run.ExecuteUpdateAsync(w => w.ResolveEscalationAsync(new ResolveEscalationArguments(way, "because", "kim@desk")));

    /// <summary>Of two tasks the first gives up, where it is to.</summary>
    private static Task<ScriptedRun> StartAsync(Action<ScriptedActivities> script, bool fails = true, RunWorkflowSettings? rules = null) =>
        ScriptedRun.StartAsync(
            [new TaskOutline { Id = "bad" }, new TaskOutline { Id = "good" }],
            a =>
            {
                var gaveUp = new AgentRunResult { FailureClass = FailureClass.GaveUp, Message = "I can't." };
                a.Agent = (input, _) => Task.FromResult(fails && input.Task.Task.Id == "bad" ? gaveUp : ScriptedActivities.Done());
                script(a);
            },
            rules
        );
}
