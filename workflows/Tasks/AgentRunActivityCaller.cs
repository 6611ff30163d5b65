namespace Orchestrator.Workflows.Tasks;

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
