using Orchestrator.Runs.Reports;

namespace Orchestrator.Cli.Documents;

/// <summary><c>proof --json</c>.</summary>
/// <param name="Proof">Where the line comes from.</param>
internal sealed record ProofDocument(LineProof Proof) : Document;
