namespace Orchestrator.Runs;

/// <summary>What a person asked for can't be done as it was asked: a file that is not there, a plan with errors.</summary>
/// <param name="message">What is wrong and where; several lines for several faults.</param>
/// <param name="cure">What to do; empty where the message contains it.</param>
public sealed class RefusedException(string message, string cure = "") : Exception(message)
{
    /// <summary>What to do; empty where the message says it.</summary>
    public string Cure { get; } = cure;

    /// <summary>The same may be done a little later.</summary>
    public bool IsPassing { get; init; }
}
