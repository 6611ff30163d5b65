namespace Orchestrator.Runs;

/// <summary>A person's request that can't be carried out: a missing file, a plan with errors.</summary>
/// <param name="message">What is wrong and where; several lines for several faults.</param>
/// <param name="cure">What to do; empty where the message contains it.</param>
public sealed class RefusedException(string message, string cure = "") : Exception(message)
{
    /// <summary>The cure; empty if the message contains it.</summary>
    public string Cure { get; } = cure;

    /// <summary>A later retry may succeed.</summary>
    public bool IsPassing { get; init; }
}
