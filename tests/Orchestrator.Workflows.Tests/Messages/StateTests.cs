using Orchestrator.Messages;
using Orchestrator.TestKit;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Xunit;

namespace Orchestrator.Workflows.Tests.Messages;

/// <summary>
/// State is taken up before any message acts, and nothing that waits is lost when a run continues as new or a workflow ends.
/// </summary>
public sealed class StateTests
{
    [Fact]
    public async Task Approval_OfATaskWhoseRunContinuesAsNew_StillRunsOutOfTime()
    {
        await using var run = await ScriptedRun.StartAsync(
            [RunTests.Task("a") with { RequiresApproval = true }, RunTests.Task("b"), RunTests.Task("c", "b")],
            settings: new RunWorkflowSettings
            {
                Workers = 2,
                ApprovalTimeout = TimeSpan.FromSeconds(4),
                ContinueAfterMessages = 1,
            }
        );

        var ended = await run.UntilAsync(s => s.Tasks.Count == 3 && s.Tasks[0].State == TaskStateNames.Cancelled);

        Assert.IsType<ApprovalTimedOutReason>(ended.Tasks[0].Why);
        Assert.True(
            (await run.Run.DescribeAsync()).RunId
                != (await run.Client.GetWorkflowHandle(run.RunId).FetchHistoryAsync())
                    .Events.First()
                    .WorkflowExecutionStartedEventAttributes.FirstExecutionRunId
        );
    }

    [Fact]
    public async Task Cancel_WhileTheRunIsAboutToContinueAsNew_IsNotForgotten()
    {
        ScriptedRun? cancelled = null;
        await using var run = await ScriptedRun.CreateAsync(
            [.. Enumerable.Range(0, 12).Select(i => RunTests.Task($"t{i}", i == 0 ? [] : [$"t{i - 1}"]))],
            a => a.WhileStoring = () => cancelled!.Run.ExecuteUpdateAsync(w => w.CancelAsync()),
            new RunWorkflowSettings { Workers = 1, ContinueAfterEvents = 40 }
        );
        cancelled = run;

        await run.BeginAsync();

        Assert.Equal(RunStateNames.Cancelled, (await run.ResultAsync()).State);
        Assert.InRange(run.Activities.Merged.Count, 1, 11);
    }

    [Fact]
    public async Task Pause_RightAfterAnActivityFailed_DoesNotHangTheTask()
    {
        var release = new TaskCompletionSource();
        await using var run = await ScriptedRun.StartAsync(
            [RunTests.Task("a")],
            a =>
            {
                a.Agent = (_, _) => throw new ApplicationFailureException("it can't work", nonRetryable: true);
                a.Release = _ => release.Task;
            }
        );
        await run.UntilAsync(s => s.Tasks is [{ State: TaskStateNames.Failed }]);
        var task = run.Client.GetWorkflowHandle(RunIds.ForTask(run.RunId, "a"));

        await task.SignalAsync("pause", []);
        release.SetResult();

        await task.GetResultAsync().WaitAsync(Eventually.Limit);
        Assert.DoesNotContain((await task.FetchHistoryAsync()).Events, e => e.EventType == EventType.WorkflowTaskFailed);
    }

    [Fact]
    public async Task Pause_WithTheFirstTaskOfAWorkflow_IsNotForgotten()
    {
        await using var run = await ScriptedRun.CreateAsync([RunTests.Task("a")]);
        await run.StopWorkersAsync();
        var options = new WorkflowOptions("alone/a", QueueNames.Workflows);
        options.SignalWithStart("pause", []);
        var input = new TaskWorkflowInput
        {
            RunId = "alone",
            Repository = new RepositoryReference("/r", "key", run.Queue),
            PlanHash = "h",
            Task = RunTests.Task("a"),
            Rules = new RunWorkflowSettings(),
            Staging = "staging",
        };
        var handle = await run.Client.StartWorkflowAsync((ITaskWorkflow w) => w.RunAsync(input), options);

        run.Work();

        for (var limit = Eventually.Timeout(); !(await handle.QueryAsync(w => w.Status())).Progress.Paused; )
        {
            await Task.Delay(50, limit);
        }
        Assert.Empty(run.Activities.Starts);
        await handle.SignalAsync(w => w.CancelAsync());
        Assert.Equal(TaskStateNames.Cancelled, (await handle.GetResultAsync().WaitAsync(Eventually.Limit)).Progress.State);
    }

    /// <summary>A request to cancel comes without any other news, so nothing else makes them look up.</summary>
    [Theory]
    [InlineData(typeof(MergeTrainWorkflow), WorkflowExecutionStatus.Completed)]
    [InlineData(typeof(TaskWorkflow), WorkflowExecutionStatus.Completed)]
    [InlineData(typeof(LeaseWorkflow), WorkflowExecutionStatus.Canceled)]
    public async Task Cancel_OfAWorkflowThatOnlyWaits_EndsIt(Type workflow, WorkflowExecutionStatus ends)
    {
        await using var run = await ScriptedRun.CreateAsync([RunTests.Task("a")]);
        var repository = new RepositoryReference("/r", "key", run.Queue);
        object input =
            workflow == typeof(LeaseWorkflow) ? new LeaseWorkflowState { Queue = run.Queue, Runs = ["another"] }
            : workflow == typeof(TaskWorkflow)
                ? new TaskWorkflowInput
                {
                    RunId = "alone",
                    Repository = repository,
                    PlanHash = "h",
                    Task = RunTests.Task("a"),
                    Rules = new RunWorkflowSettings(),
                    Staging = "staging",
                }
            : new MergeQueueInput
            {
                RunId = "alone",
                Repository = repository,
                PlanHash = "h",
                Rules = new RunWorkflowSettings(),
                Position = new StagingBranchTip("c", 0),
            };
        var options = new WorkflowOptions("alone/a", QueueNames.Workflows);
        if (workflow == typeof(TaskWorkflow))
        {
            options.SignalWithStart("pause", []);
        }
        var handle = await run.Client.StartWorkflowAsync(workflow.Name, [input], options);
        await handle.QueryAsync<System.Text.Json.JsonElement>("status", []);

        await handle.CancelAsync();

        var status = WorkflowExecutionStatus.Running;
        for (var limit = Eventually.Timeout(); status == WorkflowExecutionStatus.Running; )
        {
            await Task.Delay(50, limit);
            status = (await handle.DescribeAsync()).Status;
        }
        Assert.Equal(ends, status);
    }

    [Fact]
    public async Task Lease_JoinedWhileItEnds_GoesOnWithWhoJoined()
    {
        await using var run = await ScriptedRun.CreateAsync([]);
        for (var i = 0; i < 5; i++)
        {
            var id = $"leases-{i}";
            await SignalAsync(run, id, w => w.JoinAsync("gone"));
            await SignalAsync(run, id, w => w.LeaveAsync("gone"));
            await SignalAsync(run, id, w => w.JoinAsync(id));
            var leases = run.Client.GetWorkflowHandle<ILeaseWorkflow>(id);

            for (var limit = Eventually.Timeout(); (await leases.QueryAsync(w => w.Status())).Runs is not [var joined] || joined != id; )
            {
                await Task.Delay(20, limit);
            }

            // What it told others is answered long before.
            await SignalAsync(run, id, w => w.JoinAsync(id));
            Assert.Equal(WorkflowExecutionStatus.Running, (await leases.DescribeAsync()).Status);
            await leases.SignalAsync(w => w.LeaveAsync(id));
            await leases.GetResultAsync().WaitAsync(Eventually.Limit);
        }
    }

    /// <summary>A run that does not know yet if it is alone holds nothing, so that no run waits for its answer.</summary>
    [Fact]
    public async Task Lease_TwoJoinBeforeEitherHasAnAnswer_BothAreAnsweredAtOnce()
    {
        const string Id = "leases-together";
        var look = new TaskCompletionSource();
        await using var run = await ScriptedRun.CreateAsync([]);
        run.Activities.EndedRuns = async () =>
        {
            await look.Task;
            return [];
        };
        var leases = run.Client.GetWorkflowHandle<ILeaseWorkflow>(Id);
        foreach (var joined in (string[])["gone", "one", "two"])
        {
            await SignalAsync(run, Id, w => w.JoinAsync(joined));
        }
        await leases.SignalAsync(w => w.LeaveAsync("gone"));
        for (var limit = Eventually.Timeout(); (await leases.QueryAsync(w => w.Status())).Runs is not ["one", "two"]; )
        {
            await Task.Delay(20, limit);
        }

        look.SetResult();

        var (told, events) = (new List<string>(), new List<HistoryEvent>());
        for (var limit = Eventually.Timeout(); !told.Contains("one") || !told.Contains("two"); )
        {
            await Task.Delay(20, limit);
            events = [.. (await leases.FetchHistoryAsync()).Events];
            told =
            [
                .. events
                    .Select(happened => happened.SignalExternalWorkflowExecutionInitiatedEventAttributes)
                    .Where(signal => signal is not null)
                    .Select(signal => signal.WorkflowExecution.WorkflowId),
            ];
        }
        Assert.DoesNotContain(
            events,
            happened => happened.TimerStartedEventAttributes?.StartToFireTimeout.ToTimeSpan() == TimeSpan.FromSeconds(60)
        );
        await leases.SignalAsync(w => w.LeaveAsync("one"));
        await leases.SignalAsync(w => w.LeaveAsync("two"));
        await leases.GetResultAsync().WaitAsync(Eventually.Limit);
    }

    private static Task SignalAsync(ScriptedRun run, string id, System.Linq.Expressions.Expression<Func<ILeaseWorkflow, Task>> signal)
    {
        var options = new WorkflowOptions(id, QueueNames.Workflows);
        options.SignalWithStart(signal);
        return run.Client.StartWorkflowAsync((ILeaseWorkflow w) => w.RunAsync(new LeaseWorkflowState { Queue = run.Queue }), options);
    }
}
