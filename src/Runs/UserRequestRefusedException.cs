namespace Orchestrator.Runs;

/// <summary>Thrown if a user's request can't be carried out, for example because a file is missing or a plan has errors.</summary>
/// <param name="message">The problem and its location, with one line per problem.</param>
/// <param name="cure">The remedy, or empty if the message contains it.</param>
public sealed class UserRequestRefusedException(string message, string cure = "") : Exception(message)
{
    /// <summary>The remedy, or empty if the message contains it.</summary>
    public string Cure { get; } = cure;

    /// <summary>True if the problem is temporary, so that a retry may succeed.</summary>
    public bool IsPassing { get; init; }
}
