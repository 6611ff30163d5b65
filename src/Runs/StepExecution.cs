namespace Orchestrator.Runs;

/// <summary>The execution that a long step belongs to, as its caller knows it: what names it, and how it is stopped or left.</summary>
/// <param name="Id">Names the run's execution; the same for every attempt of the step.</param>
/// <param name="Owner">Names this attempt of the step among all.</param>
/// <param name="Stop">Cancelled: the step is not wanted any more, what it started is to end.</param>
/// <param name="Detach">Cancelled: this process lets go of the step, what it started works on and is taken up by the next attempt.</param>
/// <param name="IsAlive">Is called every few seconds while the step waits; what cancels the tokens may arrive by it.</param>
public sealed record StepExecution(string Id, string Owner, CancellationToken Stop, CancellationToken Detach, Action IsAlive)
{
    /// <summary>Why this process lets go, in a word or two; asked for once <see cref="Detach"/> is cancelled.</summary>
    /// <value>Default: it stops.</value>
    public Func<string> DetachReason { get; init; } = () => "it stops";
}
