using Orchestrator.Agents.Supervision;

namespace Orchestrator.Runs.AgentCalls;

/// <summary>Follows one agent run that was started or attached to. The agent survives the end of this process. The next attempt of the
/// step then attaches to it, in this worker or a successor.</summary>
public static class AgentMonitor
{
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(2);

    /// <summary>Starts or attaches to an agent and follows it until it ends. Cancelling the step stops the agent; a shutdown of this
    /// process only detaches from it.</summary>
    /// <param name="execution">The execution of the step.</param>
    /// <param name="runner">The runner of this kind of agent.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">True to stop the agent immediately if it is still running.</param>
    /// <param name="meanwhile">Called periodically while the agent works.</param>
    /// <param name="seen">Called for every event of the agent, including past ones.</param>
    /// <param name="governed">The admitted start at the governor, or null if the agent is not governed.</param>
    public static async Task<AgentOutcome> RunAsync(
        StepExecution execution,
        IAgentRunner runner,
        AgentStart start,
        TimeProvider time,
        bool stop,
        Func<Task>? meanwhile = null,
        Action<AgentEvent>? seen = null,
        AgentAdmission? governed = null
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
            await WaitAsync(following, execution, isStopping: stopped);
            if (following.IsCompleted)
            {
                break;
            }
            execution.IsAlive();
            if (!stopped && await ReasonToStopAsync(governed, execution) is { } reason)
            {
                stopped = true;
                await session.StopAsync(reason);
            }
            else if (!stopped && execution.Detach.IsCancellationRequested)
            {
                await detach.CancelAsync();
                await QuietlyAsync(following);
                throw LettingGo(execution, "the agent");
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

    // A stopping agent ends soon, so its end is awaited even while this process shuts down.
    private static async Task WaitAsync(Task following, StepExecution execution, bool isStopping)
    {
        using var called = isStopping
            ? new CancellationTokenSource()
            : CancellationTokenSource.CreateLinkedTokenSource(execution.Stop, execution.Detach);
        await Task.WhenAny(following, Task.Delay(HeartbeatInterval, called.Token));
    }

    private static async Task<AgentFailure?> ReasonToStopAsync(AgentAdmission? governed, StepExecution execution) =>
        governed is not null && !await governed.Use.TellAsync() ? AgentFailure.Money
        : execution.Stop.IsCancellationRequested && !execution.Detach.IsCancellationRequested ? AgentFailure.Stopped
        : null;

    /// <summary>Attributes a killed agent to its account if a check of that account fails. A killed program reports no cause
    /// itself.</summary>
    private static async Task<AgentOutcome> BlameAsync(AgentOutcome outcome, IAgentRunner runner, AgentStart start) =>
        outcome is { Failure: AgentFailure.Killed }
        && await runner.CheckAsync(start.Repository, CancellationToken.None) is { Status: AgentCheckStatus.Failed } check
            ? outcome with
            {
                Failure = AgentFailure.Account,
                Detail = $"{outcome.Detail} {check.Message} {check.Cure}".TrimEnd(),
            }
            : outcome;

    /// <summary>Creates the failure that detaches this process from its work, so that the next attempt of the step attaches to
    /// it.</summary>
    /// <param name="execution">The execution of the step.</param>
    /// <param name="what">Name of the work that is detached from, for the message.</param>
    public static StepException LettingGo(StepExecution execution, string what) =>
        new(
            $"This worker detaches from {what} ({execution.DetachReason()}); the work continues, and the next attempt attaches to " + "it.",
            FailureTypes.WorkerStops
        )
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
            // Detached as requested.
        }
    }

    /// <summary>Returns the result of a stopped agent run that never started, and makes sure it never will; null if there is an agent to
    /// follow.</summary>
    /// <param name="stop">True if the agent run is to be stopped.</param>
    /// <param name="folder">The agent run's folder.</param>
    /// <param name="session">The conversation to continue later.</param>
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
