namespace Orchestrator.App.Documents;

/// <summary>Output of <c>hold --json</c> and <c>release --json</c>.</summary>
/// <param name="Holds">Holds that are now in effect on this machine.</param>
/// <param name="Released">Holds that the command released.</param>
public sealed record HoldsDocument(IReadOnlyList<AgentStartHoldStatus> Holds, IReadOnlyList<AgentStartHoldStatus> Released)
    : SchemaVersionedDocument;
