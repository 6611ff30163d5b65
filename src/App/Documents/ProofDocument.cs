using Orchestrator.Runs.Reports;

namespace Orchestrator.App.Documents;

/// <summary><c>proof --json</c>.</summary>
/// <param name="Proof">Where the line comes from.</param>
public sealed record ProofDocument(LineProof Proof) : Document;
