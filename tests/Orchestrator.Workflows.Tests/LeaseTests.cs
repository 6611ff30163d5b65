using Orchestrator.Messages;
using Orchestrator.TestKit;
using Orchestrator.Workflows.Leases;
using Temporalio.Exceptions;
using Xunit;

namespace Orchestrator.Workflows.Tests;

/// <summary>Files and resources over all runs of a repository.</summary>
public sealed class LeaseTests
{
    private const string SecondRun = "run-second-000002";

    [Fact]
    public void Ask_OverlappingFiles_WaitsForTheFirstAndIsServedInTurn()
    {
        var table = new LeaseTable(new LeaseWorkflowState());

        Assert.Null(table.Ask(Request("one", "a", writes: ["src/**"])));
        Assert.Equal(new WaitingForLeaseReason("src/x.cs", "one/a"), table.Ask(Request("two", "b", writes: ["src/x.cs"])));
        Assert.NotNull(table.Ask(Request("three", "c", writes: ["src/x.cs", "doc"])));
        Assert.Null(table.Ask(Request("three", "d", writes: ["other"])));
        Assert.Equal(["b"], table.Release("one", "a").Select(g => g.TaskId));
        Assert.Equal(new WaitingForLeaseReason("doc", "three/c", IsWaiting: true), table.Ask(Request("four", "e", writes: ["doc"])));
        Assert.Equal(["c"], table.RemoveRun("two").Select(g => g.TaskId));
        Assert.Equal(["e"], table.RemoveRun("three").Select(g => g.TaskId));
    }

    [Fact]
    public void Ask_AppendedFilesAndReadResources_AreShared()
    {
        var table = new LeaseTable(new LeaseWorkflowState());

        Assert.Null(table.Ask(Request("one", "a", appends: ["log.md"], reads: ["database"])));
        Assert.Null(table.Ask(Request("two", "b", appends: ["log.md"], reads: ["database"])));
        Assert.NotNull(table.Ask(Request("two", "c", resources: ["database"])));
        Assert.NotNull(table.Ask(Request("two", "d", writes: ["*.md"])));
    }

    /// <summary>A task at work was lent a file.</summary>
    [Fact]
    public void Ask_OfWhoHoldsSomething_AddsWhatNobodyElseHolds()
    {
        var table = new LeaseTable(new LeaseWorkflowState());
        table.Ask(Request("one", "a", writes: ["x"]));
        table.Ask(Request("two", "b", writes: ["y"]));
        Assert.NotNull(table.Ask(Request("two", "c", writes: ["x"])));

        Assert.Null(table.Ask(Request("one", "a", writes: ["x", "y"])));
        Assert.Null(table.Ask(Request("one", "a", writes: ["x", "z"])));

        Assert.Equal(
            [
                ["y"],
                ["x", "z"],
            ],
            table.State("q").Held.Select(held => held.Writes).OrderBy(writes => writes.Count)
        );
        Assert.Equal(new WaitingForLeaseReason("z", "one/a"), table.Ask(Request("three", "d", writes: ["z"])));
    }

    [Fact]
    public void State_CarriedOn_IsTheSame()
    {
        var table = new LeaseTable(new LeaseWorkflowState());
        table.Join("one");
        table.Ask(Request("one", "a", writes: ["x"]));
        table.Ask(Request("two", "b", writes: ["x"]));

        var carried = new LeaseTable(table.State("queue"));

        Assert.Equal(["b"], carried.RemoveRun("one").Select(g => g.TaskId));
    }

    [Fact]
    public async Task Runs_OfOneRepository_DoNotWorkOnTheSameFileAtTheSameTime()
    {
        var go = new TaskCompletionSource();
        await using var run = await ScriptedRun.StartAsync(
            [new TaskOutline { Id = "shared" }, new TaskOutline { Id = "last", DependsOn = ["shared"] }],
            a =>
                a.Agent = async (input, stop) =>
                {
                    await go.Task.WaitAsync(stop);
                    return ScriptedActivities.Done();
                },
            new RunWorkflowSettings { Workers = 3, LockTimeout = TimeSpan.FromMilliseconds(100) }
        );
        await run.UntilAsync(s => s.Tasks is [{ State: TaskStateNames.Executing }, ..]);
        await run.BeginAsync(id: SecondRun);
        var second = run.Client.GetWorkflowHandle<IOrchestrationWorkflow, RunResult>(SecondRun);

        await UntilAsync(async () =>
            (await second.QueryAsync(w => w.Status(0, 10))).Tasks is [{ State: TaskStateNames.Pending, Reason: var reason }, ..]
            && reason.Contains("works on; it has waited since", StringComparison.Ordinal)
        );
        Assert.Single(run.Activities.Starts);
        go.SetResult();

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal(RunStateNames.Completed, (await second.GetResultAsync().WaitAsync(Eventually.Limit)).State);
        await UntilAsync(async () =>
            (await run.Client.GetWorkflowHandle(RunIds.ForLeases("key")).DescribeAsync()).Status
            == Temporalio.Api.Enums.V1.WorkflowExecutionStatus.Completed
        );
    }

    [Fact]
    [Trait("Category", "Full")] // Up to ten seconds pass before it is looked.
    public async Task Run_TerminatedWithItsLeases_IsTakenOutForThoseWhoWait()
    {
        await using var run = await ScriptedRun.StartAsync(
            [new TaskOutline { Id = "shared" }],
            a =>
                a.Agent = async (input, stop) =>
                {
                    if (input.Task.RunId != SecondRun)
                    {
                        await Task.Delay(Timeout.Infinite, stop);
                    }
                    return ScriptedActivities.Done();
                }
        );
        await run.UntilAsync(s => s.Tasks is [{ State: TaskStateNames.Executing }, ..]);
        await run.BeginAsync(id: SecondRun);
        var second = run.Client.GetWorkflowHandle<IOrchestrationWorkflow, RunResult>(SecondRun);
        await UntilAsync(async () =>
            (await second.QueryAsync(w => w.Status(0, 10))).Tasks is [{ Reason: var reason }, ..]
            && reason.Contains("works on", StringComparison.Ordinal)
        );

        await run.Run.TerminateAsync();

        Assert.Equal(RunStateNames.Completed, (await second.GetResultAsync().WaitAsync(TimeSpan.FromSeconds(120))).State);
    }

    /// <summary>
    /// A report that can't be delivered must not count as pending forever, because the run's history would grow without an end.
    /// </summary>
    [Fact]
    public async Task Release_CanNotBeSaid_TheRunStillContinuesAsNew()
    {
        await using var run = await ScriptedRun.CreateAsync(
            [.. Enumerable.Range(0, 12).Select(i => new TaskOutline { Id = $"t{i}", DependsOn = i == 0 ? [] : [$"t{i - 1}"] })],
            settings: new RunWorkflowSettings { Workers = 1, ContinueAfterEvents = 40 }
        );
        run.Activities.Leases = input =>
            input.Step switch
            {
                LeaseSignalKind.Join => run.Run.SignalAsync(w => w.LeasesChangedAsync(new LeaseChangeNotification { Shared = true })),
                LeaseSignalKind.Ask => run.Run.SignalAsync(w =>
                    w.LeasesChangedAsync(new LeaseChangeNotification { Granted = input.Tasks[0] })
                ),
                LeaseSignalKind.Release => throw new ApplicationFailureException("the plan is gone", nonRetryable: true),
                _ => Task.CompletedTask,
            };

        await run.BeginAsync();
        var result = await run.ResultAsync();

        var started = (await run.Run.FetchHistoryAsync()).Events.First().WorkflowExecutionStartedEventAttributes;
        Assert.Equal(RunStateNames.Completed, result.State);
        Assert.NotEqual(started.FirstExecutionRunId, started.OriginalExecutionRunId);
    }

    /// <summary>
    /// A reset execution receives messages for its predecessor before it knows its repository. At that moment the leases may wait for the
    /// list of what the run holds.
    /// </summary>
    [Fact]
    public async Task Reset_WhileTheLeasesAskWhatTheRunHolds_IsAnsweredAtOnce()
    {
        var go = new TaskCompletionSource();
        await using var run = await ScriptedRun.CreateAsync(
            [new TaskOutline { Id = "a" }],
            a =>
                a.Agent = async (input, stop) =>
                {
                    await go.Task.WaitAsync(stop);
                    return ScriptedActivities.Done();
                }
        );
        var (unsaid, isReset) = (new TaskCompletionSource(), false);
        run.Activities.Leases = input =>
        {
            if (input.Step != LeaseSignalKind.Hold || Volatile.Read(ref isReset))
            {
                return run.Activities.TellLeaseWorkflowAsync(input);
            }
            unsaid.TrySetResult();
            return Task.CompletedTask;
        };
        await run.BeginAsync();
        await run.UntilAsync(s => s.Tasks is [{ State: TaskStateNames.Executing }]);
        await run.BeginAsync(id: SecondRun);
        await unsaid.Task.WaitAsync(Eventually.Limit);

        Volatile.Write(ref isReset, true);
        await Scene.ResetAsync(run, toFirst: true);
        go.SetResult();

        Assert.Equal(RunStateNames.Completed, (await run.Run.GetResultAsync().WaitAsync(Eventually.Limit)).State);
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var limit = Eventually.Timeout(); !await holds(); )
        {
            await Task.Delay(50, limit);
        }
    }

    private static LeaseRequest Request(
        string run,
        string task,
        string[]? writes = null,
        string[]? appends = null,
        string[]? resources = null,
        string[]? reads = null
    ) => new(run, task, writes ?? [], appends ?? [], resources ?? [], reads ?? []);
}
