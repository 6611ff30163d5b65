using Orchestrator.Messages;
using Orchestrator.Plans;
using Temporalio.Exceptions;
using Xunit;

namespace Orchestrator.Workflows.Tests;

public sealed class RunTests
{
    [Fact]
    public async Task Run_Diamond_MergesEachTaskOnceInOrderAndLands()
    {
        await using var run = await ScriptedRun.StartAsync([Task("a"), Task("b", "a"), Task("c", "a"), Task("d", "b", "c")]);

        var result = await run.ResultAsync();

        Assert.Equal(RunStates.Completed, result.State);
        Assert.Equal("landed", result.LandedCommit);
        Assert.Equal(4, result.AgentStarts);
        var merged = run.Activities.Merged.ToList();
        Assert.Equal(4, merged.Count);
        Assert.Equal("a", merged[0]);
        Assert.Equal("d", merged[3]);
        var status = await run.StatusAsync();
        Assert.Equal(RunStates.Completed, status.State);
        Assert.Equal(2.0m, status.Cost);
        Assert.Equal(Enumerable.Range(1, run.Activities.Events.Count).Select(i => (long)i), run.Activities.Events.Select(e => e.Sequence));
    }

    [Fact]
    public async Task Run_WorktreeThatIsSlowToGiveBack_HoldsUpNoMergeButTheEnd()
    {
        var next = new TaskCompletionSource();
        await using var run = await ScriptedRun.StartAsync(
            [Task("a"), Task("b", "a")],
            a =>
            {
                a.Release = input => input.TaskId == "a" ? next.Task : System.Threading.Tasks.Task.CompletedTask;
                a.Land = () =>
                {
                    next.SetResult();
                    return new LandResult { Landed = true, Commit = "landed" };
                };
            }
        );

        var result = await run.ResultAsync();

        Assert.Equal(RunStates.Completed, result.State);
        Assert.Equal(["a", "b"], run.Activities.Merged);
        Assert.Equal(["a", "b"], run.Activities.ReleasedAtEnd.Order());
    }

    /// <summary>A hold is no start and no attempt, and the words of a person are still told to the start that comes of it.</summary>
    [Fact]
    public async Task Run_AgentThatIsHeld_SaysWhyAndStartsOnceWhenItIsReleased()
    {
        var release = new TaskCompletionSource();
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a =>
                a.Agent = async (input, stop) =>
                {
                    if (!input.AwaitRelease)
                    {
                        return release.Task.IsCompleted ? ScriptedActivities.Done() : Held("held by maria: red tests");
                    }
                    await release.Task.WaitAsync(stop);
                    return Held("");
                }
        );

        var held = await run.UntilAsync(s => s.Tasks.Any(t => t.Reason == "held by maria: red tests"));
        release.SetResult();
        var result = await run.ResultAsync();

        Assert.Equal(TaskStates.Executing, held.Tasks[0].State);
        Assert.Equal((RunStates.Completed, 1), (result.State, result.AgentStarts));
        Assert.Equal([(1, false), (1, true), (1, false)], run.Activities.Starts.Select(s => (s.Start, s.AwaitRelease)));
        Assert.Contains(run.Activities.Events, e => e is { Task: "a", Reason: "held by maria: red tests" });

        static AgentRunResult Held(string why) =>
            new()
            {
                FailureClass = FailureClasses.Held,
                Message = why,
                NeverBegun = true,
            };
    }

    [Fact]
    public async Task Run_TwoWorkers_NeverMoreAgentsThanThat()
    {
        await using var run = await ScriptedRun.StartAsync(
            [.. Enumerable.Range(0, 6).Select(i => Task($"t{i}"))],
            a =>
                a.Agent = async (_, stop) =>
                {
                    await System.Threading.Tasks.Task.Delay(50, stop);
                    return ScriptedActivities.Done();
                },
            new RunRules { Workers = 2 }
        );

        await run.ResultAsync();

        Assert.InRange(run.Activities.MostAgentsAtOnce, 1, 2);
    }

    [Fact]
    public async Task Run_UnknownMemberInInput_FailsAndNamesIt()
    {
        await using var run = await ScriptedRun.CreateAsync([Task("a")]);
        var json = System.Text.Json.JsonDocument.Parse("""{"repository":"/r","planFile":"tasks.yaml","wrokers":3}""").RootElement;
        await run.Client.StartWorkflowAsync("OrchestrationWorkflow", [json], new(run.RunId, TaskQueues.Workflows));

        var failure = await Assert.ThrowsAsync<WorkflowFailedException>(run.ResultAsync);

        var inner = Assert.IsType<ApplicationFailureException>(failure.InnerException);
        Assert.Equal("InvalidInput", inner.ErrorType);
        Assert.Contains("wrokers", inner.Message);
    }

    [Fact]
    public async Task Run_PlanWithFaults_FailsWithAllOfThem()
    {
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a => a.Plan = _ => new PlanOutline { Faults = ["tasks.yaml:3:1: first", "tasks.yaml:9:1: second"] }
        );

        var failure = await Assert.ThrowsAsync<WorkflowFailedException>(run.ResultAsync);

        Assert.Contains("first", failure.InnerException!.Message);
        Assert.Contains("second", failure.InnerException.Message);
    }

    [Fact]
    public async Task Run_PreflightError_EndsAsFailedWithTheReason()
    {
        await using var run = await ScriptedRun.StartAsync([Task("a")], a => a.Check = r => r with { Errors = ["No commits. Make one."] });

        var failure = await Assert.ThrowsAsync<WorkflowFailedException>(run.ResultAsync);

        Assert.Contains("No commits", failure.InnerException!.Message);
        Assert.Empty(run.Activities.Starts);
    }

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

        var status = await run.UntilAsync(s => s.State == RunStates.Escalated);

        Assert.Equal([TaskStates.Failed, TaskStates.Skipped, TaskStates.Merged], status.Tasks.Select(t => t.State));
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
        await run.UntilAsync(s => s.State == RunStates.Escalated);
        fail = false;

        var command = new TaskCommand("a", "use the other library");
        var answer = await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(command));

        Assert.True(answer.Changed);
        Assert.Equal(RunStates.Completed, (await run.ResultAsync()).State);
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
        await run.UntilAsync(s => s.State == RunStates.Escalated);

        await run.Run.SignalAsync("skipTask", [new TaskCommand("a")]);

        Assert.Equal(RunStates.Completed, (await run.ResultAsync()).State);
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
                                FailureClass = FailureClasses.Transient,
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
                                FailureClass = FailureClasses.UsageLimit,
                                Message = "session limit",
                                ResetAt = DateTimeOffset.UtcNow.AddHours(5),
                                Session = "s",
                            }
                            : ScriptedActivities.Done()
                    )
        );
        var status = await run.UntilAsync(s => s.Tasks is [{ State: TaskStates.Parked }]);
        Assert.Contains("session limit", status.Tasks[0].Reason);

        var command = new TaskCommand("a");
        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(command));

        Assert.Equal(RunStates.Completed, (await run.ResultAsync()).State);
        Assert.Equal(2, run.Activities.Starts.Count);
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
                                FailureClass = FailureClasses.Blocked,
                                Message = "needs pandas>=2.0",
                                Session = "s",
                            }
                            : ScriptedActivities.Done()
                    )
        );
        var status = await run.UntilAsync(s => s.Questions.Count > 0);
        Assert.Contains("pandas", status.Questions[0].Question);

        var command = new TaskCommand("a", "it is installed now");
        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(command));

        await run.ResultAsync();
        Assert.Equal("it is installed now", run.Activities.Starts.Last().Guidance);
    }

    [Fact]
    public async Task Pause_AgentAtWork_InterruptsItAndResumeGoesOnInTheConversation()
    {
        var calls = 0;
        await using var run = await ScriptedRun.StartAsync(
            [Task("a"), Task("b", "a")],
            a =>
                a.Agent = async (input, stop) =>
                {
                    if (++calls > 1)
                    {
                        return ScriptedActivities.Done();
                    }
                    await System.Threading.Tasks.Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => { }, TaskScheduler.Default);
                    return new AgentRunResult { FailureClass = FailureClasses.Stopped, Session = "s" };
                }
        );
        await run.UntilAsync(s => s.Tasks.Count > 0 && s.Tasks[0].State == TaskStates.Executing && !run.Activities.Starts.IsEmpty);

        await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(null));
        var paused = await run.UntilAsync(s => s.Tasks[0].Paused);
        Assert.True(paused.Paused);
        Assert.False((await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(null))).Changed);
        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));

        Assert.Equal(RunStates.Completed, (await run.ResultAsync()).State);
        Assert.Equal("s", run.Activities.Starts.ElementAt(1).Session);
    }

    [Fact]
    public async Task Resume_OfTheRun_LeavesATaskThatWasPausedByName()
    {
        await using var run = await ScriptedRun.StartAsync(
            [Task("a"), Task("b")],
            a =>
                a.Agent = async (input, stop) =>
                {
                    if (input.Start > 1)
                    {
                        return ScriptedActivities.Done();
                    }
                    await System.Threading.Tasks.Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    return new AgentRunResult { FailureClass = FailureClasses.Stopped, Session = "s" };
                }
        );
        await run.UntilAsync(_ => run.Activities.Starts.Count == 2);

        await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(new TaskCommand("a")));
        await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(null));
        await run.UntilAsync(s => s.Tasks.All(t => t.Paused));
        var resumed = await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));
        var one = await run.UntilAsync(s => s.Tasks[1].State == TaskStates.Merged);
        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(new TaskCommand("a")));

        Assert.Contains("stays so: a.", resumed.Message, StringComparison.Ordinal);
        Assert.True(one.Tasks[0].Paused);
        Assert.Equal(RunStates.Completed, (await run.ResultAsync()).State);
    }

    [Fact]
    public async Task Resume_OfARunThatHasContinuedAsNew_LeavesATaskThatWasPausedByName()
    {
        var go = new TaskCompletionSource();
        await using var run = await ScriptedRun.StartAsync(
            [Task("a"), .. Enumerable.Range(0, 12).Select(i => i == 0 ? Task("t0") : Task($"t{i}", $"t{i - 1}"))],
            a =>
                a.Agent = async (input, stop) =>
                {
                    if (input.Task.Task.Id != "a")
                    {
                        await go.Task.WaitAsync(stop);
                    }
                    else if (input.Start == 1)
                    {
                        await System
                            .Threading.Tasks.Task.Delay(Timeout.Infinite, stop)
                            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    }
                    return stop.IsCancellationRequested
                        ? new AgentRunResult { FailureClass = FailureClasses.Stopped, Session = "s" }
                        : ScriptedActivities.Done();
                },
            new RunRules
            {
                Workers = 3,
                Retry = new RetryRule { BaseDelay = TimeSpan.FromMilliseconds(10) },
                ContinueAfterEvents = 40,
            }
        );
        await run.UntilAsync(s => s.Tasks.Count > 0 && s.Tasks[0].Starts == 1 && !run.Activities.Starts.IsEmpty);
        await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(new TaskCommand("a")));
        await run.UntilAsync(s => s.Tasks[0].Paused);
        go.SetResult();
        await run.UntilAsync(s => s.Tasks[^1].State == TaskStates.Merged);

        await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(null));
        var resumed = await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));
        var stays = (await run.StatusAsync()).Tasks[0];
        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(new TaskCommand("a")));

        Assert.Contains("stays so: a.", resumed.Message, StringComparison.Ordinal);
        Assert.True(stays.Paused);
        Assert.Equal(RunStates.Completed, (await run.ResultAsync()).State);
        var started = (await run.Client.GetWorkflowHandle(run.RunId).FetchHistoryAsync())
            .Events.First()
            .WorkflowExecutionStartedEventAttributes;
        Assert.NotEqual(started.FirstExecutionRunId, started.OriginalExecutionRunId);
    }

    /// <summary>
    /// Between a worker that has gone and the next one the engine closes a cancelled activity by itself: no agent has heard of it.
    /// </summary>
    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    public async Task Pause_AgentFollowedByNobody_IsStoppedAsSoonAsSomebodyCan(bool neverBegun, int starts)
    {
        var released = 0;
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a =>
                a.Agent = (input, _) =>
                    input switch
                    {
                        { Start: 1, Stop: false } => throw new ApplicationFailureException(
                            "the worker stops",
                            FailureTypes.WorkerStops,
                            nonRetryable: false,
                            nextRetryDelay: TimeSpan.FromHours(++released)
                        ),
                        { Start: 1, Stop: true } => System.Threading.Tasks.Task.FromResult(
                            new AgentRunResult
                            {
                                FailureClass = FailureClasses.Stopped,
                                Session = "kept",
                                NeverBegun = neverBegun,
                            }
                        ),
                        _ => System.Threading.Tasks.Task.FromResult(ScriptedActivities.Done()),
                    }
        );
        await run.UntilAsync(_ => released > 0);

        await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(null));
        await run.UntilAsync(s => s.Tasks[0].Paused);
        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));

        Assert.Equal(RunStates.Completed, (await run.ResultAsync()).State);
        Assert.Equal([(1, false, ""), (1, true, ""), (2, false, "kept")], run.Activities.Starts.Select(s => (s.Start, s.Stop, s.Session)));
        Assert.Equal((1, starts), ((await run.StatusAsync()).Tasks[0].Attempt, (await run.StatusAsync()).Tasks[0].Starts));
    }

    /// <summary>The engine tries no attempt again that is to be cancelled, whatever its failure asks for.</summary>
    [Theory]
    [InlineData(FailureTypes.WorkerStops)]
    [InlineData(FailureTypes.WorkerDied)]
    public async Task Pause_WorkerLetsGoOfTheAgentMeanwhile_IsStoppedByTheNextOneAndGoesOn(string type)
    {
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a =>
                a.Agent = async (input, stop) =>
                {
                    if (input.Stop)
                    {
                        return new AgentRunResult { FailureClass = FailureClasses.Stopped, Session = "kept" };
                    }
                    if (input.Start > 1)
                    {
                        return ScriptedActivities.Done();
                    }
                    await System.Threading.Tasks.Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    throw new ApplicationFailureException(
                        "the worker stops or died",
                        type,
                        nonRetryable: false,
                        nextRetryDelay: TimeSpan.FromMilliseconds(1)
                    );
                }
        );
        await run.UntilAsync(_ => !run.Activities.Starts.IsEmpty);

        await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(null));
        await run.UntilAsync(s => s.Tasks[0].Paused);
        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));

        Assert.Equal(RunStates.Completed, (await run.ResultAsync()).State);
        Assert.Equal([(1, false, ""), (1, true, ""), (2, false, "kept")], run.Activities.Starts.Select(s => (s.Start, s.Stop, s.Session)));
    }

    [Fact]
    public async Task Cancel_AgentFollowedByNobody_IsStoppedAsSoonAsSomebodyCan()
    {
        var released = 0;
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a =>
                a.Agent = (input, _) =>
                    input.Stop
                        ? System.Threading.Tasks.Task.FromResult(
                            new AgentRunResult { FailureClass = FailureClasses.Stopped, Session = "kept" }
                        )
                        : throw new ApplicationFailureException(
                            "the worker stops",
                            FailureTypes.WorkerStops,
                            nonRetryable: false,
                            nextRetryDelay: TimeSpan.FromHours(++released)
                        )
        );
        await run.UntilAsync(_ => released > 0);

        await run.Run.ExecuteUpdateAsync(w => w.CancelTaskAsync(new TaskCommand("a")));

        var ended = await run.UntilAsync(s => TaskStates.IsEnd(s.Tasks[0].State));
        Assert.Equal(TaskStates.Cancelled, ended.Tasks[0].State);
        Assert.Equal([(1, false), (1, true)], run.Activities.Starts.Select(s => (s.Start, s.Stop)));
    }

    /// <summary>
    /// Its worker stops in the same moment: the engine tries nothing again that is to be cancelled, and closes the gates with the worker's
    /// failure.
    /// </summary>
    [Fact]
    public async Task Cancel_WorkerLetsGoOfTheGatesMeanwhile_EndsAsCancelled()
    {
        var verifying = false;
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a =>
                a.WhileVerifying = async stop =>
                {
                    verifying = true;
                    await System.Threading.Tasks.Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    throw new ApplicationFailureException("the worker is shutting down", "WorkerShutdown", nonRetryable: false);
                }
        );
        await run.UntilAsync(_ => verifying);

        await run.Run.ExecuteUpdateAsync(w => w.CancelTaskAsync(new TaskCommand("a")));

        var ended = (await run.UntilAsync(s => TaskStates.IsEnd(s.Tasks[0].State))).Tasks[0];
        Assert.Equal((TaskStates.Cancelled, "cancelled by a person; its files stay"), (ended.State, ended.Reason));
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
                        ++calls > 1
                            ? ScriptedActivities.Done()
                            : new AgentRunResult { FailureClass = FailureClasses.Stopped, Session = "s" }
                    )
        );

        var paused = await run.UntilAsync(s => s.Tasks.Count > 0 && s.Tasks[0].Paused);
        Assert.Contains("stopped by a person", paused.Tasks[0].Reason, StringComparison.Ordinal);
        Assert.Single(run.Activities.Starts);
        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(new TaskCommand("a")));

        Assert.Equal(RunStates.Completed, (await run.ResultAsync()).State);
        Assert.Equal("s", run.Activities.Starts.ElementAt(1).Session);
    }

    [Fact]
    public async Task Cancel_TasksAtWork_StopsThemAndEndsTheRun()
    {
        await using var run = await ScriptedRun.StartAsync(
            [Task("a"), Task("b", "a")],
            a =>
                a.Agent = async (_, stop) =>
                {
                    await System.Threading.Tasks.Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => { }, TaskScheduler.Default);
                    return new AgentRunResult { FailureClass = FailureClasses.Stopped };
                }
        );
        await run.UntilAsync(s => s.Tasks.Count > 0 && s.Tasks[0].State == TaskStates.Executing && !run.Activities.Starts.IsEmpty);

        await run.Run.ExecuteUpdateAsync(w => w.CancelAsync());

        Assert.Equal(RunStates.Cancelled, (await run.ResultAsync()).State);
        Assert.Equal(TaskStates.Cancelled, (await run.StatusAsync()).Tasks[0].State);
    }

    [Fact]
    public async Task Cancel_GatesOfAMergeWait_EndsWithoutThem()
    {
        var merging = 0;
        await using var run = await ScriptedRun.StartAsync(
            [Task("a"), Task("b")],
            a =>
                a.WhileMerging = stop =>
                {
                    Interlocked.Increment(ref merging);
                    return System.Threading.Tasks.Task.Delay(Timeout.Infinite, stop);
                }
        );
        await run.UntilAsync(s => merging == 1 && s.Tasks.Count == 2 && s.Tasks.All(t => t.State == TaskStates.Merging));

        await run.Run.ExecuteUpdateAsync(w => w.CancelAsync());

        Assert.Equal(RunStates.Cancelled, (await run.ResultAsync()).State);
        Assert.All((await run.StatusAsync()).Tasks, task => Assert.Equal(TaskStates.Cancelled, task.State));
        Assert.Equal((1, true), (merging, run.Activities.Merged.IsEmpty));
    }

    [Fact]
    public async Task Cancel_ByTemporalItself_StopsTasksAndEndsAsCancelled()
    {
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a =>
                a.Agent = async (_, stop) =>
                {
                    await System.Threading.Tasks.Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => { }, TaskScheduler.Default);
                    return new AgentRunResult { FailureClass = FailureClasses.Stopped };
                }
        );
        await run.UntilAsync(s => s.Tasks.Count > 0 && s.Tasks[0].State == TaskStates.Executing && !run.Activities.Starts.IsEmpty);

        await run.Run.CancelAsync();

        var failure = await Assert.ThrowsAsync<WorkflowFailedException>(run.ResultAsync);
        Assert.IsType<CanceledFailureException>(failure.InnerException);
    }

    [Fact]
    public async Task Approval_TaskThatAsksForOne_StartsOnlyAfterIt()
    {
        await using var run = await ScriptedRun.StartAsync([Task("a") with { RequiresApproval = true }]);
        await run.UntilAsync(s => s.Questions.Any(q => q.Id == "a"));
        Assert.Empty(run.Activities.Starts);

        var approval = new ApprovalCommand("a");
        await run.Run.ExecuteUpdateAsync(w => w.ApproveAsync(approval));

        Assert.Equal(RunStates.Completed, (await run.ResultAsync()).State);
    }

    [Fact]
    public async Task Approval_PlanRejected_EndsTheRunBeforeAnythingStarts()
    {
        await using var run = await ScriptedRun.StartAsync([Task("a")], a => a.Plan = p => p with { ApprovalReason = "Risk 80." });
        await run.UntilAsync(s => s.State == RunStates.AwaitingApproval);

        var rejection = new ApprovalCommand("plan", "too risky");
        await run.Run.ExecuteUpdateAsync(w => w.RejectAsync(rejection));

        var result = await run.ResultAsync();
        Assert.Equal(RunStates.Cancelled, result.State);
        Assert.Contains("too risky", result.Reason);
        Assert.Empty(run.Activities.Starts);
    }

    [Fact]
    public async Task MaxCost_Spent_StartsNothingMoreUntilAPersonResumes()
    {
        await using var run = await ScriptedRun.CreateAsync([Task("a"), Task("b", "a")]);
        await run.BeginAsync(
            new OrchestrationInput
            {
                Repository = "/repository",
                PlanFile = "tasks.yaml",
                MaxCost = 0.5m,
            }
        );
        var paused = await run.UntilAsync(s => s.Paused);
        Assert.Equal([TaskStates.Merged, TaskStates.Pending], paused.Tasks.Select(t => t.State));
        Assert.Contains("(maxCost)", paused.Reason, StringComparison.Ordinal);

        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));

        Assert.Equal(RunStates.Completed, (await run.ResultAsync()).State);
        Assert.DoesNotContain("maxCost", (await run.StatusAsync()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resume_PausedTasks_HoldTheirSlotsAgain()
    {
        var (atWork, most, go) = (0, 0, new TaskCompletionSource());
        var settings = new RunRules
        {
            Workers = 2,
            Retry = new RetryRule { BaseDelay = TimeSpan.FromMilliseconds(10) },
        };
        await using var run = await ScriptedRun.StartAsync(
            [Task("a"), Task("b"), Task("c"), Task("d")],
            a =>
                a.Agent = async (input, stop) =>
                {
                    if (input.Stop)
                    {
                        return new AgentRunResult { FailureClass = FailureClasses.Stopped };
                    }
                    most = Math.Max(most, Interlocked.Increment(ref atWork));
                    await System.Threading.Tasks.Task.WhenAny(go.Task, System.Threading.Tasks.Task.Delay(Timeout.Infinite, stop));
                    Interlocked.Decrement(ref atWork);
                    return stop.IsCancellationRequested
                        ? new AgentRunResult { FailureClass = FailureClasses.Stopped }
                        : ScriptedActivities.Done();
                },
            settings
        );
        await run.UntilAsync(s => s.Tasks.Count(t => t.State == TaskStates.Executing) == 2);
        await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(null));
        await run.UntilAsync(s => s.Tasks.Count(t => t.Paused) == 2);

        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));
        await run.UntilAsync(s => s.Tasks.Count(t => t.State == TaskStates.Executing && t.Starts == 2) == 2);
        go.SetResult();

        Assert.Equal(RunStates.Completed, (await run.ResultAsync()).State);
        Assert.Equal(2, most);
    }

    /// <summary>As with Ctrl-C and <c>resume</c>: nobody was asked about money.</summary>
    [Fact]
    public async Task MaxCost_NotSpentWhenAPersonResumes_HoldsOn()
    {
        var go = new TaskCompletionSource();
        await using var run = await ScriptedRun.CreateAsync(
            [Task("a"), Task("b", "a")],
            a =>
                a.Agent = async (input, stop) =>
                {
                    if (input.Stop)
                    {
                        return new AgentRunResult { FailureClass = FailureClasses.Stopped };
                    }
                    await go.Task.WaitAsync(stop);
                    return ScriptedActivities.Done();
                }
        );
        await run.BeginAsync(
            new OrchestrationInput
            {
                Repository = "/repository",
                PlanFile = "tasks.yaml",
                MaxCost = 0.5m,
            }
        );
        await run.UntilAsync(s => s.Tasks is [{ State: TaskStates.Executing }, ..]);
        await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(null));
        await run.UntilAsync(s => s.Tasks[0].Paused);
        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));

        go.SetResult();

        var held = await run.UntilAsync(s => s.Tasks[0].State == TaskStates.Merged && s.Paused);
        Assert.Equal(0, held.Tasks[1].Starts);
    }

    /// <summary>Whoever lets a run go on past its time was not asked about money.</summary>
    [Fact]
    public async Task Until_LiftedByAPerson_LeavesTheMoneyThatIsNotSpent()
    {
        await using var run = await ScriptedRun.CreateAsync([Task("a"), Task("b", "a")]);
        await run.BeginAsync(
            new OrchestrationInput
            {
                Repository = "/repository",
                PlanFile = "tasks.yaml",
                MaxCost = 0.5m,
                Until = DateTimeOffset.UtcNow.AddDays(-1),
            }
        );
        var late = await run.UntilAsync(s => s.Paused);
        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));
        var spent = await run.UntilAsync(s => s.Tasks[0].State == TaskStates.Merged && s.Paused);
        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));

        Assert.Contains("(until)", late.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("(maxCost)", late.Reason, StringComparison.Ordinal);
        Assert.Contains("(maxCost)", spent.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("(until)", spent.Reason, StringComparison.Ordinal);
        Assert.Equal(0, spent.Tasks[1].Starts);
        Assert.Equal(RunStates.Completed, (await run.ResultAsync()).State);
    }

    [Fact]
    public async Task MaxCost_LiftedByAPerson_StaysLiftedInLaterExecutions()
    {
        await using var run = await ScriptedRun.CreateAsync(
            [.. Enumerable.Range(0, 12).Select(i => i == 0 ? Task("t0") : Task($"t{i}", $"t{i - 1}"))],
            settings: new RunRules { Workers = 3, ContinueAfterEvents = 40 }
        );
        await run.BeginAsync(
            new OrchestrationInput
            {
                Repository = "/repository",
                PlanFile = "tasks.yaml",
                MaxCost = 0.5m,
            }
        );
        await run.UntilAsync(s => s.Paused);

        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));

        Assert.Equal(RunStates.Completed, (await run.ResultAsync()).State);
        Assert.Single(run.Activities.Events, e => e.Reason.Contains("maxCost", StringComparison.Ordinal));
        var started = (await run.Client.GetWorkflowHandle(run.RunId).FetchHistoryAsync())
            .Events.First()
            .WorkflowExecutionStartedEventAttributes;
        Assert.NotEqual(started.FirstExecutionRunId, started.OriginalExecutionRunId);
    }

    [Fact]
    public async Task Review_OnlyRecommended_IsAnsweredByYes()
    {
        await using var run = await ScriptedRun.CreateAsync([Task("a")], a => a.Plan = p => p with { ReviewReason = "Risk 40." });
        await run.BeginAsync(
            new OrchestrationInput
            {
                Repository = "/repository",
                PlanFile = "tasks.yaml",
                Yes = true,
            }
        );

        Assert.Equal(RunStates.Completed, (await run.ResultAsync()).State);
    }

    [Fact]
    public async Task Merge_Refused_GoesBackWithStagingInTheWorktree()
    {
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a =>
                a.Merge = input =>
                    input.Request.Attempt == 1
                        ? new MergeResult { Message = "Conflict in x.txt.", ProblemsFile = "conflict.md" }
                        : new MergeResult { Merged = true, Commit = "m" }
        );

        await run.ResultAsync();

        Assert.Equal("conflict.md", run.Activities.Starts.Last().ProblemsFile);
        Assert.Equal(2, (await run.StatusAsync()).Tasks[0].Attempt);
    }

    [Fact]
    public async Task Land_NeedsAPerson_WaitsAndPromoteFinishes()
    {
        var clean = false;
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a =>
                a.Land = () =>
                    clean ? new LandResult { Landed = true, Commit = "x" } : new LandResult { Message = "The checkout is dirty." }
        );
        var waiting = await run.UntilAsync(s => s.State == RunStates.AwaitingPromotion);
        Assert.Contains(waiting.Questions, q => q.Id == "promote");
        clean = true;

        await run.Run.ExecuteUpdateAsync(w => w.PromoteAsync());

        Assert.Equal("x", (await run.ResultAsync()).LandedCommit);
    }

    [Fact]
    public async Task ContinueAsNew_ForcedEveryFewEvents_LosesNoTask()
    {
        await using var run = await ScriptedRun.StartAsync(
            [.. Enumerable.Range(0, 12).Select(i => i < 3 ? Task($"t{i}") : Task($"t{i}", $"t{i - 3}"))],
            settings: new RunRules { Workers = 3, ContinueAfterEvents = 40 }
        );

        var result = await run.ResultAsync();

        Assert.Equal(RunStates.Completed, result.State);
        Assert.Equal(12, run.Activities.Merged.Distinct().Count());
        Assert.Equal(12, run.Activities.Merged.Count);
        Assert.Equal(12, result.AgentStarts);
        var history = await run.Client.GetWorkflowHandle(run.RunId).FetchHistoryAsync();
        var started = history.Events.First().WorkflowExecutionStartedEventAttributes;
        Assert.NotEqual(started.FirstExecutionRunId, started.OriginalExecutionRunId);
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
                            ? new AgentRunResult { FailureClass = FailureClasses.GaveUp, Message = "no idea" }
                            : ScriptedActivities.Done()
                    );
                a.Release = input => input.TaskId == "a" ? release.Task : System.Threading.Tasks.Task.CompletedTask;
            },
            settings: new RunRules { Workers = 3, ContinueAfterEvents = 40 }
        );
        await run.UntilAsync(s => s.State == RunStates.Escalated);
        var started = (await run.Client.GetWorkflowHandle(run.RunId).FetchHistoryAsync())
            .Events.First()
            .WorkflowExecutionStartedEventAttributes;
        hopeless = false;

        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(new TaskCommand("a")));
        await run.UntilAsync(s => s.Tasks[0].State == TaskStates.Preparing);
        release.SetResult();

        Assert.Equal(RunStates.Completed, (await run.ResultAsync()).State);
        Assert.NotEqual(started.FirstExecutionRunId, started.OriginalExecutionRunId);
        Assert.DoesNotContain(run.Activities.Events, e => e.Reason.Contains("another execution", StringComparison.Ordinal));
    }

    /// <summary>As with <c>orchestrate cancel</c> right after a start, or while no engine runs.</summary>
    [Fact]
    public async Task Steering_BeforeTheFirstTaskOfTheRun_IsDoneAsSoonAsItCanBe()
    {
        var go = new TaskCompletionSource();
        await using var run = await ScriptedRun.CreateAsync(
            [Task("a")],
            a =>
                a.Agent = async (input, stop) =>
                {
                    if (input.Stop)
                    {
                        return new AgentRunResult { FailureClass = FailureClasses.Stopped };
                    }
                    await go.Task.WaitAsync(stop);
                    return ScriptedActivities.Done();
                }
        );
        await run.StopWorkersAsync();
        await run.BeginAsync();
        await run.Run.SignalAsync("setConcurrency", [7]);
        await run.Run.SignalAsync("promote", []);

        run.Work();

        var working = await run.UntilAsync(s => s.State == RunStates.Executing && s.Workers == 7);
        await run.UntilAsync(_ => run.Activities.Events.Any(e => e.Reason.Contains("can be promoted", StringComparison.Ordinal)));
        Assert.False(working.Paused);
        await run.StopWorkersAsync();
        await run.Run.SignalAsync("cancel", []);
        run.Work();
        Assert.Equal(RunStates.Cancelled, (await run.ResultAsync()).State);
    }

    /// <summary>As with <c>orchestrate pause RUN/TASK</c> while no engine runs.</summary>
    [Theory]
    [InlineData("pause", "b")]
    [InlineData("pause", "nobody")]
    [InlineData("resume", "nobody")]
    public async Task Signal_RefusedCommand_IsNotedAndTheRunGoesOn(string command, string task)
    {
        await using var run = await ScriptedRun.StartAsync([Task("a") with { RequiresApproval = true }, Task("b", "a")]);
        await run.UntilAsync(s => s.Tasks.Count == 2 && s.Questions.Count == 1);

        await run.Run.SignalAsync(command, [new TaskCommand(task)]);
        await run.UntilAsync(_ => run.Activities.Events.Any(e => e.Reason.StartsWith("a command was refused", StringComparison.Ordinal)));
        await run.Run.ExecuteUpdateAsync(w => w.ApproveAsync(new ApprovalCommand("a", "")));

        Assert.Equal(RunStates.Completed, (await run.ResultAsync()).State);
    }

    [Fact]
    public async Task Steering_UnknownTask_IsRefusedWithItsName()
    {
        await using var run = await ScriptedRun.StartAsync([Task("a") with { RequiresApproval = true }]);
        await run.UntilAsync(s => s.Tasks.Count == 1);

        var command = new TaskCommand("nobody");
        var failure = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() =>
            run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(command))
        );

        Assert.Contains("nobody", failure.InnerException!.Message);
    }

    internal static TaskOutline Task(string id, params string[] dependsOn) =>
        new()
        {
            Id = id,
            Title = $"Task {id}",
            DependsOn = dependsOn,
        };
}
