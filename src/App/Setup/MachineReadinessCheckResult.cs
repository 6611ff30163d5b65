namespace Orchestrator.App.Setup;

/// <summary>Result of one check of the machine or repository.</summary>
/// <param name="Name">Subject of the check, such as <c>git</c>, <c>repository</c>, <c>agent</c> or <c>disk</c>.</param>
/// <param name="Status">Status of the check.</param>
/// <param name="Message">Result as a sentence.</param>
/// <param name="Cure">Suggested fix, or null if nothing has to be done.</param>
public sealed record MachineReadinessCheckResult(string Name, MachineReadinessCheckStatus Status, string Message, string? Cure = null);
