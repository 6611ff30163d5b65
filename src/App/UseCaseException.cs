namespace Orchestrator.App;

/// <summary>Ends a use case for a reason that a person can act on. Shown as message and cure, never as a stack trace.</summary>
/// <param name="outcome">The kind of end.</param>
/// <param name="message">What happened and where; several lines for several faults.</param>
/// <param name="cure">What to do; empty where the message contains it.</param>
public sealed class UseCaseException(Outcome outcome, string message, string cure = "") : Exception(message)
{
    /// <summary>The kind of end.</summary>
    public Outcome Outcome { get; } = outcome;

    /// <summary>The cure; empty where the message contains it.</summary>
    public string Cure { get; } = cure;
}
