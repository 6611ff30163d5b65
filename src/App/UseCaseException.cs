namespace Orchestrator.App;

/// <summary>Ends a use case with an error that the user can fix. The message and the remedy are shown, but never a stack trace.</summary>
/// <param name="outcome">Outcome of the use case.</param>
/// <param name="message">The problem and its location, with one line per problem.</param>
/// <param name="cure">The remedy, or empty if the message contains it.</param>
public sealed class UseCaseException(UseCaseOutcome outcome, string message, string cure = "") : Exception(message)
{
    /// <summary>Outcome of the use case.</summary>
    public UseCaseOutcome Outcome { get; } = outcome;

    /// <summary>The remedy, or empty if the message contains it.</summary>
    public string Cure { get; } = cure;
}
