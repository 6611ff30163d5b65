namespace Orchestrator.Machine.Setup;

/// <summary>Result of one check.</summary>
/// <param name="Name">Subject: <c>git</c>, <c>repository</c>, <c>agent</c>, <c>disk</c> ...</param>
/// <param name="Status">Status of the check.</param>
/// <param name="Message">The result, in a sentence.</param>
/// <param name="Cure">What to do; null when nothing has to be done.</param>
public sealed record MachineCheckEntry(string Name, MachineCheckStatus Status, string Message, string? Cure = null);
