namespace Orchestrator.App.Documents;

/// <summary>Output of <c>proof --json</c>.</summary>
/// <param name="Proof">The origin of the line.</param>
public sealed record ProofDocument(LineProvenance Proof) : SchemaVersionedDocument;
