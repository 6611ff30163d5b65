using Orchestrator.Messages;
using Orchestrator.Plans;
using Temporalio.Exceptions;
using Xunit;

namespace Orchestrator.Workflows.Tests;

/// <summary>Several verified tasks wait: they are merged at once.</summary>
public sealed class TrainTests
{
    private static readonly string[] Tasks = ["t0", "t1", "t2", "t3", "t4"];

    [Fact]
    public async Task Train_FourWait_LandTogetherAfterOneRunOfGates()
    {
        await using var run = await WithWaitingAsync();

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);

        var gated = Assert.Single(Together(run));
        Assert.Equal((4, 2), (gated.Requests.Count, gated.Tries));
        var landing = run.Activities.Landings.Last();
        Assert.Equal((4, gated.Commit), (landing.Merges.Count, landing.Merges[^1].Commit));
        Assert.Equal(Tasks.Order(), run.Activities.Merged.Order());
        var status = await run.StatusAsync();
        Assert.Equal($"merge-{gated.Requests[0].TaskId}-1", status.Tasks.Single(t => t.Id == gated.Requests[0].TaskId).MergeCommit);
    }

    [Fact]
    public async Task Train_OneBreaksTheOthers_GoesBackWithEvidenceAndTheRestLands()
    {
        string? bad = null;
        await using var run = await WithWaitingAsync(a =>
            a.Merge = input =>
            {
                if (input is { Attempt: 1, TaskId: not "t0" })
                {
                    bad ??= input.TaskId;
                }
                return input.Attempt == 1 && input.TaskId == bad
                    ? new MergeResult { Message = "the gate fails with others", ProblemsFile = "problems.md" }
                    : new MergeResult { Outcome = MergeOutcome.Merged, Commit = "merge" };
            }
        );

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);

        Assert.Equal(Tasks.Order(), run.Activities.Merged.Order());
        var again = Assert.Single(run.Activities.Starts, start => start.Attempt == 2);
        Assert.Equal((bad, "problems.md", "s"), (again.Task.Task.Id, again.ProblemsFile, again.Session));
        Assert.Contains(run.Activities.Events, e => e.Reason.Contains("Gates fail with", StringComparison.Ordinal));
        Assert.All((await run.StatusAsync()).Tasks, task => Assert.Equal(task.Id == bad ? 2 : 1, task.Attempt));
    }

    [Fact]
    public async Task Train_GateIsFlaky_IsSaidAndNobodyIsBlamed()
    {
        await using var run = await WithWaitingAsync(a =>
            a.GateBatch = _ => new MergeResult { Outcome = MergeOutcome.Made, Flaky = ["npm test"] }
        );

        await run.ResultAsync();

        Assert.DoesNotContain(run.Activities.Starts, start => start.Attempt > 1);
        Assert.Contains(run.Activities.Events, e => e.Reason.StartsWith("Flaky: npm test", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Train_MachineIsToBlame_MergesOneByOne()
    {
        await using var run = await WithWaitingAsync(a =>
            a.GateBatch = input =>
                input.Requests.Count == 1 ? null : new MergeResult { Message = "no disk", FailureClass = FailureClass.Environment }
        );

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Single(Together(run));
        Assert.All(run.Activities.Landings, landing => Assert.Single(landing.Merges));
        Assert.Equal(Tasks.Order(), run.Activities.Merged.Order());
    }

    [Theory]
    [InlineData("build")]
    [InlineData("gate")]
    [InlineData("land")]
    public async Task Train_StepFailsForGood_MergesOneByOne(string step)
    {
        static ApplicationFailureException Failure() => new("it is gone", nonRetryable: true);
        await using var run = await WithWaitingAsync(a =>
        {
            a.BuildBatch = input => step == "build" && input.Requests.Count > 1 ? throw Failure() : null;
            a.GateBatch = input => step == "gate" && input.Requests.Count > 1 ? throw Failure() : null;
            a.LandBatch = input => step == "land" && input.Merges.Count > 1 ? throw Failure() : (true, "");
        });

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal(Tasks.Order(), run.Activities.Merged.Order());
    }

    [Theory]
    [InlineData("build")]
    [InlineData("gate")]
    [InlineData("land")]
    public async Task Train_StepOfOneAloneFailsForGood_ItsTaskFailsWithTheCause(string step)
    {
        static ApplicationFailureException Failure() => new("the repository is damaged", nonRetryable: true);
        await using var run = await ScriptedRun.StartAsync(
            [new TaskOutline { Id = "t0" }],
            a =>
            {
                a.BuildBatch = _ => step == "build" ? throw Failure() : null;
                a.GateBatch = _ => step == "gate" ? throw Failure() : null;
                a.LandBatch = _ => step == "land" ? throw Failure() : (true, "");
            }
        );

        var status = await run.UntilAsync(s => s.State == RunStateNames.Escalated);

        Assert.Equal(TaskStateNames.Failed, Assert.Single(status.Tasks).State);
        Assert.Contains("the repository is damaged", status.Tasks[0].Reason, StringComparison.Ordinal);
        Assert.Empty(run.Activities.Merged);
    }

    [Fact]
    public async Task Train_MergeOfOneAloneIsGone_IsMadeAnewAndNobodyIsBlamed()
    {
        var isGone = 1;
        await using var run = await ScriptedRun.StartAsync(
            [new TaskOutline { Id = "t0" }],
            a =>
                a.GateBatch = _ =>
                    Interlocked.Exchange(ref isGone, 0) == 1 ? new MergeResult { FailureClass = FailureClass.Transient } : null
        );

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);

        Assert.Equal(2, run.Activities.Gated.Count);
        Assert.Single(run.Activities.Starts);
        Assert.Equal(["t0"], run.Activities.Merged);
    }

    [Fact]
    public async Task Train_StagingHasGoneOnFromElsewhere_MakesTheBatchAnew()
    {
        var first = true;
        await using var run = await WithWaitingAsync(a =>
            a.LandBatch = input => input.Merges.Count == 1 || !first ? (true, "") : (first = false, "put back")
        );

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal(2, Together(run).Count());
        Assert.Equal(Tasks.Order(), run.Activities.Merged.Order());
        Assert.Contains(run.Activities.Events, e => e.Reason == "put back");
    }

    [Fact]
    public async Task MergeNext_LastOfSeveral_IsMergedBeforeTheOthers()
    {
        var gates = new TaskCompletionSource();
        await using var run = await ScriptedRun.StartAsync(
            [RunTests.Task("t0"), RunTests.Task("t1"), RunTests.Task("t2")],
            a => a.WhileMerging = stop => gates.Task.WaitAsync(stop),
            new RunWorkflowSettings { Workers = 3, Queue = new MergeQueueBatchOptions() }
        );
        await run.UntilInTrainAsync(3);
        var last = (await run.StatusAsync()).Tasks.Single(task => task.QueuePosition == 3).Id;

        var answer = await run.Run.ExecuteUpdateAsync(w => w.MergeNextAsync(new TaskSteeringArguments(last, "", "kim@desk")));
        var refused = await Assert.ThrowsAsync<Temporalio.Exceptions.WorkflowUpdateFailedException>(() =>
            run.Run.ExecuteUpdateAsync(w => w.MergeNextAsync(new TaskSteeringArguments("t9")))
        );
        await run.UntilAsync(status => status.Tasks.Single(task => task.Id == last).QueuePosition == 1);
        gates.SetResult();

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal(last, run.Activities.Merged.Skip(1).First());
        Assert.True(answer.Changed);
        Assert.Contains("no task 't9'", refused.InnerException!.Message, StringComparison.Ordinal);
        Assert.Contains(run.Activities.Events, e => e.Why is MergePriorityRequestedReason { By.Who: "kim@desk" });
    }

    [Fact]
    public async Task Train_RunIsCancelledWhileGatesRun_EndsCancelledAndNothingOfTheBatchIsMerged()
    {
        var (gates, cancelled) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var run = await WithWaitingAsync(
            a => { },
            async stop =>
            {
                gates.TrySetResult();
                await using var registered = stop.Register(() => cancelled.TrySetResult());
                await cancelled.Task;
                stop.ThrowIfCancellationRequested();
            }
        );
        await gates.Task.WaitAsync(TestKit.Eventually.Limit);

        await run.Run.ExecuteUpdateAsync(w => w.CancelAsync(null));

        Assert.Equal(RunStateNames.Cancelled, (await run.ResultAsync()).State);
        Assert.Equal(["t0"], run.Activities.Merged);
        Assert.All((await run.StatusAsync()).Tasks, task => Assert.True(TaskStateNames.IsEnd(task.State), task.State));
    }

    /// <summary>Gate runs on several tasks at once.</summary>
    private static IEnumerable<VerifyMergeBatchInput> Together(ScriptedRun run) =>
        run.Activities.Gated.Where(gated => gated.Requests.Count > 1);

    /// <summary>The first is merged alone, and is not done before all others wait.</summary>
    private static async Task<ScriptedRun> WithWaitingAsync(
        Action<ScriptedActivities>? script = null,
        Func<CancellationToken, Task>? gates = null
    )
    {
        var (go, merging) = (new TaskCompletionSource(), new TaskCompletionSource());
        var isFirst = 1;
        var run = await ScriptedRun.StartAsync(
            [.. Tasks.Select(id => new TaskOutline { Id = id })],
            a =>
            {
                a.Agent = async (input, stop) =>
                {
                    // Nobody but the first is done before it is being merged.
                    if (input.Task.Task.Id != "t0" && input.Attempt == 1)
                    {
                        await merging.Task.WaitAsync(stop);
                    }
                    return ScriptedActivities.Done();
                };
                a.WhileMerging = stop =>
                {
                    if (Interlocked.Exchange(ref isFirst, 0) == 0)
                    {
                        return gates?.Invoke(stop) ?? Task.CompletedTask;
                    }
                    merging.SetResult();
                    return go.Task.WaitAsync(stop);
                };
                script?.Invoke(a);
            },
            new RunWorkflowSettings
            {
                Workers = Tasks.Length,
                Retry = new RetryRule { BaseDelay = TimeSpan.FromMilliseconds(10) },
                TrainBatch = 8,
            }
        );
        await run.UntilInTrainAsync(Tasks.Length);
        go.SetResult();
        return run;
    }
}
