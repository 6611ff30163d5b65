using Orchestrator.Runs.Reports;

namespace Orchestrator.Documents;

/// <summary><c>proof --json</c>.</summary>
/// <param name="Proof">Where the line comes from.</param>
public sealed record ProofDocument(LineProof Proof) : Document;
