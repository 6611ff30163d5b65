namespace Orchestrator.Workflows.Tasks;

/// <summary>Arguments of one call that executes an agent run.</summary>
/// <param name="Guidance">User's guidance for the agent run.</param>
/// <param name="Stop">True to stop the agent instead of starting it (<see cref="AgentCallInput.Stop"/>).</param>
/// <param name="Interrupt">Interrupts the agent run when cancelled.</param>
internal sealed record AgentRunExecutionOptions(string Guidance, bool Stop, CancellationToken Interrupt)
{
    /// <summary>True to only wait for the release of a hold (<see cref="AgentCallInput.AwaitRelease"/>).</summary>
    public bool AwaitRelease { get; init; }

    /// <inheritdoc cref="RunAgentInput.Answer"/>
    public string Answer { get; init; } = "";

    /// <summary>Called if the host of the agent run is gone, so that it is unknown whether the agent started there.</summary>
    public Action? Lost { get; init; }
}

/// <summary>Runs an agent as often as crashes, holds, limits and pauses require, always in the same conversation.</summary>
internal sealed class AgentRunRepeater(TaskWorkflowState state, TaskSuspender waits)
{
    /// <summary>Interval at which a used-up budget is checked, because a user may have raised it in another run.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(30);

    private static DateTimeOffset Now => new(Workflow.UtcNow, TimeSpan.Zero);

    /// <summary>Runs the agent until its caller needs no further agent run.</summary>
    /// <param name="caller">Caller on whose behalf the agent runs.</param>
    /// <returns>Result of the last agent run, or null if none was needed.</returns>
    public async Task<AgentRunResult?> RunAsync(AgentRunActivityCaller caller)
    {
        var retries = new AgentRunRetryDecider(state.Rules.Retry);
        AgentRunResult? last = null;
        while (true)
        {
            state.PauseAtLimit(Now);
            await waits.WaitWhilePausedAsync();
            if (caller.IsAnswered)
            {
                return last;
            }
            var begun = Now;
            var result = last = await caller.StartAsync(last?.FailureClass == FailureClass.Held ? last.Message : "");
            if (caller.IsAnswered)
            {
                return result;
            }
            var (next, why) = retries.After(result, Now - begun);
            switch (next)
            {
                case AgentRunNextStep.Again:
                    break;
                case AgentRunNextStep.Later:
                    await caller.WaitAsync(result, retries.Backoff(result, Now, Workflow.Random.NextDouble()));
                    break;
                case AgentRunNextStep.AtReset:
                    var (reset, pause) = AgentRunRetryDecider.ComputeResetWait(result, Now);
                    await caller.WaitUntilResetAsync(result, reset, pause);
                    break;
                case AgentRunNextStep.AtBudget:
                    await caller.WaitForBudgetAsync(result, result.WakeAt is { } wake && wake > Now ? wake - Now : LookAgain);
                    break;
                default:
                    if (await caller.EndsAsync(next, result, why))
                    {
                        return result;
                    }
                    break;
            }
        }
    }

    /// <summary>
    /// Executes one agent run, and ensures that an interrupted agent stops. If the interruption reaches no worker, the server ends the
    /// activity, and a second call stops the agent as soon as a worker is available. If the agent has already ended, its outcome is used.
    /// </summary>
    /// <param name="call">Executes a single agent run.</param>
    /// <param name="first">Arguments of the first call.</param>
    internal static async Task<T> CallAsync<T>(Func<AgentRunExecutionOptions, Task<T>> call, AgentRunExecutionOptions first)
    {
        try
        {
            return await call(first);
        }
        catch (ActivityFailureException failure)
            when (first.Interrupt.IsCancellationRequested && ActivityFailureClassifier.HasNoOutcome(failure))
        {
            if (failure.InnerException is TimeoutFailureException)
            {
                first.Lost?.Invoke();
            }
        }
        catch (TaskLeftHostException)
        {
            first.Lost?.Invoke();
        }
        return await call(first with { Stop = true, AwaitRelease = false, Interrupt = CancellationToken.None });
    }
}

/// <summary>
/// Base class of the callers of agent runs. A task runs its own agent, or asks the planner to answer a question from that agent. The
/// callers differ in their counters, in the state shown to users, and in their handling of an agent run's end.
/// </summary>
internal abstract class AgentRunActivityCaller
{
    /// <summary>True if a user has answered, so that no further agent run is needed.</summary>
    public virtual bool IsAnswered => false;

    /// <summary>Executes one agent run from start to end.</summary>
    /// <param name="held">Hold that prevents agents from starting, so that the call waits for its release; empty if there is none.</param>
    public abstract Task<AgentRunResult> StartAsync(string held);

    /// <summary>Waits before the next agent run, after a transient failure.</summary>
    public abstract Task WaitAsync(AgentRunResult result, TimeSpan pause);

    /// <summary>Waits until a usage limit resets.</summary>
    public abstract Task WaitUntilResetAsync(AgentRunResult result, DateTimeOffset reset, TimeSpan pause);

    /// <summary>Waits until a user has raised a budget, or the next check is due.</summary>
    public abstract Task WaitForBudgetAsync(AgentRunResult result, TimeSpan pause);

    /// <summary>Handles the end of an agent run whose effect depends on the caller.</summary>
    /// <param name="next">Step that follows according to the rules.</param>
    /// <param name="result">Result of the agent run that ended.</param>
    /// <param name="why">Reason for a failure or backoff, otherwise null.</param>
    /// <returns>True if no further agent run follows.</returns>
    public abstract Task<bool> EndsAsync(AgentRunNextStep next, AgentRunResult result, Reason? why);
}
