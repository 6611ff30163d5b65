namespace Orchestrator.Runs;

/// <summary>The execution that a long-running step belongs to, with its cancellation and heartbeat.</summary>
/// <param name="Id">Id of the run's execution; equal for all attempts of the step.</param>
/// <param name="Owner">Unique name of this attempt of the step.</param>
/// <param name="Stop">Canceled when the step is no longer needed and the process that it started must end.</param>
/// <param name="Detach">Canceled when this worker process must detach. The process that the step started continues, and the next attempt
/// attaches to it.</param>
/// <param name="IsAlive">Heartbeat that is called every few seconds while the step waits. It may cancel the tokens.</param>
public sealed record StepExecution(string Id, string Owner, CancellationToken Stop, CancellationToken Detach, Action IsAlive)
{
    /// <summary>Returns the reason for detaching in a word or two; used once <see cref="Detach"/> is canceled.</summary>
    /// <value>Default: this worker stops.</value>
    public Func<string> DetachReason { get; init; } = () => "it stops";

    /// <summary>Called before an agent's process is started. Throws if the agent is no longer needed.</summary>
    /// <value>Default: the agent is needed.</value>
    public Func<Task> Begins { get; init; } = () => Task.CompletedTask;
}
