using System.Collections.Concurrent;
using Orchestrator.Messages;

namespace Orchestrator.Workflows.Tests.Messages;

/// <summary>Holds a run in each of its states until it may continue.</summary>
internal sealed class StateGates : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _open = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _reached = new();
    private int _agents;
    private int _landings;

    public void Script(ScriptedActivities activities)
    {
        activities.Planner = async (_, stop) =>
        {
            await HoldAsync("planner at work", stop);
            return ScriptedActivities.Done("planner's");
        };
        activities.Check = result => Held("preflight", result);
        activities.Agent = async (input, stop) =>
        {
            if (input.Task.Task.Id != "a")
            {
                return ScriptedActivities.Done();
            }
            try
            {
                await HoldAsync($"agent {++_agents}", stop);
            }
            catch (OperationCanceledException)
            {
                // Paused: the next start is this one again.
                _agents--;
                return new AgentRunResult { FailureClass = FailureClass.Stopped, Session = "s" };
            }

            return _agents switch
            {
                1 => new AgentRunResult
                {
                    FailureClass = FailureClass.Blocked,
                    Message = "a question",
                    Session = "s",
                },
                2 => new AgentRunResult
                {
                    FailureClass = FailureClass.GaveUp,
                    Message = "no",
                    Session = "s",
                },
                _ => ScriptedActivities.Done(),
            };
        };
        activities.WhileVerifying = stop => HoldAsync("gates", stop);
        activities.Merge = _ => Held("merge", new MergeResult { Outcome = MergeOutcome.Merged, Commit = "merge" });
        activities.Land = () =>
            _landings++ == 0
                ? new LandResult { Message = "the target moved" }
                : Held("landing", new LandResult { Landed = true, Commit = "landed" });
    }

    /// <summary>Each state once the run is in it; it continues when the next is asked for.</summary>
    public async IAsyncEnumerable<string> StatesAsync(ScriptedRun run)
    {
        yield return await ReachedAsync("planner at work");
        _open["planner at work"].SetResult();
        yield return await ReachedAsync("preflight");
        _open["preflight"].SetResult();
        yield return await UntilAsync(run, s => s.State == RunStateNames.AwaitingApproval);
        await run.Run.ExecuteUpdateAsync(w => w.ApproveAsync(new ApprovalDecisionArguments("plan", "")));
        yield return await ReachedAsync("agent 1");
        await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(null));
        yield return await UntilAsync(run, s => s.Paused);
        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));
        _open["agent 1"].SetResult();
        yield return await UntilAsync(run, s => s.Tasks.Any(t => t.State == TaskStateNames.Blocked));
        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(new TaskSteeringArguments("a", "words")));
        yield return await ReachedAsync("agent 2");
        _open["agent 2"].SetResult();
        yield return await UntilAsync(run, s => s.State == RunStateNames.Escalated);
        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(new TaskSteeringArguments("a", "")));
        await ReachedAsync("agent 3");
        _open["agent 3"].SetResult();
        yield return await ReachedAsync("gates");
        _open["gates"].SetResult();
        yield return await ReachedAsync("merge");
        _open["merge"].SetResult();
        yield return await UntilAsync(run, s => s.Tasks.Any(t => t.Id == "b" && t.State == TaskStateNames.AwaitingApproval));
        await run.Run.ExecuteUpdateAsync(w => w.ApproveAsync(new ApprovalDecisionArguments("b", "")));
        yield return await UntilAsync(run, s => s.State == RunStateNames.AwaitingPromotion);
        await run.Run.ExecuteUpdateAsync(w => w.PromoteAsync(null));
        yield return await ReachedAsync("landing");
        _open["landing"].SetResult();
    }

    public ValueTask DisposeAsync()
    {
        foreach (var gate in _open.Values)
        {
            gate.TrySetResult();
        }
        return ValueTask.CompletedTask;
    }

    private static async Task<string> UntilAsync(ScriptedRun run, Func<RunStatus, bool> holds) => (await run.UntilAsync(holds)).State;

    private async Task<string> ReachedAsync(string gate)
    {
        await _reached
            .GetOrAdd(gate, _ => new(TaskCreationOptions.RunContinuationsAsynchronously))
            .Task.WaitAsync(TestKit.Eventually.Limit);
        return gate;
    }

    private Task HoldAsync(string gate, CancellationToken stop)
    {
        var open = _open.GetOrAdd(gate, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        _reached.GetOrAdd(gate, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        return open.Task.WaitAsync(stop);
    }

    private T Held<T>(string gate, T result)
    {
        HoldAsync(gate, CancellationToken.None).Wait();
        return result;
    }
}
