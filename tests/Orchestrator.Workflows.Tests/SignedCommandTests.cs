using Orchestrator.Messages;
using Orchestrator.Workflows.Runs;
using Temporalio.Exceptions;
using Xunit;
using static Orchestrator.Workflows.Tests.RunTests;

namespace Orchestrator.Workflows.Tests;

/// <summary>A run that requires the signature of an approver, and what clients of Temporal send to it and to its tasks.</summary>
public sealed class SignedCommandTests : IDisposable
{
    private readonly TestSigner _kim = new("kim");

    private RunWorkflowSettings Rules =>
        new()
        {
            Workers = 2,
            Approvers = [_kim.Key.ToString()],
            RequireProof = true,
        };

    public void Dispose() => _kim.Dispose();

    [Fact]
    public async Task Approval_Unsigned_IsRefusedAsUpdateAndAsSignalAndCountsOnceItIsSigned()
    {
        await using var run = await AwaitingApprovalAsync();
        var handle = run.Client.GetWorkflowHandle(run.RunId);
        var command = new ApprovalDecisionArguments(RunQuestion.Plan, "", "kim@laptop");

        var refused = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() =>
            run.Run.ExecuteUpdateAsync(w => w.ApproveAsync(command))
        );
        await handle.SignalAsync(SteeringCatalog.ApproveUpdate, [command]);
        var status = await run.UntilAsync(s => s.DroppedMessages.Count == 1);
        var approved = await ApproveAsync(run, _kim.Sign(run.RunId, SteeringCatalog.ApproveUpdate, command));

        Assert.Contains("only with the signature of an approver", refused.InnerException!.Message, StringComparison.Ordinal);
        Assert.Equal(RunStateNames.AwaitingApproval, status.State);
        Assert.True(approved.Changed);
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Contains(run.Activities.Events, e => e.By == $"kim@laptop (proven by kim, {_kim.Key.Fingerprint})");
    }

    /// <summary>
    /// A lost connection makes the client send a command again. Somebody else who has seen the command can send it again, too.
    /// </summary>
    [Fact]
    public async Task Approval_SentAgain_HasTheSameAnswerAndNoFurtherEffect()
    {
        await using var run = await AwaitingApprovalAsync();
        var signed = _kim.Sign(run.RunId, SteeringCatalog.ApproveUpdate, new ApprovalDecisionArguments(RunQuestion.Plan, "", "kim"));

        var first = await ApproveAsync(run, signed);
        var again = await ApproveAsync(run, signed);
        await run.ResultAsync();

        Assert.Equal(first, again);
        Assert.Single(run.Activities.Events, e => e.By?.Contains("proven", StringComparison.Ordinal) is true);
    }

    [Fact]
    public async Task PauseResumeAndCancel_Unsigned_StayPossible()
    {
        await using var run = await AwaitingApprovalAsync();

        Assert.True((await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(null))).Changed);
        Assert.True((await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null))).Changed);
        Assert.True((await run.Run.ExecuteUpdateAsync(w => w.CancelAsync(new RunSteeringArguments("", "lee")))).Changed);
        Assert.Equal(RunStateNames.Cancelled, (await run.ResultAsync()).State);
        Assert.Contains(run.Activities.Events, e => e.By == "lee (claimed)");
    }

    /// <summary>The run passes decisions on to its tasks, whose workflows any client can reach, too.</summary>
    [Fact]
    public async Task Decision_SentToTheTaskItself_IsDroppedUnlessTheRunPassesASignedOneOn()
    {
        var answers = new List<string>();
        await using var run = await ScriptedRun.StartAsync(
            [Task("a") with { MaxRemediations = 0 }],
            a =>
                a.Agent = (input, _) =>
                {
                    answers.Add(input.Guidance);
                    return System.Threading.Tasks.Task.FromResult(
                        answers.Count < 2
                            ? new AgentRunResult
                            {
                                FailureClass = FailureClass.Blocked,
                                Session = "s",
                                Message = "which one?",
                            }
                            : ScriptedActivities.Done()
                    );
                },
            Rules
        );
        await run.UntilAsync(s => s.Tasks is [{ State: TaskStateNames.Blocked }]);
        var task = run.Client.GetWorkflowHandle<ITaskWorkflow>(RunIds.ForTask(run.RunId, "a"));
        var stolen = _kim.Sign(run.RunId, SteeringCatalog.RetryTaskUpdate, new TaskSteeringArguments("a", "the left one", "kim"));

        await task.SignalAsync(w => w.GoOnAsync("the wrong one", null));
        await task.SignalAsync(w => w.GoOnAsync("the wrong one", stolen));
        await task.SignalAsync(w => w.DecideAsync(true, DecidingUser.Of("kim"), null));
        await run.UntilAsync(s => s.DroppedMessages.Count == 2);
        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(stolen));

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal(["", "the left one"], answers);
    }

    [Fact]
    public async Task Decision_AboutATaskAtWork_ReachesItWithItsProof()
    {
        AgentRequestApprovalDecision? decided = null;
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a =>
            {
                a.Agent = (input, _) =>
                    System.Threading.Tasks.Task.FromResult(
                        input.Start == 1
                            ? new AgentRunResult
                            {
                                FailureClass = FailureClass.Blocked,
                                Session = "s",
                                Message = "needs pandas",
                            }
                            : ScriptedActivities.Done()
                    );
                a.JudgeRequest = input =>
                    (decided = input.Decision) is null
                        ? new AgentRequestEvaluationResult
                        {
                            Step = AgentRequestNextStepKinds.Ask,
                            Asks = ApprovalKinds.Dependency,
                            Text = "May a have pandas?",
                        }
                        : new AgentRequestEvaluationResult { Step = AgentRequestNextStepKinds.Install };
            },
            Rules
        );
        await run.UntilAsync(s => s.Tasks is [{ State: TaskStateNames.AwaitingApproval }]);
        var task = run.Client.GetWorkflowHandle<ITaskWorkflow>(RunIds.ForTask(run.RunId, "a"));

        await task.SignalAsync(w => w.DecideAsync(true, DecidingUser.Of("kim (proven by kim)"), null));
        await run.UntilAsync(s => s.DroppedMessages.Count == 1);
        await ApproveAsync(
            run,
            _kim.Sign(run.RunId, SteeringCatalog.ApproveUpdate, new ApprovalDecisionArguments("a", "we trust it", "kim"))
        );

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal(
            new ApprovedByUserReason(DecidingUser.Of($"kim (proven by kim, {_kim.Key.Fingerprint})", "we trust it")),
            decided!.Why
        );
    }

    [Fact]
    public async Task Answers_OfACheckpoint_StayKnownAsLongAsTheirSignaturesCount()
    {
        var now = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
        var before = new AnsweredSignedCommandStore();
        var old = _kim.Sign("run-1", SteeringCatalog.PromoteUpdate, new RunSteeringArguments(), now.AddHours(-20));
        var young = _kim.Sign("run-1", SteeringCatalog.PromoteUpdate, new RunSteeringArguments(), now);
        before.StoreAnswer(old, Answer("old"), now);
        before.StoreAnswer(young, Answer("young"), now);
        before.StoreAnswer(new RunSteeringArguments(), Answer("unsigned"), now);

        var after = new AnsweredSignedCommandStore();
        after.Restore(before.ToCheckpoint(now.AddHours(5)));

        Assert.False(after.TryFindAnswer(old, out _));
        Assert.True(after.TryFindAnswer(young, out var answer));
        Assert.Equal(new SteeringUpdateResult("young", true), await answer);
        Assert.Null(new AnsweredSignedCommandStore().ToCheckpoint(now));
    }

    private static Task<object?> Answer(string text) =>
        System.Threading.Tasks.Task.FromResult<object?>(new SteeringUpdateResult(text, true));

    private async Task<ScriptedRun> AwaitingApprovalAsync()
    {
        var run = await ScriptedRun.StartAsync([Task("a")], a => a.Plan = plan => plan with { ApprovalReason = "it is new" }, Rules);
        await run.UntilAsync(s => s.State == RunStateNames.AwaitingApproval);
        return run;
    }

    private static Task<SteeringUpdateResult> ApproveAsync(ScriptedRun run, ApprovalDecisionArguments command) =>
        run.Run.ExecuteUpdateAsync(w => w.ApproveAsync(command));
}
