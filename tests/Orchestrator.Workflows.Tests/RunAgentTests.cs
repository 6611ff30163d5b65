using Orchestrator.Messages;
using Orchestrator.Plans;
using Xunit;
using static Orchestrator.Workflows.Tests.RunTests;

namespace Orchestrator.Workflows.Tests;

/// <summary>Tasks whose agents or gates fail, wait or ask.</summary>
public sealed class RunAgentTests
{
    [Fact]
    public async Task Task_GateFailsFirst_IsRemediatedInTheSameConversation()
    {
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a =>
                a.Verify = input =>
                    input.Attempt == 1
                        ? new VerifyResult
                        {
                            Commit = "c1",
                            Problems = ["Gate failed: tests."],
                            ProblemsFile = "problems-1.md",
                        }
                        : new VerifyResult { Commit = "c2", Measurements = [new TaskMeasurement("speed", ">= 1", 2m, null, true)] }
        );

        await run.ResultAsync();

        var starts = run.Activities.Starts.ToList();
        Assert.Equal(2, starts.Count);
        Assert.Equal(("s", "problems-1.md", 2, 2), (starts[1].Session, starts[1].ProblemsFile, starts[1].Attempt, starts[1].Start));
        var status = (await run.StatusAsync()).Tasks[0];
        Assert.Equal(2, status.Attempt);
        Assert.Equal(2m, Assert.Single(status.Measurements!).Measured);
    }

    [Fact]
    public async Task Task_GateFailsAlways_FailsAfterItsRemediationsAndSkipsDependants()
    {
        await using var run = await ScriptedRun.StartAsync(
            [Task("a") with { MaxRemediations = 1 }, Task("b", "a"), Task("c")],
            a =>
                a.Verify = input =>
                    input.Task.Task.Id == "a"
                        ? new VerifyResult { Problems = ["wrong"], ProblemsFile = "p" }
                        : new VerifyResult { Commit = "c" }
        );

        var status = await run.UntilAsync(s => s.State == RunStateNames.Escalated);

        Assert.Equal([TaskStateNames.Failed, TaskStateNames.Skipped, TaskStateNames.Merged], status.Tasks.Select(t => t.State));
        Assert.Equal(2, status.Tasks[0].Starts);
        Assert.Contains(status.Questions, q => q.Id == "a" && q.Commands.Any(c => c.Contains("retry", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Retry_AfterFailure_GoesOnWithGuidanceAndCompletes()
    {
        var fail = true;
        await using var run = await ScriptedRun.StartAsync(
            [Task("a") with { MaxRemediations = 0 }, Task("b", "a")],
            a => a.Verify = _ => fail ? new VerifyResult { Problems = ["wrong"], ProblemsFile = "p" } : new VerifyResult { Commit = "c" }
        );
        await run.UntilAsync(s => s.State == RunStateNames.Escalated);
        fail = false;

        var command = new TaskSteeringArguments("a", "use the other library");
        var answer = await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(command));

        Assert.True(answer.Changed);
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        var last = run.Activities.Starts.Last(s => s.Task.Task.Id == "a");
        Assert.Equal(("use the other library", 2, 2), (last.Guidance, last.Attempt, last.Start));
    }

    [Fact]
    public async Task Skip_FailedTask_LetsTheRunComplete()
    {
        await using var run = await ScriptedRun.StartAsync(
            [Task("a") with { MaxRemediations = 0 }, Task("b", "a")],
            a =>
                a.Verify = input =>
                    input.Task.Task.Id == "a"
                        ? new VerifyResult { Problems = ["wrong"], ProblemsFile = "p" }
                        : new VerifyResult { Commit = "c" }
        );
        await run.UntilAsync(s => s.State == RunStateNames.Escalated);

        await run.Run.SignalAsync("skipTask", [new TaskSteeringArguments("a")]);

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal(["b"], run.Activities.Merged);
    }

    [Fact]
    public async Task Agent_TransientFailures_AreRetriedInTheSameConversationAndNotCountedAsAttempts()
    {
        var calls = 0;
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a =>
                a.Agent = (_, _) =>
                    System.Threading.Tasks.Task.FromResult(
                        ++calls < 3
                            ? new AgentRunResult
                            {
                                FailureClass = FailureClass.Transient,
                                Message = "overloaded",
                                Session = "s",
                            }
                            : ScriptedActivities.Done()
                    )
        );

        await run.ResultAsync();

        Assert.Equal([1, 1, 1], run.Activities.Starts.Select(s => s.Attempt));
        Assert.Equal(["", "s", "s"], run.Activities.Starts.Select(s => s.Session));
    }

    [Fact]
    public async Task Agent_UsageLimitWithResetTime_ParksByATimerAndGoesOn()
    {
        var calls = 0;
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a =>
                a.Agent = (_, _) =>
                    System.Threading.Tasks.Task.FromResult(
                        ++calls == 1
                            ? new AgentRunResult
                            {
                                FailureClass = FailureClass.UsageLimit,
                                Message = "session limit",
                                ResetAt = DateTimeOffset.UtcNow.AddHours(5),
                                Session = "s",
                            }
                            : ScriptedActivities.Done()
                    )
        );
        var status = await run.UntilAsync(s => s.Tasks is [{ State: TaskStateNames.Parked }]);
        Assert.Contains("session limit", status.Tasks[0].Reason);

        var command = new TaskSteeringArguments("a");
        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(command));

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal(2, run.Activities.Starts.Count);
    }

    /// <summary>Each agent continues from the other's files in its own conversation, without that of the other.</summary>
    [Fact]
    public async Task Agent_UsageLimitThatLasts_TheRelayGoesOnInItsOwnConversation()
    {
        var reset = DateTimeOffset.UtcNow.AddHours(5);
        await using var run = await ScriptedRun.StartAsync(
            [Task("a") with { Account = "claude", Relays = [new RelayAgentCandidate("codex", TimeSpan.FromHours(1))] }],
            a =>
            {
                a.Agent = (input, _) =>
                    System.Threading.Tasks.Task.FromResult(
                        input.Agent is null
                            ? new AgentRunResult
                            {
                                FailureClass = FailureClass.UsageLimit,
                                ResetAt = reset,
                                Session = "of claude",
                            }
                            : ScriptedActivities.Done("of codex")
                    );
                a.Verify = input =>
                    input.Attempt == 1
                        ? new VerifyResult
                        {
                            Commit = "c1",
                            Problems = ["A gate failed."],
                            ProblemsFile = "p",
                        }
                        : new VerifyResult { Commit = "c2" };
            }
        );

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);

        Assert.Equal(
            [(null, "", 1), ("codex", "", 2), ("codex", "of codex", 3)],
            run.Activities.Starts.Select(start => (start.Agent, start.Session, start.Start))
        );
        var task = (await run.StatusAsync()).Tasks[0];
        Assert.Equal(3, task.Starts);
        Assert.Equal(
            new TaskAgentSwitch
            {
                From = "claude",
                To = "codex",
                AfterStart = 1,
                LostConversation = true,
                Until = reset,
            },
            Assert.Single(task.Relays!)
        );
        Assert.Contains(
            run.Activities.Events,
            happened => happened.Reason.Contains("without the conversation with claude", StringComparison.Ordinal)
        );
    }

    /// <summary>A user who retries a task gives its own agent its turn again; what has happened stays known.</summary>
    [Fact]
    public async Task Retry_OfATaskThatWasRelayed_BeginsWithItsOwnAgent()
    {
        var isLimited = true;
        await using var run = await ScriptedRun.StartAsync(
            [
                Task("a") with
                {
                    Account = "claude",
                    MaxRemediations = 0,
                    Relays = [new RelayAgentCandidate("codex", TimeSpan.FromHours(1))],
                },
            ],
            a =>
            {
                a.Agent = (input, _) =>
                    System.Threading.Tasks.Task.FromResult(
                        input.Agent is null && isLimited
                            ? new AgentRunResult
                            {
                                FailureClass = FailureClass.UsageLimit,
                                ResetAt = DateTimeOffset.UtcNow.AddHours(2),
                                NeverBegun = true,
                            }
                            : ScriptedActivities.Done()
                    );
                a.Verify = _ =>
                    isLimited ? new VerifyResult { Problems = ["wrong"], ProblemsFile = "p" } : new VerifyResult { Commit = "c" };
            }
        );
        await run.UntilAsync(s => s.State == RunStateNames.Escalated);
        isLimited = false;

        var command = new TaskSteeringArguments("a");
        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(command));

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal([(null, 1), ("codex", 1), (null, 2)], run.Activities.Starts.Select(start => (start.Agent, start.Start)));
        var task = (await run.StatusAsync()).Tasks[0];
        Assert.Null(task.Agent);
        Assert.False(Assert.Single(task.Relays!).LostConversation);
        Assert.Equal(2, task.Starts);
    }

    [Fact]
    public async Task Agent_KilledBeforeItsProgramRan_IsNotCountedAsAStart()
    {
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a =>
                a.Agent = (input, _) =>
                    System.Threading.Tasks.Task.FromResult(
                        input.Start == 1
                            ? new AgentRunResult
                            {
                                FailureClass = FailureClass.Died,
                                Message = "killed",
                                NeverRan = true,
                            }
                            : ScriptedActivities.Done()
                    )
        );

        var result = await run.ResultAsync();

        Assert.Equal((RunStateNames.Completed, 1), (result.State, result.AgentStarts));
        // Its folder is used up, so the next start has the next number.
        Assert.Equal([1, 2], run.Activities.Starts.Select(start => start.Start));
    }

    [Fact]
    public async Task Agent_Blocked_WaitsForAnAnswerAndGoesOnWithIt()
    {
        var calls = 0;
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a =>
                a.Agent = (_, _) =>
                    System.Threading.Tasks.Task.FromResult(
                        ++calls == 1
                            ? new AgentRunResult
                            {
                                FailureClass = FailureClass.Blocked,
                                Message = "needs pandas>=2.0",
                                Session = "s",
                            }
                            : ScriptedActivities.Done()
                    )
        );
        var status = await run.UntilAsync(s => s.Questions.Count > 0);
        Assert.Contains("pandas", status.Questions[0].Question);

        var command = new TaskSteeringArguments("a", "it is installed now");
        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(command));

        await run.ResultAsync();
        Assert.Equal("it is installed now", run.Activities.Starts.Last().Guidance);
    }

    [Fact]
    public async Task Agent_StoppedOnItsMachine_IsNotStartedAgainUntilItsTaskIsResumed()
    {
        var calls = 0;
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a =>
                a.Agent = (_, _) =>
                    System.Threading.Tasks.Task.FromResult(
                        ++calls > 1 ? ScriptedActivities.Done() : new AgentRunResult { FailureClass = FailureClass.Stopped, Session = "s" }
                    )
        );

        var paused = await run.UntilAsync(s => s.Tasks.Count > 0 && s.Tasks[0].Paused);
        Assert.IsType<AgentStoppedByUserReason>(paused.Tasks[0].Why);
        Assert.Single(run.Activities.Starts);
        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(new TaskSteeringArguments("a")));

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal("s", run.Activities.Starts.ElementAt(1).Session);
    }

    /// <summary>
    /// A later execution of the run does not follow what an earlier one started, and only its end makes the task's id free.
    /// </summary>
    [Fact]
    public async Task Retry_AfterContinueAsNewOfATaskThatStillGivesUpItsWorktree_WaitsForItAndGoesOn()
    {
        var hopeless = true;
        var release = new TaskCompletionSource();
        await using var run = await ScriptedRun.StartAsync(
            [Task("a"), .. Enumerable.Range(0, 12).Select(i => i == 0 ? Task("t0") : Task($"t{i}", $"t{i - 1}"))],
            a =>
            {
                a.Agent = (input, _) =>
                    System.Threading.Tasks.Task.FromResult(
                        input.Task.Task.Id == "a" && hopeless
                            ? new AgentRunResult { FailureClass = FailureClass.GaveUp, Message = "no idea" }
                            : ScriptedActivities.Done()
                    );
                a.Release = input => input.TaskId == "a" ? release.Task : System.Threading.Tasks.Task.CompletedTask;
            },
            settings: new RunWorkflowSettings { Workers = 3, ContinueAfterEvents = 40 }
        );
        await run.UntilAsync(s => s.State == RunStateNames.Escalated);
        var started = (await run.Client.GetWorkflowHandle(run.RunId).FetchHistoryAsync())
            .Events.First()
            .WorkflowExecutionStartedEventAttributes;
        hopeless = false;

        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(new TaskSteeringArguments("a")));
        await run.UntilAsync(s => s.Tasks[0].State == TaskStateNames.Preparing);
        release.SetResult();

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.NotEqual(started.FirstExecutionRunId, started.OriginalExecutionRunId);
        Assert.DoesNotContain(run.Activities.Events, e => e.Why is TaskWorkflowStillOpenReason);
    }
}
