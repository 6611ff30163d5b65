using Orchestrator.Messages;
using Orchestrator.TestKit;
using Orchestrator.Workflows.Messages;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.Workflows.Tests.Messages;

/// <summary>Unreadable messages to all open workflows change nothing.</summary>
public sealed class MessageTests(ITestOutputHelper output)
{
    [Fact]
    public Task Noise_ToEachHandlerInEachState_IsNotedOrRejectedAndTheRunCompletes() => DisturbAsync(perState: 8);

    [Fact]
    [Trait("Category", "Full")]
    public Task Noise_TenThousandMessages_AreNotedOrRejectedAndTheRunCompletes() => DisturbAsync(perState: 1000);

    [Fact]
    public Task Starts_AFewThatCannotBeRead_FailAtOnceWithASentence() => StartAsync(12);

    [Fact]
    [Trait("Category", "Full")]
    public Task Starts_TwoHundredThatCannotBeRead_FailAtOnceWithASentence() => StartAsync(200);

    [Fact]
    public async Task Signal_WithTheMembersAnyCase_ApprovesThePlan()
    {
        await using var run = await ScriptedRun.StartAsync(
            [RunTests.Task("a")],
            a => a.Plan = plan => plan with { ApprovalReason = "it is new" }
        );
        await run.UntilAsync(s => s.State == RunStateNames.AwaitingApproval);

        await run
            .Client.GetWorkflowHandle(run.RunId)
            .SignalAsync("approve", [System.Text.Json.JsonDocument.Parse("""{"ID":"plan"}""").RootElement]);

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
    }

    [Fact]
    public async Task Signal_MisspeltOrUnknown_IsAnEventAndAWarningOfTheRun()
    {
        await using var run = await ScriptedRun.StartAsync(
            [RunTests.Task("a")],
            a => a.Plan = plan => plan with { ApprovalReason = "it is new" }
        );
        await run.UntilAsync(s => s.State == RunStateNames.AwaitingApproval);
        var handle = run.Client.GetWorkflowHandle(run.RunId);

        await handle.SignalAsync("approve", [new { idd = "plan" }]);
        await handle.SignalAsync("aprove", [new { id = "plan" }]);
        await handle.SignalAsync("skipTask", [new { task = "b" }]);

        var status = await run.UntilAsync(s => s.DroppedMessages.Count == 3);
        Assert.Contains(
            "the signal 'approve' was dropped: 'idd' is unknown; known are id, reason, by, shown, signature. 'id' is missing.",
            status.DroppedMessages[0],
            StringComparison.OrdinalIgnoreCase
        );
        Assert.Contains(
            "the signal 'aprove' is unknown and was dropped. Known signals: activitiesFailing, addTasks, approve,",
            status.DroppedMessages[1]
        );
        Assert.Contains($"a command was refused: {run.RunId} has no task 'b'. Its tasks are a.", status.DroppedMessages[2]);
        Assert.Equal(RunStateNames.AwaitingApproval, status.State);
        await run.Run.ExecuteUpdateAsync(w => w.ApproveAsync(new ApprovalDecisionArguments("plan", "")));
        await run.ResultAsync();
        Assert.Equal(
            3,
            run.Activities.Events.Count(e =>
                e.Reason.Contains("dropped", StringComparison.Ordinal) || e.Reason.Contains("refused", StringComparison.Ordinal)
            )
        );
    }

    [Fact]
    public async Task Update_RefusedOrUnreadable_LeavesNothingInHistory()
    {
        await using var run = await ScriptedRun.StartAsync(
            [RunTests.Task("a")],
            a => a.Plan = plan => plan with { ApprovalReason = "it is new" }
        );
        await run.UntilAsync(s => s.State == RunStateNames.AwaitingApproval);
        var handle = run.Client.GetWorkflowHandle(run.RunId);

        var unreadable = await RefusedAsync(() => handle.ExecuteUpdateAsync<SteeringUpdateResult>("retryTask", [new { tsak = "a" }]));
        var refused = await RefusedAsync(() => handle.ExecuteUpdateAsync<SteeringUpdateResult>("retryTask", [new { task = "b" }]));
        var unknown = await RefusedAsync(() => handle.ExecuteUpdateAsync<SteeringUpdateResult>("retry", [new { task = "a" }]));

        Assert.Contains("'tsak' is unknown; known are task, text", unreadable);
        Assert.Contains("has no task 'b'", refused);
        Assert.Contains("known updates: [addTasks approve cancel cancelTask", unknown);
        Assert.DoesNotContain(
            (await handle.FetchHistoryAsync()).Events,
            e => e.EventType.ToString().Contains("Update", StringComparison.Ordinal)
        );
        await run.Run.ExecuteUpdateAsync(w => w.ApproveAsync(new ApprovalDecisionArguments("plan", "")));
        await run.ResultAsync();
    }

    [Fact]
    public async Task Messages_ReadableOfThingsThatThereAreNot_ChangeNothing()
    {
        await using var run = await ScriptedRun.StartAsync(
            [RunTests.Task("a")],
            a => a.Plan = plan => plan with { ApprovalReason = "it is new" }
        );
        await run.UntilAsync(s => s.State == RunStateNames.AwaitingApproval);

        await run.Run.SignalAsync(w =>
            w.LeasesChangedAsync(
                new LeaseChangeNotification
                {
                    Granted = "nobody",
                    Waiting = "nobody",
                    Wait = new WaitingForLeaseReason("x", "run/task"),
                }
            )
        );
        await run.Run.SignalAsync(w =>
            w.TaskChangedAsync(
                new TaskReport
                {
                    Progress = new TaskProgress { Id = "nobody", State = TaskStateNames.Merging },
                    ExecutionId = "e",
                    Sequence = 9,
                }
            )
        );
        await run.Run.SignalAsync(w => w.ActivitiesFailingAsync(new[] { new FailingActivityStatus("nobody", "x", 4, "y") }));
        await run.Run.SignalAsync(w => w.ActivitiesFailingAsync(Array.Empty<FailingActivityStatus>()));
        await run.Run.ExecuteUpdateAsync(w => w.ApproveAsync(new ApprovalDecisionArguments("plan", "")));

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.DoesNotContain((await run.Run.FetchHistoryAsync()).Events, e => e.EventType == EventType.WorkflowTaskFailed);
    }

    [Fact]
    public async Task Lease_AskedWithAnEmptyRecord_HoldsNoLaterRun()
    {
        await using var run = await ScriptedRun.CreateAsync([RunTests.Task("a")]);
        var leases = new WorkflowOptions(RunIds.ForLeases("key"), QueueNames.Workflows);
        leases.SignalWithStart("ask", [new { }]);
        await run.Client.StartWorkflowAsync((ILeaseWorkflow w) => w.RunAsync(new LeaseWorkflowState { Queue = run.Queue }), leases);

        await run.BeginAsync();

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        var state = await run.Client.GetWorkflowHandle<ILeaseWorkflow>(RunIds.ForLeases("key")).QueryAsync(w => w.Status());
        Assert.Contains(
            "the signal 'ask' was dropped: 'runId' is missing.",
            Assert.Single(state.Dropped),
            StringComparison.OrdinalIgnoreCase
        );
    }

    private async Task DisturbAsync(int perState)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("MESSAGE_SEED"), out var given) ? given : Environment.TickCount;
        output.WriteLine($"MESSAGE_SEED={seed}");
        var noise = new MessageNoise(seed);
        await using var gates = new StateGates();
        await using var run = await ScriptedRun.CreateAsync(
            [RunTests.Task("a"), RunTests.Task("b") with { DependsOn = ["a"], RequiresApproval = true }],
            gates.Script
        );
        await run.BeginAsync(new OrchestrationInput { Repository = "/r", Request = "a plan" });
        var sent = 0;
        await foreach (var state in gates.StatesAsync(run))
        {
            var targets = await TargetsAsync(run);
            for (var i = 0; i < perState; i++, sent++)
            {
                await SendAsync(run, noise, noise.Pick(targets), $"MESSAGE_SEED={seed}, message {sent}, state {state}");
            }
        }

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal(["a", "b"], run.Activities.Merged);
        Assert.Equal(2, run.Activities.Starts.Select(s => s.Task.Task.Id).Distinct().Count());
        Assert.All(run.Activities.Events, e => IncomingWorkflowArgumentReaderTests.AssertClean(e.Reason));
        output.WriteLine($"{sent} messages");
    }

    /// <summary>The open workflows and their types.</summary>
    private static async Task<IReadOnlyList<(string Id, Type Workflow)>> TargetsAsync(ScriptedRun run)
    {
        (string Id, Type Workflow)[] all =
        [
            (run.RunId, typeof(OrchestrationWorkflow)),
            (RunIds.ForTask(run.RunId, PlannerTaskDefinition.Id), typeof(PlanningWorkflow)),
            (RunIds.ForTask(run.RunId, ReviewTaskDefinition.Id), typeof(ReviewWorkflow)),
            (RunIds.ForTask(run.RunId, "a"), typeof(TaskWorkflow)),
            (RunIds.ForTask(run.RunId, "b"), typeof(TaskWorkflow)),
            (RunIds.ForLeases("key"), typeof(LeaseWorkflow)),
            (RunIds.ForTrain(run.RunId), typeof(MergeTrainWorkflow)),
        ];
        var open = new List<(string, Type)>();
        foreach (var target in all)
        {
            try
            {
                if ((await run.Client.GetWorkflowHandle(target.Id).DescribeAsync()).Status == WorkflowExecutionStatus.Running)
                {
                    open.Add(target);
                }
            }
            catch (RpcException missing) when (missing.Code == RpcException.StatusCode.NotFound)
            {
                // It has not begun.
            }
        }
        return open;
    }

    private static async Task SendAsync(ScriptedRun run, MessageNoise noise, (string Id, Type Workflow) target, string which)
    {
        var ((kind, known), handler) = noise.Pick([.. WorkflowMessageHandlerFinder.Of(target.Workflow)]);
        // One that takes nothing can only be misspelt.
        var parameters = handler.GetParameters();
        var name = noise.Next(20) == 0 || parameters.Length == 0 ? known + "x" : known;
        var arguments = parameters.Length == 0 ? [] : noise.For(parameters).ToArray<object?>();
        var handle = run.Client.GetWorkflowHandle(target.Id);
        try
        {
            // Commands are taken as signals, too.
            if (kind == WorkflowMessageKind.Signal || (kind == WorkflowMessageKind.Update && noise.Next(2) == 0))
            {
                await handle.SignalAsync(name, arguments);
            }
            else if (kind == WorkflowMessageKind.Query)
            {
                await Assert.ThrowsAnyAsync<TemporalException>(() => handle.QueryAsync<System.Text.Json.JsonElement>(name, arguments));
            }
            else
            {
                IncomingWorkflowArgumentReaderTests.AssertClean(
                    await RefusedAsync(() => handle.ExecuteUpdateAsync<SteeringUpdateResult>(name, arguments).WaitAsync(Eventually.Limit))
                );
            }
        }
        catch (Exception unexpected) when (unexpected is not RpcException { Code: RpcException.StatusCode.NotFound })
        {
            throw new InvalidOperationException($"{which}: {kind} {name} of {target.Id}: {unexpected.Message}", unexpected);
        }
    }

    private async Task StartAsync(int count)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("MESSAGE_SEED"), out var given) ? given : Environment.TickCount;
        output.WriteLine($"MESSAGE_SEED={seed}");
        var noise = new MessageNoise(seed);
        await using var run = await ScriptedRun.CreateAsync([RunTests.Task("a")]);
        for (var i = 0; i < count; i++)
        {
            var workflow = WorkerSetup.Workflows[i % WorkerSetup.Workflows.Count];
            var arguments = noise.For(workflow.GetMethod("RunAsync")!.GetParameters()).ToArray<object?>();
            var handle = await run.Client.StartWorkflowAsync(
                workflow.Name,
                arguments,
                new WorkflowOptions($"bad-{i}", QueueNames.Workflows)
            );

            var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.GetResultAsync().WaitAsync(Eventually.Limit));

            var failure = Assert.IsType<ApplicationFailureException>(failed.InnerException);
            Assert.Equal(("InvalidInput", true), (failure.ErrorType, failure.NonRetryable));
            Assert.StartsWith("The input can't be read. ", failure.Message, StringComparison.Ordinal);
            IncomingWorkflowArgumentReaderTests.AssertClean(failure.Message);
        }
    }

    private static async Task<string> RefusedAsync(Func<Task> update) =>
        (await Assert.ThrowsAsync<WorkflowUpdateFailedException>(update)).InnerException!.Message;
}
