using Orchestrator.Agents.Supervision;

namespace Orchestrator.Runs.AgentCalls;

/// <summary>
/// Follows one agent run until it ends. If this process ends first, the agent continues. The next attempt at the workflow step then
/// attaches to the agent, in this worker or in another one.
/// </summary>
public static class DetachableAgentRunFollower
{
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Starts an agent or attaches to a running one, and follows the agent until it ends. Canceling the step stops the agent. A shutdown of
    /// this process only detaches from the agent.
    /// </summary>
    /// <param name="execution">The running step, with its cancellation tokens and heartbeat.</param>
    /// <param name="runner">Runner for the agent's program.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">True to stop a running agent at once.</param>
    /// <param name="meanwhile">Called periodically while the agent runs.</param>
    /// <param name="seen">Called for each event of the agent, including events from before this process attached.</param>
    /// <param name="governed">The governor's admission of the agent, or null if no account pays for the agent.</param>
    public static async Task<AgentOutcome> RunAsync(
        RunStepExecutionContext execution,
        IAgentRunner runner,
        AgentRunParameters start,
        TimeProvider time,
        bool stop,
        Func<Task>? meanwhile = null,
        Action<AgentEvent>? seen = null,
        AgentAdmissionClient? governed = null
    )
    {
        using var detach = new CancellationTokenSource();
        AgentRunFollower session;
        using (governed)
        {
            session = await new AgentSupervisor(time).StartOrAttachAsync(runner, start, CancellationToken.None);
            governed?.Launched(session);
        }
        var progress = new AgentProgressWriter(start.Folder, start.WorkingDirectory, time);
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
                await IgnoreFaultsAsync(following);
                throw CreateDetachException(execution, "the agent");
            }
        }
        return await CheckAccountAfterKillAsync(await following, runner, start);

        ValueTask Take(AgentEvent happened)
        {
            progress.HandleEvent(happened);
            governed?.Use.HandleEvent(happened);
            seen?.Invoke(happened);
            return ValueTask.CompletedTask;
        }
    }

    // A stopping agent ends soon, so its end is awaited even while this process shuts down.
    private static async Task WaitAsync(Task following, RunStepExecutionContext execution, bool isStopping)
    {
        using var called = isStopping
            ? new CancellationTokenSource()
            : CancellationTokenSource.CreateLinkedTokenSource(execution.Stop, execution.Detach);
        await Task.WhenAny(following, Task.Delay(HeartbeatInterval, called.Token));
    }

    private static async Task<AgentFailure?> ReasonToStopAsync(AgentAdmissionClient? governed, RunStepExecutionContext execution) =>
        governed is not null && !await governed.Use.ReportUsageAsync() ? AgentFailure.Money
        : execution.Stop.IsCancellationRequested && !execution.Detach.IsCancellationRequested ? AgentFailure.Stopped
        : null;

    /// <summary>
    /// Changes the failure of a killed agent to an account failure if the account check fails. A killed program can't report the cause
    /// itself.
    /// </summary>
    private static async Task<AgentOutcome> CheckAccountAfterKillAsync(
        AgentOutcome outcome,
        IAgentRunner runner,
        AgentRunParameters start
    ) =>
        outcome is { Failure: AgentFailure.Killed }
        && await runner.CheckAsync(start.Repository, CancellationToken.None) is { Status: AgentProgramCheckStatus.Failed } check
            ? outcome with
            {
                Failure = AgentFailure.Account,
                Detail = $"{outcome.Detail} {check.Message} {check.Cure}".TrimEnd(),
            }
            : outcome;

    /// <summary>
    /// Creates the exception with which this process detaches from running work. The next attempt at the workflow step attaches to the work
    /// again.
    /// </summary>
    /// <param name="execution">The running step.</param>
    /// <param name="what">Description of the running work, for the message.</param>
    public static RunStepFailedException CreateDetachException(RunStepExecutionContext execution, string what) =>
        new(
            $"This worker detaches from {what} ({execution.DetachReason()}); the work continues, and the next attempt attaches to " + "it.",
            FailureTypes.WorkerStops
        )
        {
            IsFinal = false,
            RetryAfter = TimeSpan.FromMilliseconds(1),
        };

    private static async Task IgnoreFaultsAsync(Task following)
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

    /// <summary>
    /// Cancels an agent run that must stop and has not started. Returns the result of the step, or null if the agent run must be followed
    /// instead.
    /// </summary>
    /// <param name="stop">True if the agent run must stop.</param>
    /// <param name="folder">Absolute path of the agent run's folder.</param>
    /// <param name="session">Id of the conversation that a later start continues.</param>
    public static AgentRunResult? CancelUnstarted(bool stop, string folder, string session) =>
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
