using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Workflows.Tests;

/// <summary>Tests of landings of merged work while other tasks of the run continue.</summary>
public sealed class PartialLandingExecutorTests
{
    [Fact]
    public async Task LandMerged_OtherTaskIsAtWork_LandsAndTheRunGoesOn()
    {
        await using var scene = await Scene.CreateAsync(new RunWorkflowSettings { Queue = new MergeQueueBatchOptions() });
        await scene.UntilFirstIsMergedAsync();

        await scene.Run.Run.ExecuteUpdateAsync(w => w.LandMergedAsync(new RunSteeringArguments("", "kim@desk")));
        var landed = await scene.Run.UntilAsync(s => s.Tasks.Any(t => t is { Id: "a", Landed: true }));

        Assert.Equal(RunStateNames.Executing, landed.State);
        Assert.Equal(TaskStateNames.Executing, landed.Tasks.Single(t => t.Id == "b").State);
        Assert.Equal("part-1", landed.LandedCommit);
        await scene.EndAsync();
        Assert.Equal([(true, true), (false, false)], scene.Run.Activities.Lands.Select(l => (l.IsPart, l.IsAskedFor)));
        Assert.Equal(["b"], scene.Run.Activities.Lands.First().Without);
    }

    [Fact]
    public async Task LandEvery_Task_LandsAfterEachMerge()
    {
        await using var scene = await Scene.CreateAsync(
            new RunWorkflowSettings { Queue = new MergeQueueBatchOptions(), LandEvery = TimeSpan.Zero }
        );
        await scene.Run.UntilAsync(s => s.Tasks.Any(t => t is { Id: "a", Landed: true }));

        await scene.EndAsync();

        Assert.Contains(scene.Run.Activities.Lands, l => l is { IsPart: true, IsAskedFor: false, OnlyTakesIn: false });
    }

    [Fact]
    public async Task LandEvery_LandingIsRefused_IsNotTriedAgainBeforeTheNextMerge()
    {
        var tries = 0;
        await using var scene = await Scene.CreateAsync(
            new RunWorkflowSettings { Queue = new MergeQueueBatchOptions(), LandEvery = TimeSpan.Zero },
            a => a.Land = () => ++tries == 1 ? new LandResult { Message = "A gate fails." } : new LandResult { Landed = true, Commit = "x" }
        );

        var refused = await scene.Run.UntilAsync(s => s.Why is not null && s.State == RunStateNames.Executing);
        Assert.Contains("A gate fails.", refused.Reason, StringComparison.Ordinal);
        Assert.Equal(1, tries);

        await scene.EndAsync();
    }

    [Fact]
    public async Task LandEvery_RunWaitsForAUser_LandsBeforeIt()
    {
        var isRefused = true;
        await using var run = await ScriptedRun.StartAsync(
            [RunTests.Task("a"), RunTests.Task("b")],
            a =>
            {
                a.Land = () => isRefused ? new LandResult { Message = "A gate fails." } : new LandResult { Landed = true, Commit = "part" };
                a.Agent = (input, _) =>
                    Task.FromResult(
                        input.Task.Task.Id == "a"
                            ? ScriptedActivities.Done()
                            : new AgentRunResult { FailureClass = FailureClass.GaveUp, Message = "I can't." }
                    );
            },
            new RunWorkflowSettings
            {
                Queue = new MergeQueueBatchOptions(),
                LandEvery = TimeSpan.FromDays(1),
                Workers = 2,
            }
        );

        var refused = await run.UntilAsync(s => s.State == RunStateNames.Escalated);
        Assert.Contains("A gate fails.", refused.Reason, StringComparison.Ordinal);
        Assert.Equal((true, false), Assert.Single(run.Activities.Lands.Select(l => (l.IsPart, l.IsAskedFor))));

        isRefused = false;
        await run.Run.ExecuteUpdateAsync(w => w.LandMergedAsync(new RunSteeringArguments("", "kim@desk")));
        await run.UntilAsync(s => s.State == RunStateNames.Escalated && s.LandedCommit == "part");
    }

    [Fact]
    public async Task Sync_TargetMoves_IsTakenInWhileTasksAreAtWork()
    {
        await using var scene = await Scene.CreateAsync(
            new RunWorkflowSettings { Queue = new MergeQueueBatchOptions(), SyncEvery = TimeSpan.FromMilliseconds(50) },
            a =>
                a.Land = () =>
                    new LandResult
                    {
                        StagingTip = "with-main",
                        Landed = a.Lands.Last() is { OnlyTakesIn: false },
                        Commit = "x",
                    }
        );

        await scene.UntilFirstIsMergedAsync();
        var before = scene.Run.Activities.Lands.Count;
        while (scene.Run.Activities.Lands.Count < before + 2)
        {
            await Task.Delay(20, Eventually.Timeout());
        }
        await scene.EndAsync();

        // Later work is merged on top of what was taken in.
        Assert.Equal("with-main", scene.Run.Activities.Landings.Last().StagingTip);
    }

    [Fact]
    public async Task Cancel_PartIsLanding_EndsTheRun()
    {
        await using var scene = await Scene.CreateAsync(
            new RunWorkflowSettings { Queue = new MergeQueueBatchOptions(), LandEvery = TimeSpan.Zero }
        );
        await scene.UntilFirstIsMergedAsync();
        while (scene.Run.Activities.Starts.Count < 2)
        {
            await Task.Delay(20, Eventually.Timeout());
        }
        await scene.Run.Run.ExecuteUpdateAsync(w => w.CancelAsync(new RunSteeringArguments("", "kim@desk")));
        Assert.Equal(RunStateNames.Cancelled, (await scene.Run.ResultAsync()).State);
    }

    /// <summary>A run of two tasks, of which the second waits for the test.</summary>
    private sealed class Scene(ScriptedRun run, TaskCompletionSource go) : IAsyncDisposable
    {
        public ScriptedRun Run => run;

        public static async Task<Scene> CreateAsync(RunWorkflowSettings rules, Action<ScriptedActivities>? script = null)
        {
            var go = new TaskCompletionSource();
            var (parts, waits) = (0, 1);
            var run = await ScriptedRun.StartAsync(
                [RunTests.Task("a"), RunTests.Task("b")],
                a =>
                {
                    a.Land = () => new LandResult { Landed = true, Commit = $"part-{++parts}" };
                    a.Agent = async (input, stop) =>
                    {
                        // A cancelled agent is called once more, to be ended.
                        if (input.Task.Task.Id == "b" && Interlocked.Exchange(ref waits, 0) == 1)
                        {
                            await go.Task.WaitAsync(stop);
                        }
                        return ScriptedActivities.Done();
                    };
                    script?.Invoke(a);
                },
                rules with
                {
                    Workers = 2,
                    Retry = new RetryRule { BaseDelay = TimeSpan.FromMilliseconds(10) },
                }
            );
            return new Scene(run, go);
        }

        public Task UntilFirstIsMergedAsync() => run.UntilAsync(s => s.Tasks.Any(t => t is { Id: "a", State: TaskStateNames.Merged }));

        public async Task EndAsync()
        {
            go.SetResult();
            Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        }

        public ValueTask DisposeAsync()
        {
            go.TrySetResult();
            return run.DisposeAsync();
        }
    }
}
