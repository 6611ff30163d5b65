using Orchestrator.Agents.Supervision;

namespace Orchestrator.Runs.AgentCalls;

/// <summary>One agent run, started or attached to. The agent does not depend on this process: when the worker stops or dies it works on,
/// and the next attempt of this step, here or in a successor, follows the same run.</summary>
public static class AgentMonitor
{
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(2);

    /// <summary>Follows an agent run to its end. Cancelling the step stops the agent; a process that ends only detaches.</summary>
    /// <param name="execution">The execution of the step.</param>
    /// <param name="runner">The kind of agent.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">It is stopped at once, unless it has ended.</param>
    /// <param name="meanwhile">Repeated while the agent works.</param>
    /// <param name="seen">Called for everything that the agent does, from its beginning.</param>
    /// <param name="governed">The governor's view of it, admitted; null: nobody governs it.</param>
    public static async Task<AgentOutcome> RunAsync(
        StepExecution execution,
        IAgentRunner runner,
        AgentStart start,
        TimeProvider time,
        bool stop,
        Func<Task>? meanwhile = null,
        Action<AgentEvent>? seen = null,
        GovernedStart? governed = null
    )
    {
        using var detach = new CancellationTokenSource();
        AgentSession session;
        using (governed)
        {
            session = await new AgentSupervisor(time).StartOrAttachAsync(runner, start, CancellationToken.None);
            governed?.Launched(session);
        }
        var progress = new AgentProgress(start.Folder, start.WorkingDirectory, time);
        var following = session.FollowAsync(Take, 0, detach.Token);
        var stopped = stop;
        if (stop)
        {
            await session.StopAsync(AgentFailure.Stopped);
        }
        while (!following.IsCompleted)
        {
            if (meanwhile is not null)
            {
                await meanwhile();
            }
            // An agent that is being stopped ends soon, so its end is awaited, also by a process that ends.
            using (
                var called = stopped
                    ? new CancellationTokenSource()
                    : CancellationTokenSource.CreateLinkedTokenSource(execution.Stop, execution.Detach)
            )
            {
                await Task.WhenAny(following, Task.Delay(HeartbeatInterval, called.Token));
            }
            if (following.IsCompleted)
            {
                break;
            }
            execution.IsAlive();
            if (stopped)
            {
                continue;
            }
            if (governed is not null && !await governed.Use.TellAsync())
            {
                stopped = true;
                await session.StopAsync(AgentFailure.Money);
                continue;
            }
            if (execution.Detach.IsCancellationRequested)
            {
                await detach.CancelAsync();
                await QuietlyAsync(following);
                throw LettingGo(execution, "the agent");
            }
            if (execution.Stop.IsCancellationRequested)
            {
                stopped = true;
                await session.StopAsync(AgentFailure.Stopped);
            }
        }
        return await BlameAsync(await following, runner, start);

        ValueTask Take(AgentEvent happened)
        {
            progress.Take(happened);
            governed?.Use.Take(happened);
            seen?.Invoke(happened);
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>A program that is killed says nothing itself: whether its account is to blame is known by a look at that.</summary>
    private static async Task<AgentOutcome> BlameAsync(AgentOutcome outcome, IAgentRunner runner, AgentStart start) =>
        outcome is { Failure: AgentFailure.Killed }
        && await runner.CheckAsync(start.Repository, CancellationToken.None) is { Status: AgentCheckStatus.Failed } check
            ? outcome with
            {
                Failure = AgentFailure.Account,
                Detail = $"{outcome.Detail} {check.Message} {check.Cure}".TrimEnd(),
            }
            : outcome;

    /// <summary>This process ends; the next attempt of the step continues.</summary>
    /// <param name="execution">The execution of the step.</param>
    /// <param name="what">What it leaves.</param>
    public static StepException LettingGo(StepExecution execution, string what) =>
        new($"This worker lets go of {what} ({execution.DetachReason()}); it goes on and is taken up.", FailureTypes.WorkerStops)
        {
            IsFinal = false,
            RetryAfter = TimeSpan.FromMilliseconds(1),
        };

    private static async Task QuietlyAsync(Task following)
    {
        try
        {
            await following;
        }
        catch (OperationCanceledException)
        {
            // Detached, as requested.
        }
    }

    /// <summary>Result of an agent run that is to be stopped and was never started, and never will be; null where there is something to
    /// follow.</summary>
    /// <param name="stop">It is to be stopped.</param>
    /// <param name="folder">The start's folder.</param>
    /// <param name="session">The conversation to go on with later.</param>
    public static AgentRunResult? NeverBegun(bool stop, string folder, string session) =>
        stop && AgentSupervisor.TryCancelBeforeStart(folder)
            ? new()
            {
                FailureClass = FailureClass.Stopped,
                Message = "stopped before it began",
                Session = session,
                NeverBegun = true,
            }
            : null;
}
