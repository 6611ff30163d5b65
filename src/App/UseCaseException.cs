namespace Orchestrator.App;

/// <summary>Ends a use case with an error that the user can fix. It is shown as a message and a fix, never as a stack trace.</summary>
/// <param name="outcome">Outcome of the use case.</param>
/// <param name="message">Problem and its location; one line for each problem.</param>
/// <param name="cure">Suggested fix; empty if the message contains it.</param>
public sealed class UseCaseException(Outcome outcome, string message, string cure = "") : Exception(message)
{
    /// <summary>Outcome of the use case.</summary>
    public Outcome Outcome { get; } = outcome;

    /// <summary>Suggested fix; empty if the message contains it.</summary>
    public string Cure { get; } = cure;
}
