using Temporal.Server.Verification;

namespace Orchestrator.App.Documents;

/// <summary>Answer of <c>server verify --json</c>.</summary>
/// <param name="Path">The file that was checked.</param>
/// <param name="Runs">Runs that were rebuilt from their events.</param>
/// <param name="Events">Events they were rebuilt from.</param>
/// <param name="Faults">Differences between the stored state and the events.</param>
public sealed record EngineCheckDocument(string Path, long Runs, long Events, IReadOnlyList<EngineFault> Faults) : Document;
