namespace Orchestrator.Workflows.Tasks;

/// <summary>The one who has an agent run: a task for itself (planners and reviewers are tasks, too), or a task that has the planner answer
/// its agent. They differ in what they count, what people see meanwhile, and what the end means.</summary>
internal abstract class AgentCaller
{
    /// <summary>No agent run is needed any more: somebody else has answered.</summary>
    public virtual bool IsAnswered => false;

    /// <summary>One agent run, from its start to its end.</summary>
    /// <param name="held">Why none may begin, so that this call waits for that to end; empty: one may.</param>
    public abstract Task<AgentRunResult> StartAsync(string held);

    /// <summary>Waits before the next agent run, after a failure that passes.</summary>
    public abstract Task WaitAsync(AgentRunResult result, TimeSpan pause);

    /// <summary>Waits until a usage limit is reset.</summary>
    public abstract Task WaitUntilResetAsync(AgentRunResult result, DateTimeOffset reset, TimeSpan pause);

    /// <summary>Waits until a person has raised a budget, or it is time to look again.</summary>
    public abstract Task WaitForBudgetAsync(AgentRunResult result, TimeSpan pause);

    /// <summary>Handles an end after which nobody but the caller knows what follows.</summary>
    /// <param name="next">What the end asks for.</param>
    /// <param name="result">How the agent run ended.</param>
    /// <param name="why">For a failure or an agent that is parked, why; else null.</param>
    /// <returns>True: no further agent run.</returns>
    public abstract Task<bool> EndsAsync(AfterAgent next, AgentRunResult result, Reason? why);
}
