using Orchestrator.Machine.Setup;

namespace Orchestrator.App.Documents;

/// <summary>Answer of <c>check --json</c>.</summary>
/// <param name="Status">The worst of the checks: <c>ok</c>, <c>warn</c> or <c>fail</c>.</param>
/// <param name="Checks">One entry for each check.</param>
public sealed record CheckDocument(string Status, IReadOnlyList<CheckEntry> Checks) : Document
{
    /// <summary>Makes the document.</summary>
    /// <param name="entries">At least one.</param>
    public static CheckDocument Of(IReadOnlyList<MachineCheckEntry> entries) =>
        new(
            Word(entries.Max(entry => entry.Status)),
            [.. entries.Select(entry => new CheckEntry(entry.Name, Word(entry.Status), entry.Message, entry.Cure))]
        );

    /// <summary>A status in a word.</summary>
    public static string Word(MachineCheckStatus status) => status.ToString().ToLowerInvariant();
}

/// <summary>Result of one check.</summary>
public sealed record CheckEntry(string Name, string Status, string Message, string? Cure);
