namespace Orchestrator.Runs;

/// <summary>A user's request cannot be carried out, for example because a file is missing or a plan has errors.</summary>
/// <param name="message">Description and location of the fault; one line per fault if there are several.</param>
/// <param name="cure">The remedy, or empty if the message contains it.</param>
public sealed class RefusedException(string message, string cure = "") : Exception(message)
{
    /// <summary>The remedy, or empty if the message contains it.</summary>
    public string Cure { get; } = cure;

    /// <summary>True if the fault is transient, so that a later retry may succeed.</summary>
    public bool IsPassing { get; init; }
}
