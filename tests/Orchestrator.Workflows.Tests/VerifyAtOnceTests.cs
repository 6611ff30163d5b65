using Orchestrator.Messages;
using Orchestrator.TestKit;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Xunit;
using static Orchestrator.Workflows.Tests.RunTests;

namespace Orchestrator.Workflows.Tests;

/// <summary>One activity runs the agent of a task and verifies its work, which saves seven events.</summary>
public sealed class VerifyAtOnceTests
{
    [Fact]
    public async Task Task_WorkPasses_IsVerifiedByTheActivityOfItsAgent()
    {
        var (verifying, verified) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var run = await ScriptedRun.StartAsync([Task("a")], a => a.WhileVerifying = HoldAsync(verifying, verified));
        await verifying.Task.WaitAsync(Eventually.Limit);

        var status = await run.UntilAsync(s => s.Tasks is [{ State: TaskStateNames.Verifying }]);

        Assert.Equal(0.5m, status.Tasks[0].Cost);
        verified.SetResult();
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal(["PrepareTask", "RunAgent"], await ActivitiesAsync(run));
        Assert.Equal((0.5m, 1), ((await run.StatusAsync()).Tasks[0].Cost, (await run.StatusAsync()).Tasks[0].Starts));
    }

    /// <summary>A failure of the verification is retried and shown like that of every other activity, and no agent runs twice.</summary>
    [Fact]
    public async Task Task_VerificationThrows_IsVerifiedByAnotherActivity()
    {
        var verifications = 0;
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a =>
                a.Verify = _ =>
                    Interlocked.Increment(ref verifications) == 1
                        ? throw new InvalidOperationException("The table is locked.")
                        : new VerifyResult { Commit = "c" }
        );

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);

        Assert.Equal(["PrepareTask", "RunAgent", "VerifyTask"], await ActivitiesAsync(run));
        Assert.Single(run.Activities.Starts);
        Assert.Single(run.Activities.Events, happened => happened.State == TaskStateNames.Verifying);
    }

    /// <summary>The agent has ended, so there is nothing to interrupt, and gates may take long.</summary>
    [Fact]
    public async Task Pause_WorkIsBeingVerified_LeavesTheGatesAlone()
    {
        var (verifying, verified) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var run = await ScriptedRun.StartAsync([Task("a")], a => a.WhileVerifying = HoldAsync(verifying, verified));
        await verifying.Task.WaitAsync(Eventually.Limit);
        await run.UntilAsync(s => s.Tasks is [{ State: TaskStateNames.Verifying }]);

        await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(null));
        await Eventually.AskAsync(async () => HasHandledAPause(await EventsAsync(run)) ? "handled" : null);
        verified.SetResult();
        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal(["PrepareTask", "RunAgent"], await ActivitiesAsync(run));
        Assert.DoesNotContain(await EventsAsync(run), happened => happened.EventType == EventType.ActivityTaskCancelRequested);
    }

    private static Func<CancellationToken, Task> HoldAsync(TaskCompletionSource begun, TaskCompletionSource may) =>
        stop =>
        {
            begun.TrySetResult();
            return may.Task.WaitAsync(stop);
        };

    private static bool HasHandledAPause(IEnumerable<HistoryEvent> events) =>
        events
            .SkipWhile(happened => happened.WorkflowExecutionSignaledEventAttributes?.SignalName != WorkflowMessageNames.Pause)
            .Any(happened => happened.EventType == EventType.WorkflowTaskCompleted);

    private static async Task<IReadOnlyList<string>> ActivitiesAsync(ScriptedRun run) =>
        [.. (await EventsAsync(run)).Select(happened => happened.ActivityTaskScheduledEventAttributes?.ActivityType.Name).OfType<string>()];

    private static async Task<IReadOnlyCollection<HistoryEvent>> EventsAsync(ScriptedRun run) =>
        (await run.Client.GetWorkflowHandle(RunIds.ForTask(run.RunId, "a")).FetchHistoryAsync()).Events;
}
