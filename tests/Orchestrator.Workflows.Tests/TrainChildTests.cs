using Orchestrator.Client;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.TestKit;
using Temporalio.Api.Enums.V1;
using Xunit;

namespace Orchestrator.Workflows.Tests;

/// <summary>
/// The merge train as a workflow of its own: what happens to it, and to its run meanwhile, costs no merge and none is counted twice.
/// </summary>
public sealed class TrainChildTests
{
    [Fact]
    public async Task Train_RunCompletes_HasClosedWithItsOwnHistory()
    {
        await using var run = await ScriptedRun.StartAsync([RunTests.Task("a"), RunTests.Task("b", "a")]);

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);

        var train = run.Client.GetWorkflowHandle(RunIds.ForTrain(run.RunId));
        Assert.Equal(WorkflowExecutionStatus.Completed, (await train.DescribeAsync()).Status);
        var steps = (await train.FetchHistoryAsync())
            .Events.Select(e => e.ActivityTaskScheduledEventAttributes?.ActivityType.Name)
            .OfType<string>();
        Assert.Equal(["MergeBatch", "MergeBatch"], steps);
        Assert.DoesNotContain(
            (await run.Run.FetchHistoryAsync()).Events,
            e => e.ActivityTaskScheduledEventAttributes?.ActivityType.Name is "MergeBatch"
        );
    }

    [Fact]
    public async Task Train_Terminated_AnotherGoesOnAndEachIsMergedOnce()
    {
        await using var scene = await Scene.AtAsync("merging");

        await scene.Run.Client.GetWorkflowHandle(RunIds.ForTrain(scene.Run.RunId)).TerminateAsync("pressed by mistake");
        await scene.GoOnAsync();

        Assert.Equal(RunStateNames.Completed, (await scene.Run.ResultAsync()).State);
        Assert.Equal(["a", "b"], scene.Run.Activities.Merged.Order());
        Assert.Equal(2, scene.Run.Activities.Starts.Count);
        Assert.Contains(scene.Run.Activities.Events, e => e.Why is MergeQueueWorkflowReplacedReason);
    }

    /// <summary>
    /// A reset like the button in the Web UI, during a merge and after some merges. The merge queue has lost the counts that the run has.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Train_Reset_AnotherGoesOnAndEachIsMergedOnce(bool toFirst)
    {
        await using var scene = await Scene.AtAsync("merging");

        await Scene.ResetAsync(scene.Run, toFirst, child: RunIds.ForTrain(scene.Run.RunId));
        await scene.GoOnAsync();

        Assert.Equal(RunStateNames.Completed, (await scene.Run.ResultAsync()).State);
        Assert.Equal(["a", "b"], scene.Run.Activities.Merged.Order());
        Assert.Equal(2, scene.Run.Activities.Starts.Count);
        var train = scene.Run.Client.GetWorkflowHandle(RunIds.ForTrain(scene.Run.RunId));
        for (var limit = Eventually.Timeout(); (await train.DescribeAsync()).Status == WorkflowExecutionStatus.Running; )
        {
            await Task.Delay(50, limit);
        }
    }

    [Fact]
    public async Task Train_ResetAfterSomeWereMerged_AnswersOfTheNextOneCount()
    {
        var go = new TaskCompletionSource();
        var merges = 0;
        await using var run = await ScriptedRun.StartAsync(
            [.. Enumerable.Range(1, 4).Select(n => RunTests.Task($"t{n}", n == 1 ? [] : [$"t{n - 1}"]))],
            a => a.WhileMerging = stop => Interlocked.Increment(ref merges) > 2 ? go.Task.WaitAsync(stop) : Task.CompletedTask
        );
        await run.UntilAsync(s => s.Tasks.Any(t => t is { Id: "t3", State: TaskStateNames.Merging }));

        await Scene.ResetAsync(run, toFirst: true, child: RunIds.ForTrain(run.RunId));
        var train = run.Client.GetWorkflowHandle(RunIds.ForTrain(run.RunId));
        var reset = (await train.DescribeAsync()).RunId;
        for (var limit = Eventually.Timeout(); (await train.DescribeAsync()).RunId == reset; )
        {
            await Task.Delay(50, limit);
        }
        go.SetResult();

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal(["t1", "t2", "t3", "t4"], run.Activities.Merged.Order());
        Assert.Equal(4, run.Activities.Starts.Count);
    }

    [Fact]
    public async Task Train_TerminatedAfterItsRunContinuedAsNew_IsToldToTheRunAndAnotherGoesOn()
    {
        var go = new TaskCompletionSource();
        await using var run = await ContinuedWhileMergingAsync(go);
        await run.Client.GetWorkflowHandle(RunIds.ForTrain(run.RunId)).TerminateAsync("pressed by mistake");
        var lost = new ExternallyEndedTasks(run.Client);

        while ((await lost.NotifyRunsAsync()).Count == 0)
        {
            await Task.Delay(50, Eventually.Timeout());
        }
        go.SetResult();

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal(14, run.Activities.Merged.Count);
        Assert.Equal(14, run.Activities.Starts.Count);
    }

    [Fact]
    public async Task Train_RunContinuesAsNewWhileItMerges_AnswersReachTheNextExecutionOnce()
    {
        var go = new TaskCompletionSource();
        await using var run = await ContinuedWhileMergingAsync(go);
        var train = await run.Client.GetWorkflowHandle(RunIds.ForTrain(run.RunId)).DescribeAsync();
        Assert.Equal(WorkflowExecutionStatus.Running, train.Status);

        go.SetResult();

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal(14, run.Activities.Merged.Count);
        Assert.Equal(14, run.Activities.Starts.Count);
    }

    [Fact]
    public async Task Train_SaysTheSameTwice_CountsOnce()
    {
        await using var scene = await Scene.AtAsync("merging");
        var execution = (await scene.Run.Client.GetWorkflowHandle(RunIds.ForTrain(scene.Run.RunId)).DescribeAsync()).RunId;
        var report = new MergeQueueReport
        {
            ExecutionId = execution,
            Sequence = 1,
            Position = new StagingBranchTip("merge-of-a", 1),
            Answers =
            [
                new MergeResult
                {
                    TaskId = "a",
                    Attempt = 1,
                    Outcome = MergeOutcome.Merged,
                    Commit = "merge-of-a",
                },
            ],
            Notes = ["once"],
        };

        await scene.Run.Run.SignalAsync(w => w.TrainChangedAsync(report));
        await scene.Run.Run.SignalAsync(w => w.TrainChangedAsync(report));
        var stranger = report with { ExecutionId = "another", Sequence = 9 };
        await scene.Run.Run.SignalAsync(w => w.TrainChangedAsync(stranger));

        var status = await scene.Run.UntilAsync(s => s.Tasks[0].State == TaskStateNames.Merged);
        Assert.Equal("merge-of-a", status.Tasks[0].MergeCommit);
        await Eventually.TrueAsync(() => scene.Run.Activities.Events.Any(e => e.Reason == "once"));
        Assert.Single(scene.Run.Activities.Events, e => e.Reason == "once");
    }

    [Fact]
    public async Task Train_RunIsTerminated_CloseByItself()
    {
        await using var scene = await Scene.AtAsync("merging");

        await scene.TerminateAsync();

        for (var limit = Eventually.Timeout(); (await scene.OpenTasksAsync()).Count > 0; )
        {
            await Task.Delay(50, limit);
        }
        Assert.Empty(scene.Run.Activities.Merged);
    }

    [Fact]
    public async Task Train_EachExecutionIsShort_GoesOnWithWhatItKnows()
    {
        await using var run = await ScriptedRun.StartAsync(
            [.. Enumerable.Range(0, 10).Select(i => RunTests.Task($"t{i}", i == 0 ? [] : [$"t{i - 1}"]))],
            settings: new RunWorkflowSettings { Workers = 2, ContinueAfterMessages = 1 }
        );

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);

        Assert.Equal(10, run.Activities.Merged.Count);
        var first = (await run.Client.GetWorkflowHandle(RunIds.ForTrain(run.RunId)).FetchHistoryAsync())
            .Events.First()
            .WorkflowExecutionStartedEventAttributes;
        Assert.NotEqual(first.FirstExecutionRunId, first.OriginalExecutionRunId);
    }

    [Fact]
    public async Task Conflicts_OfTwo_AreResolvedOneAfterTheOtherWhileTheRestIsMerged()
    {
        var (go, merging, resolve) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        var (atOnce, most) = (0, 0);
        string[] tasks = ["first", "c1", "c2", "free"];
        await using var run = await ScriptedRun.StartAsync(
            [.. tasks.Select(id => RunTests.Task(id))],
            a =>
            {
                a.Agent = async (input, stop) =>
                {
                    if (input.Task.Task.Id != "first")
                    {
                        await merging.Task.WaitAsync(stop);
                    }
                    if (input.Attempt > 1)
                    {
                        most = Math.Max(most, Interlocked.Increment(ref atOnce));
                        await resolve.Task.WaitAsync(stop);
                        Interlocked.Decrement(ref atOnce);
                    }
                    return ScriptedActivities.Done();
                };
                a.WhileMerging = stop =>
                {
                    merging.TrySetResult();
                    return go.Task.WaitAsync(stop);
                };
                a.Merge = input =>
                    input is { TaskId: "c1" or "c2", Attempt: 1 }
                        ? new MergeResult
                        {
                            Message = "Conflict with work merged in the meantime: f.",
                            ProblemsFile = "p.md",
                            Outcome = MergeOutcome.Conflict,
                        }
                        : new MergeResult { Outcome = MergeOutcome.Merged, Commit = $"merge-{input.TaskId}" };
            },
            new RunWorkflowSettings { Workers = 4 }
        );
        await run.UntilInTrainAsync(tasks.Length);

        go.SetResult();
        var status = await run.UntilAsync(s =>
            s.Tasks.Any(t => t.Why is WaitingForConflictReason)
            && s.Tasks.Count(t => t.State == TaskStateNames.Merged) >= 2
            && s.Tasks.Count(t => t.State == TaskStateNames.Merging) == 1
        );
        resolve.SetResult();

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Single(status.Tasks, t => t is { State: TaskStateNames.Merging, Why: WaitingForConflictReason });
        Assert.Equal(1, most);
        Assert.Equal(tasks.Order(), run.Activities.Merged.Order());
    }

    [Fact]
    public async Task Conflict_WaitsForAnotherAndIsCancelled_EndsAtOnce()
    {
        var (go, resolve) = (new TaskCompletionSource(), new TaskCompletionSource());
        string[] tasks = ["c1", "c2"];
        await using var run = await ScriptedRun.StartAsync(
            [.. tasks.Select(id => RunTests.Task(id))],
            a =>
            {
                a.Agent = async (input, stop) =>
                {
                    if (input.Attempt > 1)
                    {
                        await resolve.Task.WaitAsync(stop);
                    }
                    return ScriptedActivities.Done();
                };
                a.WhileMerging = stop => go.Task.WaitAsync(stop);
                a.Merge = input =>
                    input.Attempt == 1
                        ? new MergeResult { Message = "Conflict.", Outcome = MergeOutcome.Conflict }
                        : new MergeResult { Outcome = MergeOutcome.Merged, Commit = "merge" };
            }
        );
        await run.UntilInTrainAsync(tasks.Length);
        go.SetResult();
        var status = await run.UntilAsync(s => s.Tasks.Any(t => t.Why is WaitingForConflictReason));
        var waiting = new TaskSteeringArguments(status.Tasks.Single(t => t.State == TaskStateNames.Merging).Id);

        await run.Run.ExecuteUpdateAsync(w => w.CancelTaskAsync(waiting));

        await run.UntilAsync(s => s.Tasks.Single(t => t.Id == waiting.Task).State == TaskStateNames.Cancelled);
        Assert.Empty(run.Activities.Merged);
        resolve.SetResult();
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Single(run.Activities.Merged);
    }

    [Fact]
    public async Task Conflict_AgentHasHadItsAttempts_APersonResolvesItWithOneCommand()
    {
        var person = 0;
        await using var run = await ScriptedRun.StartAsync(
            [RunTests.Task("a") with { MaxRemediations = 1 }],
            a =>
            {
                a.Verify = input =>
                    input.Attempt == 3 && Interlocked.Increment(ref person) == 1
                        ? new VerifyResult { Problems = ["Conflict markers remain in f."], ProblemsFile = "markers.md" }
                        : new VerifyResult { Commit = $"commit-{input.Attempt}" };
                a.Merge = input =>
                    input.Attempt < 3
                        ? new MergeResult
                        {
                            Message = "Conflict with work merged in the meantime: f.",
                            ProblemsFile = "p.md",
                            Outcome = MergeOutcome.Conflict,
                        }
                        : new MergeResult { Outcome = MergeOutcome.Merged, Commit = "merge" };
            }
        );
        var asked = await run.UntilAsync(s => s.Tasks is [{ State: TaskStateNames.Blocked }]);
        var conflict = Assert.IsType<MergeConflictNeedsUserReason>(asked.Tasks[0].Why);
        Assert.Equal(("w", $"{run.RunId}/a"), (conflict.Worktree, conflict.Task));
        Assert.Equal(("p.md", 3), (asked.Tasks[0].Evidence, asked.Tasks[0].Attempt));

        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(new TaskSteeringArguments("a", "")));
        var again = await run.UntilAsync(s => s.Tasks is [{ State: TaskStateNames.Blocked, Evidence: "markers.md" }]);
        var left = Assert.IsType<VerificationFailedReason>(Assert.IsType<MergeConflictNeedsUserReason>(again.Tasks[0].Why).Because);
        Assert.Equal(["Conflict markers remain in f."], left.Problems.Select(problem => problem.Text));
        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(new TaskSteeringArguments("a", "")));

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal(2, run.Activities.Starts.Count);
    }

    /// <summary>A conflict with other tasks' work is not the agent's failure: it causes no escalation and does not fail the task.</summary>
    [Fact]
    public async Task Conflict_BetweenFailures_IsNotChargedToTheAgent()
    {
        await using var run = await ScriptedRun.StartAsync(
            [RunTests.Task("a") with { MaxRemediations = 2 }],
            a =>
            {
                a.Verify = input =>
                    input.Attempt == 1
                        ? new VerifyResult { Problems = ["wrong"], ProblemsFile = "p.md" }
                        : new VerifyResult { Commit = $"commit-{input.Attempt}" };
                a.Merge = input =>
                    input.Attempt > 3
                        ? new MergeResult { Outcome = MergeOutcome.Merged, Commit = "merge" }
                        : new MergeResult
                        {
                            Message = "Not merged.",
                            ProblemsFile = "p.md",
                            Outcome = input.Attempt == 2 ? MergeOutcome.Conflict : MergeOutcome.Refused,
                        };
            }
        );

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal([0, 1, 1, 2], run.Activities.Starts.Select(start => start.Failures));
    }

    [Fact]
    public async Task Status_SeveralWait_SaysTheirPlaces()
    {
        await using var scene = await Scene.AtAsync("merging");
        Assert.Equal([1, 2], (await scene.Run.StatusAsync()).Tasks.Select(t => t.QueuePosition).Order());
        await scene.GoOnAsync();
        Assert.All((await scene.Run.StatusAsync()).Tasks, t => Assert.Null(t.QueuePosition));
    }

    /// <summary>A run that has continued as new while the gates of its first task's merge run; other tasks wait behind it.</summary>
    private static async Task<ScriptedRun> ContinuedWhileMergingAsync(TaskCompletionSource go)
    {
        var others = new TaskCompletionSource();
        var run = await ScriptedRun.StartAsync(
            [RunTests.Task("a"), .. Enumerable.Range(0, 13).Select(i => RunTests.Task($"t{i}"))],
            a =>
            {
                a.Agent = async (input, stop) =>
                {
                    if (input.Task.Task.Id != "a")
                    {
                        await others.Task.WaitAsync(stop);
                    }
                    return ScriptedActivities.Done();
                };
                a.WhileMerging = stop =>
                {
                    others.TrySetResult();
                    return go.Task.WaitAsync(stop);
                };
            },
            new RunWorkflowSettings { Workers = 3, ContinueAfterEvents = 40 }
        );
        await run.UntilAsync(s => s.Tasks.Count(t => t.State == TaskStateNames.Merging) == 14);
        for (var limit = Eventually.Timeout(); ; await Task.Delay(50, limit))
        {
            var started = (await run.Run.FetchHistoryAsync()).Events.First().WorkflowExecutionStartedEventAttributes;
            if (started.FirstExecutionRunId != started.OriginalExecutionRunId)
            {
                return run;
            }
        }
    }
}
