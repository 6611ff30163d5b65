using Orchestrator.Client;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.TestKit;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Xunit;

namespace Orchestrator.Workflows.Tests;

/// <summary>
/// A run of the tasks <c>a</c> and <c>b</c> that stands still in a state until it is told to continue, with somebody who looks for runs
/// that were ended from outside.
/// </summary>
internal sealed class Scene : IAsyncDisposable
{
    private readonly string _state;
    private readonly TaskCompletionSource _go = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _dispose = new();
    private Task _watching = Task.CompletedTask;
    private int _working;

    private Scene(string state) => _state = state;

    /// <summary>All states that a run of two tasks can stand still in.</summary>
    public static readonly string[] States =
    [
        "planning",
        "awaiting-approval",
        "preparing",
        "executing",
        "second-task",
        "verifying",
        "merging",
        "blocked",
        "parked",
        "task-awaiting-approval",
        "paused",
        "escalated",
        "awaiting-promotion",
    ];

    public ScriptedRun Run { get; private set; } = null!;

    /// <summary>Activities that block until the test releases or cancels them.</summary>
    public int AtWork => _working;

    /// <summary>Begins a run and waits until it stands still in that state.</summary>
    public static async Task<Scene> AtAsync(string state)
    {
        var scene = new Scene(state);
        var (settings, fails) = (
            new RunWorkflowSettings
            {
                Workers = 3,
                Retry = new RetryRule { BaseDelay = TimeSpan.FromMilliseconds(10) },
            },
            1
        );
        scene.Run = await ScriptedRun.CreateAsync(
            [new TaskOutline { Id = "a" }, new TaskOutline { Id = "b", DependsOn = state == "second-task" ? ["a"] : [] }],
            a =>
            {
                a.Planner = (input, stop) => scene.WorkAsync(input.Stop, state == "planning", stop);
                a.Plan = plan => plan with { ApprovalReason = state == "awaiting-approval" ? "A person wants to see it." : "" };
                a.WhilePreparing = stop => scene.HoldAsync(state == "preparing", stop, true);
                a.Agent = (input, stop) =>
                    state switch
                    {
                        "blocked" when input.Guidance.Length == 0 => Task.FromResult(
                            new AgentRunResult
                            {
                                FailureClass = FailureClass.Blocked,
                                Message = "needs a decision",
                                Session = "s",
                            }
                        ),
                        "parked" when !scene._go.Task.IsCompleted => Task.FromResult(
                            new AgentRunResult
                            {
                                FailureClass = FailureClass.Account,
                                Message = "no login",
                                Session = "s",
                            }
                        ),
                        "escalated" when input.Task.Task.Id == "a" && Interlocked.Exchange(ref fails, 0) == 1 => Task.FromResult(
                            new AgentRunResult
                            {
                                FailureClass = FailureClass.Invalid,
                                Message = "gave up",
                                Session = "s",
                            }
                        ),
                        _ => scene.WorkAsync(
                            input.Stop,
                            state is "executing" or "paused" || (state == "second-task" && input.Task.Task.Id == "b"),
                            stop
                        ),
                    };
                a.WhileVerifying = stop => scene.HoldAsync(state == "verifying", stop, true);
                a.Verify = input => new VerifyResult
                {
                    Commit = $"commit-{input.Task.Task.Id}",
                    Gates = new GateSummary
                    {
                        Proof = GateAssuranceLevel.Verified,
                        Total = 1,
                        Passed = 1,
                    },
                    NeedsPerson = state == "task-awaiting-approval" ? "it changed its gates" : "",
                };
                a.WhileMerging = stop => scene.HoldAsync(state == "merging", stop, true);
                a.Land = () =>
                    state == "awaiting-promotion" && !scene._go.Task.IsCompleted
                        ? new LandResult { Message = "the checkout is dirty" }
                        : new LandResult { Landed = true, Commit = "landed" };
            },
            settings
        );
        scene._watching = scene.WatchAsync();
        await scene.Run.BeginAsync(
            state == "planning"
                ? new OrchestrationInput
                {
                    Repository = "/repository",
                    Request = "do it",
                    Yes = true,
                }
                : null
        );
        await scene.ReachAsync();
        return scene;
    }

    /// <summary>Lets the blocked activities continue and answers open questions as a user.</summary>
    public async Task GoOnAsync()
    {
        _go.TrySetResult();
        await Run.UntilAsync(status => RunStateNames.IsFinal(status.State), answer: AnswerAsync);
    }

    public Task TerminateAsync() => Run.Run.TerminateAsync("pressed by mistake");

    /// <summary>Resets the run like the button in the Web UI, to the first workflow task or to the last one.</summary>
    public Task ResetAsync(bool toFirst) => ResetAsync(Run, toFirst);

    /// <summary>Resets any run, also an execution of it that need not be the newest, or a child of it.</summary>
    public static async Task ResetAsync(ScriptedRun run, bool toFirst, string? execution = null, string? child = null)
    {
        var id = child ?? run.RunId;
        // One execution from here on: the run may continue as new before the request arrives. One that has just continued as new has
        // nothing yet that it could be reset to.
        var reset = execution ?? (await run.Client.GetWorkflowHandle(id).DescribeAsync()).RunId;
        var history = await run.Client.GetWorkflowHandle(id, reset).FetchHistoryAsync();
        for (var limit = Eventually.Timeout(); history.Events.All(e => e.EventType != EventType.WorkflowTaskCompleted); )
        {
            await Task.Delay(50, limit);
            history = await run.Client.GetWorkflowHandle(id, reset).FetchHistoryAsync();
        }
        var completed = history.Events.Where(e => e.EventType == EventType.WorkflowTaskCompleted).Select(e => e.EventId).ToList();
        await run.Client.WorkflowService.ResetWorkflowExecutionAsync(
            new ResetWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = new() { WorkflowId = id, RunId = reset },
                Reason = "a test",
                RequestId = Guid.NewGuid().ToString(),
                WorkflowTaskFinishEventId = toFirst ? completed[0] : completed[^1],
            }
        );
    }

    public async Task<IReadOnlyList<string>> OpenTasksAsync()
    {
        var open = new List<string>();
        await foreach (var task in Run.Client.ListWorkflowsAsync(RunIds.OpenChildrenQuery(Run.RunId)))
        {
            open.Add(task.Id);
        }
        return open;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        await _dispose.CancelAsync();
        await Run.DisposeAsync();
        _stop.Dispose();
        _dispose.Dispose();
    }

    private async Task ReachAsync()
    {
        await Run.UntilAsync(s =>
            _state switch
            {
                "planning" => s.State == RunStateNames.Planning && AtWork == 1,
                "awaiting-approval" or "escalated" => s.State == _state && s.Questions.Count > 0,
                "awaiting-promotion" => s.State == _state && s.Questions.Count > 0,
                "preparing" or "executing" or "verifying" => AtWork == 2 && s.Tasks.All(t => t.State == _state),
                "second-task" => AtWork == 1 && s.Tasks is [{ State: TaskStateNames.Merged }, { State: TaskStateNames.Executing }],
                "merging" => AtWork == 1 && s.Tasks.All(t => t.State == TaskStateNames.Merging),
                "task-awaiting-approval" => s.Tasks.Count == 2 && s.Tasks.All(t => t.State == TaskStateNames.AwaitingApproval),
                "paused" => AtWork == 2 && s.Tasks.All(t => t.State == TaskStateNames.Executing),
                _ => s.Tasks.Count == 2 && s.Tasks.All(t => t.State == _state),
            }
        );
        if (_state != "paused")
        {
            return;
        }
        await Run.Run.ExecuteUpdateAsync(w => w.PauseAsync(null));
        await Run.UntilAsync(s => AtWork == 0 && s.Tasks.All(t => t.Paused));
    }

    private async Task AnswerAsync(RunStatus status)
    {
        try
        {
            if (status.Paused || status.Tasks.Any(t => t.Paused))
            {
                await Run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));
            }
            foreach (var id in status.Questions.Select(q => q.Id).Where(id => id is not ("promote" or "resolve")))
            {
                var task = status.Tasks.FirstOrDefault(t => t.Id == id);
                if (task is null || task.State == TaskStateNames.AwaitingApproval)
                {
                    await Run.Run.ExecuteUpdateAsync(w => w.ApproveAsync(new ApprovalDecisionArguments(id, "")));
                }
                else if (task.State is TaskStateNames.Blocked or TaskStateNames.Failed or TaskStateNames.Cancelled)
                {
                    await Run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(new TaskSteeringArguments(id, "go on")));
                }
            }
            if (status.State == RunStateNames.AwaitingPromotion)
            {
                await Run.Run.ExecuteUpdateAsync(w => w.PromoteAsync(null));
            }
            foreach (var parked in status.Tasks.Where(t => t.State == TaskStateNames.Parked))
            {
                await Run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(new TaskSteeringArguments(parked.Id, "")));
            }
        }
        catch (Temporalio.Exceptions.WorkflowUpdateFailedException)
        {
            // It continued by itself meanwhile.
        }
    }

    private async Task<AgentRunResult> WorkAsync(bool isStopped, bool hold, CancellationToken stop)
    {
        try
        {
            return isStopped
                ? new AgentRunResult { FailureClass = FailureClass.Stopped, Session = "s" }
                : await HoldAsync(hold, stop, ScriptedActivities.Done());
        }
        catch (OperationCanceledException)
        {
            return new AgentRunResult { FailureClass = FailureClass.Stopped, Session = "s" };
        }
    }

    private async Task<T> HoldAsync<T>(bool hold, CancellationToken stop, T result)
    {
        if (!hold || _go.Task.IsCompleted)
        {
            return result;
        }
        Interlocked.Increment(ref _working);
        try
        {
            await _go.Task.WaitAsync(stop);
        }
        finally
        {
            Interlocked.Decrement(ref _working);
        }
        return result;
    }

    private async Task WatchAsync()
    {
        var orphans = new OrphanedTasks(Run.Client);
        while (!_stop.IsCancellationRequested)
        {
            await orphans.CheckAsync(_dispose.Token);
            await Task.Delay(200, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
