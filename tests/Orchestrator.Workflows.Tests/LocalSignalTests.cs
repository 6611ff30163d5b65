using Orchestrator.Messages;
using Orchestrator.TestKit;
using Orchestrator.Workflows.Tests.Histories;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Xunit;

namespace Orchestrator.Workflows.Tests;

/// <summary>
/// Reports that local activities send. A worker that dies before the event of a local activity is stored has sent the signal all the same.
/// </summary>
public sealed class LocalSignalTests
{
    /// <summary>The result of a merge arrives while the task, after the death of its worker, is verifying again.</summary>
    [Fact]
    public async Task MergeDone_BeforeTheTaskWaits_IsTheResult()
    {
        TaskCompletionSource verifying = new(),
            verified = new(),
            merged = new();
        await using var run = await ScriptedRun.StartAsync(
            [RunTests.Task("a")],
            activities =>
            {
                activities.WhileVerifying = stop =>
                {
                    verifying.TrySetResult();
                    return verified.Task.WaitAsync(stop);
                };
                activities.WhileMerging = merged.Task.WaitAsync;
            }
        );
        await verifying.Task.WaitAsync(Eventually.Limit);
        var task = run.Client.GetWorkflowHandle<ITaskWorkflow, TaskReport>(RunIds.ForTask(run.RunId, "a"));

        await task.SignalAsync(w =>
            w.MergeDoneAsync(
                new MergeResult
                {
                    TaskId = "a",
                    Attempt = 1,
                    Outcome = MergeOutcome.Merged,
                    Commit = "merge",
                }
            )
        );
        verified.SetResult();

        Assert.Equal(TaskStateNames.Merged, (await task.GetResultAsync().WaitAsync(Eventually.Limit)).Progress.State);
        merged.SetResult();
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
    }

    /// <summary>
    /// Temporal's Web UI queries the workflow whose page is open. A query that comes with a workflow task may end that task between a local
    /// activity and its result.
    /// </summary>
    [Fact]
    public async Task Histories_OfTasksThatAreQueriedAllTheTime_Replay()
    {
        await using var run = await ScriptedRun.StartAsync([.. Enumerable.Range(0, 6).Select(i => RunTests.Task($"t{i}"))]);
        var result = run.ResultAsync();
        var tasks = Enumerable
            .Range(0, 6)
            .Select(i => run.Client.GetWorkflowHandle<ITaskWorkflow, TaskReport>(RunIds.ForTask(run.RunId, $"t{i}")))
            .ToList();

        await Task.WhenAll(tasks.Select(QueryAsync));
        Assert.Equal(RunStateNames.Completed, (await result).State);

        foreach (var task in tasks)
        {
            await HistoryTests.Replayer().ReplayWorkflowAsync(await task.FetchHistoryAsync());
        }

        async Task QueryAsync(WorkflowHandle<ITaskWorkflow, TaskReport> task)
        {
            while (!result.IsCompleted)
            {
                try
                {
                    await task.QueryAsync(w => w.Status());
                }
                catch (RpcException notYet) when (notYet.Code == RpcException.StatusCode.NotFound)
                {
                    // The task has not started.
                }
                await Task.Delay(1);
            }
        }
    }

    [Fact]
    public async Task Reports_OfATask_AreMarkersAndItsResult()
    {
        await using var run = await ScriptedRun.StartAsync([RunTests.Task("a")]);
        await run.ResultAsync();

        var history = await run.Client.GetWorkflowHandle(RunIds.ForTask(run.RunId, "a")).FetchHistoryAsync();

        var kinds = history.Events.Select(e => e.EventType).ToList();
        Assert.DoesNotContain(
            history.Events,
            happened => happened.ActivityTaskScheduledEventAttributes?.ActivityType.Name is "VerifyTask" or "ReleaseTask"
        );
        Assert.DoesNotContain(EventType.SignalExternalWorkflowExecutionInitiated, kinds);
        // Executing and merging are signals. The last one looks whether the run gets the result.
        Assert.Equal(3, kinds.Count(kind => kind == EventType.MarkerRecorded));
    }
}
