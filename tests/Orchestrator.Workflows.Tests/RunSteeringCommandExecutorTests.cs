using Orchestrator.Messages;
using Orchestrator.Plans;
using Temporalio.Exceptions;
using Xunit;
using static Orchestrator.Workflows.Tests.RunTests;

namespace Orchestrator.Workflows.Tests;

/// <summary>People pause, resume, cancel and steer runs that are at work.</summary>
public sealed class RunSteeringCommandExecutorTests
{
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
                    return new AgentRunResult { FailureClass = FailureClass.Stopped, Session = "s" };
                }
        );
        await run.UntilAsync(s => s.Tasks.Count > 0 && s.Tasks[0].State == TaskStateNames.Executing && !run.Activities.Starts.IsEmpty);

        await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(null));
        var paused = await run.UntilAsync(s => s.Tasks[0].Paused);
        Assert.True(paused.Paused);
        Assert.False((await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(null))).Changed);
        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal("s", run.Activities.Starts.ElementAt(1).Session);
    }

    [Fact]
    public async Task AddTasks_ToARunAtWork_RunsThemOnceAndRefusesWhatIsNone()
    {
        var go = new TaskCompletionSource();
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a =>
                a.Agent = async (input, stop) =>
                {
                    await (input.Task.Task.Id == "a" ? go.Task.WaitAsync(stop) : System.Threading.Tasks.Task.CompletedTask);
                    return ScriptedActivities.Done();
                }
        );
        await run.UntilAsync(s => s.Tasks.Count > 0 && s.Tasks[0].State == TaskStateNames.Executing);
        var command = new AddTasksArguments([new NewTaskDescription("b", "Do b"), new NewTaskDescription("c", "Do c")], "kim");

        var added = await run.Run.ExecuteUpdateAsync(w => w.AddTasksAsync(command));
        var again = await run.Run.ExecuteUpdateAsync(w => w.AddTasksAsync(command));
        foreach (var wrong in (NewTaskDescription[])[new("d", " "), new("..", "Do it")])
        {
            await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() =>
                run.Run.ExecuteUpdateAsync(w => w.AddTasksAsync(new AddTasksArguments(new[] { wrong }, "")))
            );
        }
        await run.UntilAsync(s => s.Tasks.Count == 3 && s.Tasks[2].State == TaskStateNames.Merged);
        go.SetResult();

        Assert.Equal((true, $"{run.RunId} has 2 more tasks: b, c."), (added.Changed, added.Message));
        Assert.False(again.Changed);
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        var status = await run.StatusAsync();
        Assert.Equal(["a", "b", "c"], status.Tasks.Select(task => task.Id));
        Assert.All(status.Tasks, task => Assert.Equal(1, task.Starts));
        Assert.Contains(run.Activities.Events, e => e.Reason == "kim has added b, c");
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
                    return new AgentRunResult { FailureClass = FailureClass.Stopped, Session = "s" };
                }
        );
        await run.UntilAsync(_ => run.Activities.Starts.Count == 2);

        await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(new TaskSteeringArguments("a")));
        await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(null));
        await run.UntilAsync(s => s.Tasks.All(t => t.Paused));
        var resumed = await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));
        var one = await run.UntilAsync(s => s.Tasks[1].State == TaskStateNames.Merged);
        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(new TaskSteeringArguments("a")));

        Assert.Contains("stay paused: a.", resumed.Message, StringComparison.Ordinal);
        Assert.True(one.Tasks[0].Paused);
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
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
                        ? new AgentRunResult { FailureClass = FailureClass.Stopped, Session = "s" }
                        : ScriptedActivities.Done();
                },
            new RunWorkflowSettings
            {
                Workers = 3,
                Retry = new RetryRule { BaseDelay = TimeSpan.FromMilliseconds(10) },
                ContinueAfterEvents = 40,
            }
        );
        await run.UntilAsync(s => s.Tasks.Count > 0 && s.Tasks[0].Starts == 1 && !run.Activities.Starts.IsEmpty);
        await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(new TaskSteeringArguments("a")));
        await run.UntilAsync(s => s.Tasks[0].Paused);
        go.SetResult();
        await run.UntilAsync(s => s.Tasks[^1].State == TaskStateNames.Merged);

        await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(null));
        var resumed = await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));
        var stays = (await run.StatusAsync()).Tasks[0];
        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(new TaskSteeringArguments("a")));

        Assert.Contains("stay paused: a.", resumed.Message, StringComparison.Ordinal);
        Assert.True(stays.Paused);
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
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
                                FailureClass = FailureClass.Stopped,
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

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal([(1, false, ""), (1, true, ""), (2, false, "kept")], run.Activities.Starts.Select(s => (s.Start, s.Stop, s.Session)));
        Assert.Equal((1, starts), ((await run.StatusAsync()).Tasks[0].Attempt, (await run.StatusAsync()).Tasks[0].Starts));
    }

    /// <summary>The engine tries no attempt again that is to be cancelled, whatever its failure asks for.</summary>
    [Theory]
    [InlineData(FailureTypes.WorkerStops)]
    [InlineData(FailureTypes.WorkerDied)]
    [InlineData("IOException")]
    public async Task Pause_WorkerLetsGoOfTheAgentMeanwhile_IsStoppedByTheNextOneAndGoesOn(string type)
    {
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a =>
                a.Agent = async (input, stop) =>
                {
                    if (input.Stop)
                    {
                        return new AgentRunResult { FailureClass = FailureClass.Stopped, Session = "kept" };
                    }
                    if (input.Start > 1)
                    {
                        return ScriptedActivities.Done();
                    }
                    await System.Threading.Tasks.Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    throw new ApplicationFailureException(
                        "the worker stops or died, or the server is away for a moment",
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

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
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
                            new AgentRunResult { FailureClass = FailureClass.Stopped, Session = "kept" }
                        )
                        : throw new ApplicationFailureException(
                            "the worker stops",
                            FailureTypes.WorkerStops,
                            nonRetryable: false,
                            nextRetryDelay: TimeSpan.FromHours(++released)
                        )
        );
        await run.UntilAsync(_ => released > 0);

        await run.Run.ExecuteUpdateAsync(w => w.CancelTaskAsync(new TaskSteeringArguments("a")));

        var ended = await run.UntilAsync(s => TaskStateNames.IsEnd(s.Tasks[0].State));
        Assert.Equal(TaskStateNames.Cancelled, ended.Tasks[0].State);
        Assert.Equal([(1, false), (1, true)], run.Activities.Starts.Select(s => (s.Start, s.Stop)));
    }

    /// <summary>
    /// The worker stops at the same moment. The engine retries nothing that is about to be canceled, and ends the gates with the worker's
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

        await run.Run.ExecuteUpdateAsync(w => w.CancelTaskAsync(new TaskSteeringArguments("a")));

        var ended = (await run.UntilAsync(s => TaskStateNames.IsEnd(s.Tasks[0].State))).Tasks[0];
        Assert.Equal((TaskStateNames.Cancelled, new RunningTaskCanceledReason()), (ended.State, ended.Why));
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
                    return new AgentRunResult { FailureClass = FailureClass.Stopped };
                }
        );
        await run.UntilAsync(s => s.Tasks.Count > 0 && s.Tasks[0].State == TaskStateNames.Executing && !run.Activities.Starts.IsEmpty);

        await run.Run.ExecuteUpdateAsync(w => w.CancelAsync(null));

        Assert.Equal(RunStateNames.Cancelled, (await run.ResultAsync()).State);
        Assert.Equal(TaskStateNames.Cancelled, (await run.StatusAsync()).Tasks[0].State);
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
        await run.UntilAsync(s => merging == 1 && s.Tasks.Count == 2 && s.Tasks.All(t => t.State == TaskStateNames.Merging));

        await run.Run.ExecuteUpdateAsync(w => w.CancelAsync(null));

        Assert.Equal(RunStateNames.Cancelled, (await run.ResultAsync()).State);
        Assert.All((await run.StatusAsync()).Tasks, task => Assert.Equal(TaskStateNames.Cancelled, task.State));
        Assert.Equal((1, true), (merging, run.Activities.Merged.IsEmpty));
    }

    /// <summary>A cancellation has the same effect from any client: it stops, retains, reports and returns the same.</summary>
    [Fact]
    public async Task Cancel_ByTemporalItself_EndsAsByTheCommand()
    {
        var byCommand = await CancelAsync(run => run.Run.ExecuteUpdateAsync(w => w.CancelAsync(null)));
        var byTemporal = await CancelAsync(run => run.Run.CancelAsync());

        Assert.Equal(byCommand, byTemporal);
        Assert.Contains("cancelled, cancelled by a user", byTemporal, StringComparison.Ordinal);
        Assert.DoesNotContain("stays on staging", byTemporal, StringComparison.Ordinal);
    }

    private static async Task<string> CancelAsync(Func<ScriptedRun, Task> cancel)
    {
        await using var run = await ScriptedRun.StartAsync(
            [Task("a"), Task("b", "a")],
            a =>
                a.Agent = async (_, stop) =>
                {
                    await System.Threading.Tasks.Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => { }, TaskScheduler.Default);
                    return new AgentRunResult { FailureClass = FailureClass.Stopped };
                }
        );
        await run.UntilAsync(s => s.Tasks.Count > 0 && s.Tasks[0].State == TaskStateNames.Executing && !run.Activities.Starts.IsEmpty);

        await cancel(run);

        var (result, status) = (await run.ResultAsync(), await run.StatusAsync());
        var closed = (await run.Run.DescribeAsync()).Status;
        var steps = (await run.Run.FetchHistoryAsync())
            .Events.Select(e => e.ActivityTaskScheduledEventAttributes?.ActivityType.Name)
            .Where(name => name is "Abort" or "Finish" or "TellLeases");
        var events = run.Activities.Events.Where(e => e.Reason.Contains("cancelled by", StringComparison.Ordinal)).Select(e => e.Reason);
        return string.Join(
            "; ",
            [
                $"{closed}: {result.State}, {result.Reason}, {result.Report}, {result.AgentStarts}",
                $"{status.State}, {status.Reason}",
                .. status.Tasks.Select(task => $"{task.Id} {task.State} {task.Reason}"),
                .. steps,
                .. events.Distinct(),
            ]
        );
    }

    [Fact]
    public async Task Resume_PausedTasks_HoldTheirSlotsAgain()
    {
        var (atWork, most, go) = (0, 0, new TaskCompletionSource());
        var settings = new RunWorkflowSettings
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
                        return new AgentRunResult { FailureClass = FailureClass.Stopped };
                    }
                    most = Math.Max(most, Interlocked.Increment(ref atWork));
                    await System.Threading.Tasks.Task.WhenAny(go.Task, System.Threading.Tasks.Task.Delay(Timeout.Infinite, stop));
                    Interlocked.Decrement(ref atWork);
                    return stop.IsCancellationRequested
                        ? new AgentRunResult { FailureClass = FailureClass.Stopped }
                        : ScriptedActivities.Done();
                },
            settings
        );
        await run.UntilAsync(s => s.Tasks.Count(t => t.State == TaskStateNames.Executing) == 2);
        await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(null));
        await run.UntilAsync(s => s.Tasks.Count(t => t.Paused) == 2);

        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));
        await run.UntilAsync(s => s.Tasks.Count(t => t.State == TaskStateNames.Executing && t.Starts == 2) == 2);
        go.SetResult();

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal(2, most);
    }

    /// <summary>An <c>orchestrate cancel</c> right after a start, or while no engine runs.</summary>
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
                        return new AgentRunResult { FailureClass = FailureClass.Stopped };
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

        var working = await run.UntilAsync(s => s.State == RunStateNames.Executing && s.Workers == 7);
        await run.UntilAsync(_ => run.Activities.Events.Any(e => e.Reason.Contains("can be promoted", StringComparison.Ordinal)));
        Assert.False(working.Paused);
        await run.StopWorkersAsync();
        await run.Run.SignalAsync("cancel", []);
        run.Work();
        Assert.Equal(RunStateNames.Cancelled, (await run.ResultAsync()).State);
    }

    /// <summary>An <c>orchestrate pause RUN/TASK</c> while no engine runs.</summary>
    [Theory]
    [InlineData("pause", "b")]
    [InlineData("pause", "nobody")]
    [InlineData("resume", "nobody")]
    public async Task Signal_RefusedCommand_IsNotedAndTheRunGoesOn(string command, string task)
    {
        await using var run = await ScriptedRun.StartAsync([Task("a") with { RequiresApproval = true }, Task("b", "a")]);
        await run.UntilAsync(s => s.Tasks.Count == 2 && s.Questions.Count == 1);

        await run.Run.SignalAsync(command, [new TaskSteeringArguments(task)]);
        await run.UntilAsync(_ => run.Activities.Events.Any(e => e.Reason.StartsWith("a command was refused", StringComparison.Ordinal)));
        await run.Run.ExecuteUpdateAsync(w => w.ApproveAsync(new ApprovalDecisionArguments("a", "")));

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
    }

    [Fact]
    public async Task Steering_UnknownTask_IsRefusedWithItsName()
    {
        await using var run = await ScriptedRun.StartAsync([Task("a") with { RequiresApproval = true }]);
        await run.UntilAsync(s => s.Tasks.Count == 1);

        var command = new TaskSteeringArguments("nobody");
        var failure = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() =>
            run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(command))
        );

        Assert.Contains("nobody", failure.InnerException!.Message);
    }
}
