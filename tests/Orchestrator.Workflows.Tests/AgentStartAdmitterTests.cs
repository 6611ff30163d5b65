using Orchestrator.Messages;
using Orchestrator.TestKit;
using Orchestrator.Usage;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Xunit;

namespace Orchestrator.Workflows.Tests;

/// <summary>The governor of an account as a workflow: the rules of the ledgers, with updates in place of a lock.</summary>
public sealed class AgentStartAdmitterTests
{
    internal const string Account = "claude";

    /// <summary>
    /// Requests two starts with one slot, ends the first, and lets the governor continue as new. Used for a recorded history.
    /// </summary>
    internal static async Task PlayAsync(ScriptedRun run)
    {
        await CallAsync(run, Start("a"), continueAfter: 4);
        var turn = AwaitTurnAsync(run, "b");
        await CallAsync(run, Ended("a", 1_000_000));
        await turn;
        await CallAsync(run, Start("b"));
        await ContinuedAsync(run);
        await run.Client.GetWorkflowHandle(RunIds.ForGovernor(Account)).TerminateAsync();
    }

    [Fact]
    public async Task Call_RepeatedAlsoAfterItHasContinued_CountsOnce()
    {
        await using var run = await ScriptedRun.CreateAsync([RunTests.Task("t")]);
        var ended = Ended("a", 1_500_000);

        var admitted = await CallAsync(run, Start("a"), continueAfter: 3);
        var again = await CallAsync(run, Start("a"));
        var settled = await CallAsync(run, ended);
        await ContinuedAsync(run);
        var repeated = await CallAsync(run, ended);

        Assert.IsType<AgentAdmittedDecision>(admitted.Admission);
        Assert.IsType<AgentAdmittedDecision>(again.Admission);
        Assert.True(settled.IsSettled && repeated.IsSettled);
        var ledger = (await StateAsync(run)).Ledger!;
        Assert.Empty(ledger.Reservations);
        Assert.Equal(1_500_000, ledger.SpentIn("account:claude/2026-11").Micros);
    }

    [Fact]
    public async Task Call_ManyStartsAtOnceForOneSlot_AdmitsOne()
    {
        await using var run = await ScriptedRun.CreateAsync([RunTests.Task("t")]);

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => CallAsync(run, Start($"t{i}"))));

        Assert.Single(answers, answer => answer.Admission is AgentAdmittedDecision);
        Assert.All(
            answers.Where(answer => answer.Admission is AgentStartDelayedDecision),
            answer => Assert.IsType<NoFreeSlotStartDelayCause>(((AgentStartDelayedDecision)answer.Admission!).Why)
        );
        Assert.Equal(11, (await StateAsync(run)).Ledger!.Waiting.Length);
    }

    /// <summary>
    /// A waiting run is notified when a slot is free, without polling. Without a waiting run the governor schedules nothing.
    /// </summary>
    [Fact]
    public async Task AwaitTurn_SlotIsFreed_AnswersAtOnceAndAnIdleGovernorDoesNothing()
    {
        await using var run = await ScriptedRun.CreateAsync([RunTests.Task("t")]);
        await CallAsync(run, Start("a"));

        var turn = AwaitTurnAsync(run, "b");
        await Eventually.AskAsync(async () => (await StateAsync(run)).Ledger is { Waiting.Length: 1 } waits ? waits : null);
        Assert.False(turn.IsCompleted);
        await CallAsync(run, Ended("a", 1));
        var answer = await turn.WaitAsync(TimeSpan.FromSeconds(8));

        Assert.False(answer.IsWaiting);
        Assert.IsType<AgentAdmittedDecision>((await CallAsync(run, Start("b"))).Admission);
        var history = await run.Client.GetWorkflowHandle(RunIds.ForGovernor(Account)).FetchHistoryAsync();
        Assert.Equal(
            history.Events.Count(e => e.EventType == EventType.TimerStarted),
            history.Events.Count(e => e.EventType is EventType.TimerCanceled or EventType.TimerFired)
        );
        Assert.DoesNotContain(history.Events, e => e.EventType == EventType.ActivityTaskScheduled);
    }

    [Fact]
    public async Task Call_LimitIsReached_RefusesEveryStartWithTheFactUntilTheReset()
    {
        await using var run = await ScriptedRun.CreateAsync([RunTests.Task("t")], skipsTime: true);
        await CallAsync(run, Start("a") with { Start = Request("a") with { Slots = null } });
        var reset = DateTimeOffset.UtcNow.AddHours(2);

        await CallAsync(run, Ended("a", 1) with { Reached = new UsageLimitRejection("five_hour", reset, "usage_limit_reached of run/a") });
        var refused = (await CallAsync(run, Start("b"))).Admission;
        await run.SkipAsync(TimeSpan.FromHours(2.5));
        var after = (await CallAsync(run, Start("b"))).Admission;

        var why = Assert.IsType<AccountInBackoffStartDelayCause>(Assert.IsType<AgentStartDelayedDecision>(refused).Why);
        Assert.Equal(("usage_limit_reached of run/a", "five_hour"), (why.Park.Fact, why.Park.Window));
        Assert.IsType<AgentAdmittedDecision>(after);
    }

    [Fact]
    public async Task Call_OfAnotherAccountOrUnreadable_IsRefusedAndLeavesNoEvent()
    {
        await using var run = await ScriptedRun.CreateAsync([RunTests.Task("t")]);
        await CallAsync(run, Start("a"));
        var governor = run.Client.GetWorkflowHandle<IGovernorWorkflow>(RunIds.ForGovernor(Account));
        var another = Start("a") with { Account = "api" };
        var before = (await governor.FetchHistoryAsync()).Events.Count;

        var foreign = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() => governor.ExecuteUpdateAsync(w => w.CallAsync(another)));
        var unreadable = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() =>
            governor.ExecuteUpdateAsync(WorkflowMessageNames.Call, [new { account = Account, worx = 1 }])
        );

        Assert.Equal("This workflow governs the account 'claude', not 'api'.", foreign.InnerException!.Message);
        Assert.StartsWith("'worx' is unknown; known are", unreadable.InnerException!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(
            (await governor.FetchHistoryAsync()).Events.Skip(before),
            e => e.EventType is EventType.WorkflowExecutionUpdateAccepted
        );
    }

    private static AgentStartRequest Request(string task) =>
        new()
        {
            Id = $"key/run/{task}/1",
            Account = Account,
            Repository = "key",
            Run = "run",
            Task = task,
            Attempt = 1,
            Holder = new AgentRunReservationHolderProcess("host", "1"),
            Slots = 1,
            Share = 50,
            Caps = [new BudgetCap(BudgetCapKind.Account, "account:claude/2026-11", 50_000_000)],
        };

    private static AccountGovernorRequest Start(string task) =>
        new()
        {
            RequestId = Guid.NewGuid().ToString("n"),
            Account = Account,
            Id = Request(task).Id,
            Start = Request(task),
        };

    private static AccountGovernorRequest Ended(string task, long micros) =>
        new()
        {
            RequestId = Guid.NewGuid().ToString("n"),
            Account = Account,
            Id = Request(task).Id,
            Ended = new EndedAgentRunUsage(new MoneyAndTokenAmount(micros, 10), []),
        };

    private static Task<AccountGovernorResponse> CallAsync(ScriptedRun run, AccountGovernorRequest call, int continueAfter = 0) =>
        run.Client.ExecuteUpdateWithStartWorkflowAsync(
            (IGovernorWorkflow w) => w.CallAsync(call),
            new WorkflowUpdateWithStartOptions(Governor(continueAfter)) { Id = call.RequestId }
        );

    private static Task<AgentStartWaitResult> AwaitTurnAsync(ScriptedRun run, string task)
    {
        var request = Request(task);
        return run.Client.ExecuteUpdateWithStartWorkflowAsync(
            (IGovernorWorkflow w) => w.AwaitTurnAsync(request, TimeSpan.FromSeconds(10)),
            new WorkflowUpdateWithStartOptions(Governor(0))
        );
    }

    private static WithStartWorkflowOperation<WorkflowHandle<IGovernorWorkflow>> Governor(int continueAfter)
    {
        var state = new GovernorWorkflowState { Account = Account, ContinueAfterCalls = continueAfter };
        return WithStartWorkflowOperation.Create(
            (IGovernorWorkflow w) => w.RunAsync(state),
            new WorkflowOptions(RunIds.ForGovernor(Account), QueueNames.Workflows)
            {
                IdConflictPolicy = WorkflowIdConflictPolicy.UseExisting,
            }
        );
    }

    private static Task<GovernorWorkflowState> StateAsync(ScriptedRun run) =>
        run.Client.GetWorkflowHandle<IGovernorWorkflow>(RunIds.ForGovernor(Account)).QueryAsync(w => w.Status());

    private static Task ContinuedAsync(ScriptedRun run) =>
        Eventually.AskAsync(async () =>
        {
            var history = await run.Client.GetWorkflowHandle(RunIds.ForGovernor(Account)).FetchHistoryAsync();
            return history.Events.First().WorkflowExecutionStartedEventAttributes.ContinuedExecutionRunId.Length > 0 ? history : null;
        });
}
