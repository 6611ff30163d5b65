using Orchestrator.App.Setup;

namespace Orchestrator.App.Documents;

/// <summary>Output of <c>check --json</c>.</summary>
/// <param name="Status">The worst status of all checks, which is <c>ok</c>, <c>warn</c> or <c>fail</c>.</param>
/// <param name="Checks">One entry for each check.</param>
public sealed record CheckDocument(string Status, IReadOnlyList<CheckEntry> Checks) : SchemaVersionedDocument
{
    /// <summary>Creates the document from the entries of all checks.</summary>
    /// <param name="entries">The entries, at least one.</param>
    public static CheckDocument Of(IReadOnlyList<MachineReadinessCheckResult> entries) =>
        new(
            Word(entries.Max(entry => entry.Status)),
            [.. entries.Select(entry => new CheckEntry(entry.Name, Word(entry.Status), entry.Message, entry.Cure))]
        );

    /// <summary>Converts a status to its value in JSON.</summary>
    public static string Word(MachineReadinessCheckStatus status) => status.ToString().ToLowerInvariant();
}

/// <summary>Result of a single check.</summary>
public sealed record CheckEntry(string Name, string Status, string Message, string? Cure);
