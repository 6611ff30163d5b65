using Orchestrator.Client;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.TestKit;
using Temporalio.Api.Enums.V1;
using Xunit;

namespace Orchestrator.Workflows.Tests;

/// <summary>Terminate and Reset, which anybody presses in the Web UI, in every state of a run with two tasks.</summary>
public sealed class TerminateAndResetTests
{
    private const string NextRun = "run-next-000002";

    public static TheoryData<string> AllStates => [.. Scene.States];

    public static TheoryData<string, bool> AllResets
    {
        get
        {
            var resets = new TheoryData<string, bool>();
            foreach (var state in Scene.States)
            {
                resets.Add(state, true);
                resets.Add(state, false);
            }
            return resets;
        }
    }

    [Theory]
    [InlineData("executing")]
    [InlineData("merging")]
    public Task Terminate_EndsTheTasksAndTheNextRunBegins(string state) => TerminateAsync(state);

    [Theory]
    [Trait("Category", "Full")]
    [MemberData(nameof(AllStates))]
    public Task Terminate_InEveryState_EndsTheTasksAndTheNextRunBegins(string state) => TerminateAsync(state);

    [Theory]
    [InlineData("executing", true)]
    [InlineData("second-task", true)]
    [InlineData("awaiting-promotion", false)]
    public Task Reset_TheRunEndsByItself(string state, bool toFirst) => ResetAsync(state, toFirst);

    [Theory]
    [Trait("Category", "Full")]
    [MemberData(nameof(AllResets))]
    public Task Reset_InEveryState_TheRunEndsByItself(string state, bool toFirst) => ResetAsync(state, toFirst);

    /// <summary>Nothing is begun again of a run that had ended.</summary>
    [Fact]
    public async Task Reset_OfACompletedRunToItsBegin_CompletesWithoutAnAgent()
    {
        await using var scene = await Scene.AtAsync("second-task");
        await scene.GoOnAsync();
        await scene.Run.ResultAsync();

        await scene.ResetAsync(toFirst: true);
        var result = await new RunClient(scene.Run.Client).Get(scene.Run.RunId).ResultAsync().WaitAsync(Eventually.Limit);

        Assert.Equal(RunStateNames.Completed, result.State);
        Assert.Equal((2, 2), (scene.Run.Activities.Starts.Count, scene.Run.Activities.Merged.Count));
        var status = await scene.Run.StatusAsync();
        Assert.All(status.Tasks, t => Assert.IsType<TaskMergedBeforeRunResetReason>(t.Why));
        Assert.Contains(scene.Run.Activities.Events, e => e.Why is RunWorkflowResetReason);
    }

    /// <summary>The tasks ended because their run was gone, which nobody had requested.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reset_OfATerminatedRun_BeginsItsTasksAgain(bool toFirst)
    {
        await using var scene = await Scene.AtAsync("executing");
        await scene.TerminateAsync();
        await UntilNothingIsOpenAsync(scene);

        await scene.ResetAsync(toFirst);
        await scene.GoOnAsync();

        Assert.Equal(RunStateNames.Completed, (await scene.Run.ResultAsync()).State);
        Assert.Equal((4, 2), (scene.Run.Activities.Starts.Count, scene.Run.Activities.Merged.Count));
        Assert.Equal([1, 1, 2, 2], scene.Run.Activities.Starts.Select(s => s.Start).Order());
    }

    /// <summary>The server applies the command again after each reset; the second time it has been applied again already.</summary>
    [Fact]
    public async Task Reset_TwiceAfterACommand_AppliesItOnceEachTime()
    {
        await using var scene = await Scene.AtAsync("executing");
        await scene.Run.Run.ExecuteUpdateAsync(w => w.SetConcurrencyAsync(2));
        for (var i = 0; i < 2; i++)
        {
            await scene.ResetAsync(toFirst: true);
            await scene.Run.UntilAsync(s => s.State == RunStateNames.Executing && s.Workers == 2);
        }

        await scene.GoOnAsync();

        Assert.Equal(RunStateNames.Completed, (await scene.Run.ResultAsync()).State);
    }

    /// <summary>A report that an open run has ended is premature or wrong, so its agents continue.</summary>
    [Fact]
    public async Task RunEnded_SentToTasksOfAnOpenRun_CostsNoStart()
    {
        await using var scene = await Scene.AtAsync("executing");

        foreach (var task in await scene.OpenTasksAsync())
        {
            await scene.Run.Client.GetWorkflowHandle<ITaskWorkflow>(task).SignalAsync(w => w.RunEndedAsync(new RunEndedBeforeTaskReason()));
        }
        await Eventually.TrueAsync(() => scene.Run.Activities.Looks >= 2);
        await scene.GoOnAsync();

        Assert.Equal(RunStateNames.Completed, (await scene.Run.ResultAsync()).State);
        Assert.Equal(2, scene.Run.Activities.Starts.Count);
    }

    /// <summary>By a client that knows nothing of our messages, as the command has it.</summary>
    [Fact]
    public async Task Look_TheRunHasCompleted_SaysHow()
    {
        await using var scene = await Scene.AtAsync("executing");
        var orphans = new OrphanedTasks(new Temporalio.Client.TemporalClient(scene.Run.Client.Connection, new()));
        Assert.Empty(await orphans.CheckAsync());
        await scene.GoOnAsync();
        await scene.Run.ResultAsync();

        var ended = await UntilAsync(() => orphans.CheckAsync(), found => found.Count > 0);

        Assert.Equal(RunStateNames.Completed, Assert.Single(ended).Execution?.End?.State);
    }

    /// <summary>The server tells only a parent, and after continue-as-new the run is none.</summary>
    [Fact]
    public async Task TerminateTask_AfterContinueAsNew_IsToldToTheRunAndTriedAgain()
    {
        var go = new TaskCompletionSource();
        await using var run = await ContinuedAsync(go);
        await run.Client.GetWorkflowHandle(RunIds.ForTask(run.RunId, "a")).TerminateAsync("pressed by mistake");
        var lost = new ExternallyEndedTasks(run.Client);

        var told = await UntilAsync(() => lost.NotifyRunsAsync(), found => found.Count > 0);
        var status = await run.UntilAsync(s => s.State == RunStateNames.Escalated);
        var again = await lost.NotifyRunsAsync();

        var terminated = Assert.IsType<WorkflowTerminatedReason>(
            Assert.IsType<TaskWorkflowEndedSilentlyReason>(status.Tasks[0].Why).Because
        );
        Assert.Equal("pressed by mistake", terminated.Words?.Text);
        Assert.Equal((TaskStateNames.Failed, "a"), (status.Tasks[0].State, Assert.Single(told).Progress.Id));
        Assert.Empty(again);
        go.SetResult();
        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(new TaskSteeringArguments("a", "")));
        // A worker that has just started knows nothing of earlier reports, so the run ignores reports about finished agents.
        await new ExternallyEndedTasks(run.Client).NotifyRunsAsync();
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
    }

    [Fact]
    public Task Reset_OfAnExecutionThatWasContinuedAsNew_TheRunEndsByItself() => ResetContinuedAsync(ofFirst: false);

    [Fact]
    [Trait("Category", "Full")]
    public Task Reset_OfAnExecutionThatHasContinuedAsNew_TheRunEndsByItself() => ResetContinuedAsync(ofFirst: true);

    /// <summary>A reviewer continues or is started again, and exactly the accepted commit lands.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reset_InMidReview_IsReviewedAndLands(bool toFirst)
    {
        var (asked, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var run = await ScriptedRun.StartAsync(
            [new TaskOutline { Id = "a" }, new TaskOutline { Id = "b" }],
            a =>
            {
                a.BeginReview = _ => new ReviewPreparationResult
                {
                    Parts = 1,
                    LastStart = a.Reviews.Select(r => r.Start).DefaultIfEmpty().Max(),
                };
                a.Reviewer = async (_, stop) =>
                {
                    asked.TrySetResult();
                    await Task.WhenAny(go.Task, Task.Delay(Timeout.Infinite, stop));
                    return go.Task.IsCompleted
                        ? ScriptedActivities.Done("reviewer's")
                        : new AgentRunResult { FailureClass = FailureClass.Stopped, Session = "reviewer's" };
                };
                a.Merge = input => new MergeResult { Outcome = MergeOutcome.Merged, Commit = $"merge-{input.TaskId}" };
                a.Conclude = _ => ReviewTests.Accepted();
            },
            new RunWorkflowSettings
            {
                Workers = 1,
                Retry = new RetryRule { BaseDelay = TimeSpan.FromMilliseconds(10) },
                Review = new RunReviewOptions { Agent = "claude" },
            }
        );
        await asked.Task.WaitAsync(Eventually.Limit);

        await Scene.ResetAsync(run, toFirst);
        go.SetResult();
        var result = await new RunClient(run.Client).Get(run.RunId).ResultAsync().WaitAsync(Eventually.Limit);

        Assert.Equal(RunStateNames.Completed, result.State);
        Assert.Equal(["a", "b"], run.Activities.Merged.Order());
        var review = (await run.StatusAsync()).Review!;
        Assert.Equal((ReviewStateNames.Accepted, 1), (review.Verdict, review.Round));
        Assert.Equal(review.Commit, run.Activities.Lands.Last().StagingTip);
    }

    /// <summary>A joining run checks at once and waits for no timer.</summary>
    [Fact]
    public async Task Join_TheOtherRunWasTerminated_IsNotWaitedFor()
    {
        await using var scene = await Scene.AtAsync("executing");
        await scene.TerminateAsync();

        await scene.Run.BeginAsync(id: NextRun);
        await Eventually.TrueAsync(() => scene.Run.Activities.Starts.Any(s => s.Task.RunId == NextRun));

        var leases = await scene.Run.Client.GetWorkflowHandle(RunIds.ForLeases("key")).FetchHistoryAsync();
        Assert.DoesNotContain(leases.Events, e => e.EventType == EventType.TimerFired);
    }

    [Fact]
    public async Task Execution_Terminated_SaysByWhomAndWhy()
    {
        await using var scene = await Scene.AtAsync("executing");
        await scene.TerminateAsync();

        var execution = await new RunClient(scene.Run.Client).Get(scene.Run.RunId).FindExecutionAsync();

        Assert.Equal(RunStateNames.Terminated, execution?.End?.State);
        var terminated = Assert.IsType<WorkflowTerminatedReason>(execution!.End!.Why);
        Assert.Contains('@', terminated.Identity);
        Assert.Equal("pressed by mistake", terminated.Words?.Text);
    }

    private static async Task TerminateAsync(string state)
    {
        await using var scene = await Scene.AtAsync(state);

        await scene.TerminateAsync();
        await UntilNothingIsOpenAsync(scene);
        await scene.Run.BeginAsync(
            id: NextRun,
            input: new OrchestrationInput
            {
                Repository = "/repository",
                PlanFile = "tasks.yaml",
                Yes = true,
            }
        );
        var next = new RunClient(scene.Run.Client).Get(NextRun);

        Assert.Equal(RunStateNames.Terminated, (await new RunClient(scene.Run.Client).Get(scene.Run.RunId).ResultAsync()).State);
        await UntilAsync(async () => (await next.StatusAsync()).State is not (RunStateNames.Planning or RunStateNames.Preparing));
    }

    private static async Task ResetAsync(string state, bool toFirst)
    {
        await using var scene = await Scene.AtAsync(state);

        await scene.ResetAsync(toFirst);
        await scene.GoOnAsync();

        Assert.Equal(RunStateNames.Completed, (await scene.Run.ResultAsync()).State);
        Assert.Equal(["a", "b"], scene.Run.Activities.Merged.Order());
        // What works continues for the new execution; only what a user interrupted or asked for again is begun again.
        var starts = scene.Run.Activities.Starts.GroupBy(s => (s.Task.Task.Id, s.Start)).ToList();
        Assert.All(starts, start => Assert.Single(start));
        if (state is "executing" or "second-task" or "verifying" or "merging" or "awaiting-promotion" or "task-awaiting-approval")
        {
            Assert.Equal(2, starts.Count);
        }
        await UntilNothingIsOpenAsync(scene);
    }

    private static async Task ResetContinuedAsync(bool ofFirst)
    {
        var go = new TaskCompletionSource();
        await using var run = await ContinuedAsync(go);
        var first = (await run.Run.FetchHistoryAsync()).Events.First().WorkflowExecutionStartedEventAttributes.FirstExecutionRunId;

        await Scene.ResetAsync(run, toFirst: true, ofFirst ? first : null);
        await run.UntilAsync(s =>
            s.Tasks is [{ State: TaskStateNames.Executing }, ..] && s.Tasks.Skip(1).All(t => t.State == TaskStateNames.Merged)
        );
        go.SetResult();

        Assert.Equal(
            RunStateNames.Completed,
            (await new RunClient(run.Client).Get(run.RunId).ResultAsync().WaitAsync(Eventually.Limit)).State
        );
        Assert.Equal((13, 13), (run.Activities.Starts.Count, run.Activities.Merged.Count));
    }

    /// <summary>A run that has continued as new while the agent of its first task stands still; the other tasks are merged.</summary>
    private static async Task<ScriptedRun> ContinuedAsync(TaskCompletionSource go)
    {
        var run = await ScriptedRun.StartAsync(
            [
                new TaskOutline { Id = "a" },
                .. Enumerable.Range(0, 12).Select(i => new TaskOutline { Id = $"t{i}", DependsOn = i == 0 ? [] : [$"t{i - 1}"] }),
            ],
            a =>
                a.Agent = async (input, stop) =>
                {
                    if (input.Task.Task.Id == "a")
                    {
                        await go.Task.WaitAsync(stop);
                    }
                    return ScriptedActivities.Done();
                },
            new RunWorkflowSettings
            {
                Workers = 3,
                ContinueAfterEvents = 40,
                Retry = new RetryRule { BaseDelay = TimeSpan.FromMilliseconds(10) },
            }
        );
        await run.UntilAsync(s =>
            s.Tasks is [{ State: TaskStateNames.Executing }, ..] && s.Tasks.Skip(1).All(t => t.State == TaskStateNames.Merged)
        );
        var started = (await run.Run.FetchHistoryAsync()).Events.First().WorkflowExecutionStartedEventAttributes;
        Assert.NotEqual(started.FirstExecutionRunId, started.OriginalExecutionRunId);
        return run;
    }

    private static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> holds)
    {
        for (var limit = Eventually.Timeout(); ; await Task.Delay(50, limit))
        {
            if (await ask() is var answer && holds(answer))
            {
                return answer;
            }
        }
    }

    private static Task UntilNothingIsOpenAsync(Scene scene) =>
        UntilAsync(async () => scene.AtWork == 0 && (await scene.OpenTasksAsync()).Count == 0);

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var limit = Eventually.Timeout(); !await holds(); )
        {
            await Task.Delay(50, limit);
        }
    }
}
