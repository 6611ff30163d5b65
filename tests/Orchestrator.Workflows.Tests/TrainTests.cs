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

        Assert.Equal(RunStates.Completed, (await run.ResultAsync()).State);

        var gated = Assert.Single(run.Activities.Gated);
        Assert.Equal((4, 2), (gated.Requests.Count, gated.Tries));
        var landing = Assert.Single(run.Activities.Landings);
        Assert.Equal(gated.Commit, landing.To);
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
                if (input.Request is { Attempt: 1, TaskId: not "t0" })
                {
                    bad ??= input.Request.TaskId;
                }
                return input.Request.Attempt == 1 && input.Request.TaskId == bad
                    ? new MergeResult { Message = "the gate fails with others", ProblemsFile = "problems.md" }
                    : new MergeResult { Merged = true, Commit = "merge" };
            }
        );

        Assert.Equal(RunStates.Completed, (await run.ResultAsync()).State);

        Assert.Equal(Tasks.Order(), run.Activities.Merged.Order());
        var again = Assert.Single(run.Activities.Starts, start => start.Attempt == 2);
        Assert.Equal((bad, "problems.md", "s"), (again.Task.Task.Id, again.ProblemsFile, again.Session));
        Assert.Contains(run.Activities.Events, e => e.Reason.Contains("Gates do not hold with", StringComparison.Ordinal));
        Assert.All((await run.StatusAsync()).Tasks, task => Assert.Equal(task.Id == bad ? 2 : 1, task.Attempt));
    }

    [Fact]
    public async Task Train_GateIsFlaky_IsSaidAndNobodyIsBlamed()
    {
        await using var run = await WithWaitingAsync(a => a.GateBatch = _ => new BatchGated(new GateSummary { Flaky = ["npm test"] }));

        await run.ResultAsync();

        Assert.DoesNotContain(run.Activities.Starts, start => start.Attempt > 1);
        Assert.Contains(run.Activities.Events, e => e.Reason.StartsWith("Flaky: npm test", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Train_MachineIsToBlame_MergesOneByOne()
    {
        await using var run = await WithWaitingAsync(a =>
            a.GateBatch = _ => new BatchGated(
                new GateSummary { Proof = GateProof.Failed, BlamesMachine = true },
                new MergeResult { Message = "no disk" }
            )
        );

        Assert.Equal(RunStates.Completed, (await run.ResultAsync()).State);
        Assert.Single(run.Activities.Gated);
        Assert.Empty(run.Activities.Landings);
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
            a.BuildBatch = _ => step == "build" ? throw Failure() : null;
            a.GateBatch = step == "gate" ? _ => throw Failure() : null;
            a.LandBatch = _ => step == "land" ? throw Failure() : new BatchLanded(true);
        });

        Assert.Equal(RunStates.Completed, (await run.ResultAsync()).State);
        Assert.Equal(Tasks.Order(), run.Activities.Merged.Order());
    }

    [Fact]
    public async Task Train_StagingHasGoneOnFromElsewhere_MakesTheBatchAnew()
    {
        var first = true;
        await using var run = await WithWaitingAsync(a => a.LandBatch = _ => new BatchLanded(!first || (first = false), "put back"));

        Assert.Equal(RunStates.Completed, (await run.ResultAsync()).State);
        Assert.Equal(2, run.Activities.Gated.Count);
        Assert.Equal(Tasks.Order(), run.Activities.Merged.Order());
        Assert.Contains(run.Activities.Events, e => e.Reason == "put back");
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

        Assert.Equal(RunStates.Cancelled, (await run.ResultAsync()).State);
        Assert.Equal(["t0"], run.Activities.Merged);
        Assert.All((await run.StatusAsync()).Tasks, task => Assert.True(TaskStates.IsEnd(task.State), task.State));
    }

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
            new RunRules
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
