using System.Collections.Concurrent;
using Orchestrator.Messages;
using Orchestrator.TestKit;
using Temporalio.Client;
using Temporalio.Exceptions;
using Xunit;

namespace Orchestrator.Workflows.Tests;

/// <summary>Tasks of a run that may be done on other hosts.</summary>
public class PlaceTests
{
    private const string There = "orchestrator@bbbb/key2";
    private const string Elsewhere = "orchestrator@cccc/key3";
    private static readonly RunWorkflowSettings Spread = new() { Places = ScriptedHost.Places };

    [Fact]
    public async Task Task_WithAPlaceOnAHost_IsDoneThereAndMergedOnTheRunsMachine()
    {
        await using var run = await ScriptedRun.CreateAsync([RunTests.Task("a"), RunTests.Task("b", "a")], settings: Spread);
        await using var there = new ScriptedHost(run, There);
        await run.BeginAsync();

        var result = await run.ResultAsync();

        Assert.Equal((RunStateNames.Completed, 2), (result.State, result.AgentStarts));
        Assert.Equal(["a", "b"], there.Activities.Starts.Select(start => start.Task.Task.Id));
        Assert.Empty(run.Activities.Starts);
        Assert.Equal(["a", "b"], run.Activities.Merged);
        Assert.Equal(["hand a", "take a", "hand b", "take b"], run.Activities.Placing);
        await Eventually.TrueAsync(() => there.Placing.Count() == 6);
        Assert.Equal(
            ["hold a", "take a", "hold b", "take b"],
            there.Placing.Where(step => !step.StartsWith("left", StringComparison.Ordinal))
        );
        Assert.All((await run.StatusAsync()).Tasks, task => Assert.Equal("desk (bbbb)", task.Host));
    }

    [Fact]
    public async Task Task_WithAPlaceOnTheRunsMachine_NeedsNothingBrought()
    {
        await using var run = await ScriptedRun.CreateAsync([RunTests.Task("a")], settings: Spread);
        await using var home = new ScriptedHost(run, run.Queue);
        await run.BeginAsync();

        var result = await run.ResultAsync();

        Assert.Equal((RunStateNames.Completed, 1), (result.State, result.AgentStarts));
        await Eventually.TrueAsync(() => run.Activities.Placing.Count == 2);
        Assert.Equal(["hold a", "left a"], run.Activities.Placing);
        Assert.Null((await run.StatusAsync()).Tasks[0].Host);
    }

    [Theory]
    [InlineData("passes", 1)]
    [InlineData("fails", 2)]
    [InlineData("another tree", 2)]
    [InlineData("no slot", 2)]
    public async Task Gates_OfASecondLane_RunInAFreeSlotAndOnlyAMatchingPassCounts(string verdict, int atHome)
    {
        var rules = Spread with { Queue = new MergeQueueBatchOptions { HasLanes = true } };
        await using var run = await ScriptedRun.CreateAsync([RunTests.Task("a"), RunTests.Task("b")], settings: rules);
        await using var there = new ScriptedHost(run, There);
        using var requested = new ManualResetEventSlim();
        var inputs = new ConcurrentQueue<VerifyPublishedMergeInput>();
        run.Activities.PartsOf = request => [request.TaskId];
        run.Activities.BuildBatch = input => [.. input.Requests.Select(request => Made(request, input.StagingTip))];
        run.Activities.GateBatch = _ =>
        {
            Assert.True(requested.Wait(TimeSpan.FromSeconds(60)));
            return null;
        };
        there.Activities.GateMerge = input =>
        {
            inputs.Enqueue(input);
            requested.Set();
            var made = Made(input.Gate.Requests[^1], "");
            return verdict switch
            {
                "passes" => made,
                "fails" => made with { Outcome = MergeOutcome.Refused },
                "another tree" => made with { Tree = "another" },
                _ => null,
            };
        };
        await run.BeginAsync();

        var result = await run.ResultAsync();

        Assert.Equal(RunStateNames.Completed, result.State);
        Assert.Equal(["a", "b"], run.Activities.Merged.Order());
        var input = Assert.Single(inputs);
        Assert.Equal(run.Queue, input.HomeQueue);
        Assert.Equal(atHome, run.Activities.Gated.Count);
        Assert.Single(run.Activities.Placing, $"share {input.Gate.Commit}");
        Assert.Single(run.Activities.Placing, $"withdraw {input.Gate.Commit}");
    }

    /// <summary>The merge of a request, with its tree.</summary>
    internal static MergeResult Made(TaskMergeRequest request, string onto) =>
        new()
        {
            TaskId = request.TaskId,
            Attempt = request.Attempt,
            Outcome = MergeOutcome.Made,
            Onto = onto,
            Commit = $"merge-{request.TaskId}",
            Tree = $"tree-{request.TaskId}",
        };

    [Fact]
    public async Task Task_ThatRequestsASlot_HasThePriorityAndTheWeightOfItsRun()
    {
        var rules = Spread with { Priority = 60, Weight = 3 };
        await using var run = await ScriptedRun.CreateAsync([RunTests.Task("a")], settings: rules);
        await using var there = new ScriptedHost(run, There);
        await run.BeginAsync();
        await run.ResultAsync();

        var history = await run.Client.GetWorkflowHandle(RunIds.ForTask(run.RunId, "a")).FetchHistoryAsync();

        var scheduled = history.Events.Select(one => one.ActivityTaskScheduledEventAttributes).Where(one => one is not null);
        var priority = scheduled.First(one => one.ActivityType.Name == "HoldPlace").Priority;
        Assert.Equal((1, run.RunId, 3), (priority.PriorityKey, priority.FairnessKey, priority.FairnessWeight));
    }

    [Fact]
    public async Task Task_WithALabelThatNoHostHas_WaitsAndSaysForWhat()
    {
        await using var run = await ScriptedRun.CreateAsync([RunTests.Task("a") with { Host = "gpu" }], settings: Spread);
        await using var plain = new ScriptedHost(run, There);
        await run.BeginAsync();

        await run.UntilAsync(status =>
            status.Tasks is [var only] && only.Reason.Contains("waits for a host with the label gpu", StringComparison.Ordinal)
        );
        Assert.Empty(plain.Placing);
        await using var labelled = new ScriptedHost(run, Elsewhere, label: "gpu");
        var result = await run.ResultAsync();

        Assert.Equal(RunStateNames.Completed, result.State);
        Assert.Single(labelled.Activities.Starts);
    }

    [Fact]
    public async Task Task_ThatIsCancelledWhileItWaitsForAHost_Ends()
    {
        await using var run = await ScriptedRun.CreateAsync([RunTests.Task("a")], settings: Spread);
        await run.BeginAsync();
        await run.UntilAsync(status => status.Tasks is [var only] && only.Reason.Contains("waits for a host", StringComparison.Ordinal));

        await new Client.RunClient(run.Client).Get(run.RunId).CancelAsync(new RunSteeringArguments());
        var result = await run.ResultAsync();

        Assert.Equal(RunStateNames.Cancelled, result.State);
        Assert.Empty(run.Activities.Starts);
    }

    [Fact]
    public async Task Task_WhoseHostIsNotHeardOf_GoesOnOnAnotherFromWhatWasShared()
    {
        await using var run = await ScriptedRun.CreateAsync([RunTests.Task("a")], settings: Spread);
        await using var first = new ScriptedHost(run, There);
        var begun = new TaskCompletionSource();
        first.Activities.Agent = async (_, stop) =>
        {
            begun.TrySetResult();
            await Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => { }, TaskScheduler.Default);
            return new AgentRunResult { FailureClass = FailureClass.Stopped, Session = "conversation" };
        };
        await run.BeginAsync();
        await begun.Task;
        await using var second = new ScriptedHost(run, Elsewhere, offers: false);

        // As the second one does where the server gives it the place of the first.
        await run
            .Client.GetWorkflowHandle<ITaskWorkflow>(RunIds.ForTask(run.RunId, "a"))
            .SignalAsync(task => task.PlacedAsync(new TaskHostSlot(new("/c", "key3", Elsewhere) { Host = "rack" }, 2)));
        var result = await run.ResultAsync();

        Assert.Equal(RunStateNames.Completed, result.State);
        Assert.Equal([("a", "conversation")], second.Activities.Starts.Select(start => (start.Task.Task.Id, start.Session)));
        Assert.Equal(["hand a", "hand a", "take a"], run.Activities.Placing);
        Assert.Equal("rack (cccc)", (await run.StatusAsync()).Tasks[0].Host);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Task_WhoseHostIsLostAsItsAgentBegins_CountsTheStartThatWasBegun(bool begins)
    {
        await using var run = await ScriptedRun.CreateAsync([RunTests.Task("a")], settings: Spread with { IsShared = true });
        await using var first = new ScriptedHost(run, There);
        var task = run.Client.GetWorkflowHandle<ITaskWorkflow>(RunIds.ForTask(run.RunId, "a"));
        var agent = new BeginningAgent(run.Client, task.Id);
        first.Activities.Agent = async (input, _) =>
        {
            await agent.AskAsync(input.Start + 1, There);
            await agent.AskAsync(input.Start, Elsewhere);
            if (begins)
            {
                await agent.AskAsync(input.Start, There);
            }
            // As where the server has not heard of it for long: it waits to be tried again, and nobody will.
            throw new ApplicationFailureException("It is lost", FailureTypes.WorkerDied, nextRetryDelay: TimeSpan.FromHours(1));
        };
        await run.BeginAsync();
        await Eventually.AskAsync(async () => await WaitsAsync() ? "" : null);
        await using var second = new ScriptedHost(run, Elsewhere, offers: false);
        second.Activities.Agent = async (input, _) =>
        {
            if (input.Stop)
            {
                await agent.AskAsync(input.Start, There);
            }
            return input.Stop ? new AgentRunResult { FailureClass = FailureClass.Stopped, NeverBegun = true } : ScriptedActivities.Done();
        };

        await task.SignalAsync(known => known.PlacedAsync(new TaskHostSlot(new("/c", "key3", Elsewhere) { Host = "rack" }, 2)));
        var result = await run.ResultAsync();

        Assert.Equal((RunStateNames.Completed, begins ? 2 : 1), (result.State, result.AgentStarts));
        Assert.Equal([(1, true), (2, false)], second.Activities.Starts.Select(start => (start.Start, start.Stop)));
        // Another number, another host, and a host that is late: none of them begins it.
        Assert.Equal(begins ? [false, false, true, false] : [false, false, false], agent.Answers);

        async Task<bool> WaitsAsync() =>
            !first.Activities.Starts.IsEmpty
            && (
                await run.Client.WorkflowService.DescribeWorkflowExecutionAsync(
                    new()
                    {
                        Namespace = run.Client.Options.Namespace,
                        Execution = new() { WorkflowId = task.Id },
                    }
                )
            ).PendingActivities.Any(step => step.Attempt == 2 && step.LastFailure is not null);
    }

    [Theory]
    [InlineData("agent")]
    [InlineData("gates")]
    public async Task Task_WhoseHostHasAFullDisk_LeavesItAndHoldsUpNoOther(string step)
    {
        await using var run = await ScriptedRun.CreateAsync([RunTests.Task("a"), RunTests.Task("b")], settings: Spread);
        await using var first = new ScriptedHost(run, There);
        Exception Full()
        {
            first.Activities.TakesNone = "desk does not currently accept tasks: the disk is full";
            return new ApplicationFailureException("The disk is full: tree.idx", null, FailureTypes.DiskFull);
        }
        first.Activities.Agent = (input, _) =>
            step == "agent" && input.Task.Task.Id == "a" ? throw Full() : Task.FromResult(ScriptedActivities.Done());
        first.Activities.Verify = input =>
            step == "gates" && input.Task.Task.Id == "a" ? throw Full() : new VerifyResult { Commit = $"c-{input.Task.Task.Id}" };
        await run.BeginAsync();
        await Eventually.TrueAsync(() => first.Activities.TakesNone is not null);
        var server = run.Client.Connection.Options;
        var client = PayloadJsonOptions.Speaking(
            await TemporalClient.ConnectAsync(new(server.TargetHost!) { HttpConnectProxy = server.HttpConnectProxy })
        );
        await using var second = new ScriptedHost(run, Elsewhere, client: client);
        second.Activities.Agent = (input, _) =>
            Task.FromResult(
                input.Stop ? new AgentRunResult { FailureClass = FailureClass.Stopped, NeverBegun = true } : ScriptedActivities.Done()
            );

        var result = await run.ResultAsync();

        Assert.Equal(RunStateNames.Completed, result.State);
        Assert.Equal(["a", "b"], run.Activities.Merged.Order());
        Assert.Equal("desk (cccc)", (await run.StatusAsync()).Tasks[0].Host);
        await Eventually.TrueAsync(() => first.Placing.Contains("left a"));
        Assert.Equal(
            step == "agent" ? [true, false] : [],
            second.Activities.Starts.Where(start => start.Task.Task.Id == "a").Select(start => start.Stop)
        );
        Assert.Contains(
            run.Activities.Events,
            happened =>
                happened.Reason.Contains("the task leaves its host desk (bbbb): The disk is full: tree.idx", StringComparison.Ordinal)
        );
        // The run itself has all that it needs.
        Assert.DoesNotContain(
            run.Activities.Events,
            happened => happened.Task is null && happened.Reason.Contains("disk is full", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Task_WhoseHostLacksWhatItNeeds_HoldsUpNoOther()
    {
        await using var run = await ScriptedRun.CreateAsync(
            [RunTests.Task("a"), RunTests.Task("b", "c"), RunTests.Task("c")],
            settings: Spread
        );
        await using var there = new ScriptedHost(run, There);
        var asked = 0;
        there.Activities.Agent = (input, _) =>
            Task.FromResult(
                input.Task.Task.Id == "a" && Interlocked.Increment(ref asked) == 1
                    ? new AgentRunResult
                    {
                        FailureClass = FailureClass.Environment,
                        Message = "no sandbox there",
                        NeverBegun = true,
                    }
                    : ScriptedActivities.Done()
            );
        await run.BeginAsync();

        // What begins later is begun anyway.
        var parked = await run.UntilAsync(status => status.Tasks.Any(task => task is { Id: "b", State: TaskStateNames.Merged }));

        Assert.Equal(TaskStateNames.Parked, parked.Tasks.Single(task => task.Id == "a").State);
        Assert.Contains("no sandbox there", parked.Tasks.Single(task => task.Id == "a").Reason, StringComparison.Ordinal);
        Assert.Empty(parked.Outages ?? []);
        await run.Run.ExecuteUpdateAsync(workflow => workflow.RetryTaskAsync(new TaskSteeringArguments("a", "")));
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
    }

    [Fact]
    public async Task Task_WithALabelThatNoHostHas_SaysSoUntilOneHasIt()
    {
        await using var run = await ScriptedRun.CreateAsync([RunTests.Task("a") with { Host = "gpu" }], settings: Spread);
        await using var plain = new ScriptedHost(run, There);
        var watch = new Client.FailingActivities(run.Client, TimeProvider.System);
        await run.BeginAsync();

        var waiting = await run.UntilAsync(
            status => status.Tasks is [{ Why: WaitingForHostSlotReason { Hosts: not null } }],
            answer: _ => watch.ReportAsync()
        );
        await using var right = new ScriptedHost(run, Elsewhere, label: "gpu");
        await run.ResultAsync();
        await watch.ReportAsync();

        Assert.Equal(
            "waits for a host with the label gpu and a free slot; no connected host has that label, so run "
                + "'orchestrate worker --slots 1 --label gpu' on one that has it, or remove 'host: gpu' from the task",
            waiting.Tasks[0].Reason
        );
        Assert.Equal((TaskStateNames.Merged, ""), ((await run.StatusAsync()).Tasks[0].State, (await run.StatusAsync()).Tasks[0].Reason));
    }

    [Fact]
    public async Task Task_ThatNoHostHasAPlaceFor_SaysThatAllAreTakenAndNothingMoreOnceThatIsOver()
    {
        await using var run = await ScriptedRun.CreateAsync([RunTests.Task("a"), RunTests.Task("b")], settings: Spread);
        var watch = new Client.FailingActivities(run.Client, TimeProvider.System);
        await run.BeginAsync();
        var none = await run.UntilAsync(
            status => status.Tasks.All(task => task.Why is WaitingForHostSlotReason { Hosts: 0 }),
            answer: _ => watch.ReportAsync()
        );
        await using var host = new ScriptedHost(run, There, slots: 1);
        var go = new TaskCompletionSource();
        host.Activities.Agent = async (_, stop) =>
        {
            await go.Task.WaitAsync(stop);
            return ScriptedActivities.Done();
        };

        var full = await run.UntilAsync(
            status => status.Tasks.Any(task => task.Why is WaitingForHostSlotReason { Hosts: 1 }),
            answer: _ => watch.ReportAsync()
        );
        go.SetResult();
        await run.ResultAsync();

        Assert.All(
            none.Tasks,
            task =>
                Assert.Equal(
                    "waits for a host with a free slot; no connected host offers slots, so run 'orchestrate worker --slots 1' on one",
                    task.Reason
                )
        );
        Assert.Equal(
            "waits for a host with a free slot; all slots of 1 host are in use",
            Assert.Single(full.Tasks, task => task.Why is WaitingForHostSlotReason).Reason
        );
        Assert.All((await run.StatusAsync()).Tasks, task => Assert.Equal((TaskStateNames.Merged, ""), (task.State, task.Reason)));
    }

    [Fact]
    public async Task Task_ThatNoHostIsReadyFor_SaysWhyUntilOneTakesIt()
    {
        await using var run = await ScriptedRun.CreateAsync([RunTests.Task("a")], settings: Spread);
        await using var host = new ScriptedHost(run, There);
        host.Activities.TakesNone = "desk does not currently accept tasks: claude can't work there: It is not logged in";
        var watch = new Client.FailingActivities(run.Client, TimeProvider.System);
        await run.BeginAsync();

        var waiting = await run.UntilAsync(
            status => status.Tasks is [{ Why: WaitingForHostSlotReason { Refusal: not null } }],
            answer: _ => watch.ReportAsync()
        );
        host.Activities.TakesNone = null;
        await run.ResultAsync();

        Assert.Equal(
            "waits for a host with a free slot; desk does not currently accept tasks: claude can't work there: It is not logged in",
            waiting.Tasks[0].Reason
        );
        Assert.Equal((TaskStateNames.Merged, ""), ((await run.StatusAsync()).Tasks[0].State, (await run.StatusAsync()).Tasks[0].Reason));
    }
}
