namespace Orchestrator.Runs;

/// <summary>An attempt at a long-running step, with its cancellation tokens and its heartbeat.</summary>
/// <param name="Id">Id of the step's execution. It is the same in all attempts of the step.</param>
/// <param name="Owner">Unique name of this attempt.</param>
/// <param name="Stop">Canceled when the step is no longer needed. The process that the step started must then end.</param>
/// <param name="Detach">Canceled when this worker process must detach. The process that the step started then continues, and the next
/// attempt attaches to it.</param>
/// <param name="IsAlive">Reports a heartbeat. The step calls it every few seconds while it waits. A call may cancel the tokens.</param>
public sealed record RunStepExecutionContext(string Id, string Owner, CancellationToken Stop, CancellationToken Detach, Action IsAlive)
{
    /// <summary>
    /// Returns a short reason why this worker detaches from the step's process. Called after <see cref="Detach"/> is canceled.
    /// </summary>
    /// <value>Default: this worker stops.</value>
    public Func<string> DetachReason { get; init; } = () => "it stops";

    /// <summary>Called before an agent process starts. Throws if the agent is no longer needed.</summary>
    /// <value>Default: the agent is needed.</value>
    public Func<Task> Begins { get; init; } = () => Task.CompletedTask;
}
