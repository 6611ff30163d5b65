namespace Orchestrator.Documents;

/// <summary>Answer of <c>check --json</c>.</summary>
/// <param name="Status">The worst of the checks: <c>ok</c>, <c>warn</c> or <c>fail</c>.</param>
/// <param name="Checks">One entry for each check.</param>
public sealed record CheckDocument(string Status, IReadOnlyList<CheckEntry> Checks) : Document;

/// <summary>Result of one check.</summary>
public sealed record CheckEntry(string Name, string Status, string Message, string? Cure);
