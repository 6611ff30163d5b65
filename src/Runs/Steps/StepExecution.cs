namespace Orchestrator.Runs;

/// <summary>The execution that a long step belongs to: its id, and how it is stopped or detached from.</summary>
/// <param name="Id">Id of the run's execution; the same for every attempt of the step.</param>
/// <param name="Owner">Names this attempt of the step among all.</param>
/// <param name="Stop">Cancelled: the step is not wanted any more, and the process that it started is to end.</param>
/// <param name="Detach">Cancelled: this process detaches, the process that it started works on and is followed by the next attempt.</param>
/// <param name="IsAlive">Called every few seconds while the step waits; the tokens may be cancelled by it.</param>
public sealed record StepExecution(string Id, string Owner, CancellationToken Stop, CancellationToken Detach, Action IsAlive)
{
    /// <summary>Why this process detaches, in a word or two; used once <see cref="Detach"/> is cancelled.</summary>
    /// <value>Default: it stops.</value>
    public Func<string> DetachReason { get; init; } = () => "it stops";

    /// <summary>Called before an agent's process is started; throws where that is not wanted any more.</summary>
    /// <value>Default: it is wanted.</value>
    public Func<Task> Begins { get; init; } = () => Task.CompletedTask;
}
