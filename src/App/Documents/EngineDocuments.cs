using Temporal.Server.Verification;

namespace Orchestrator.App.Documents;

/// <summary>Output of <c>server verify --json</c>.</summary>
/// <param name="Path">Path of the checked file.</param>
/// <param name="Runs">Number of runs that were rebuilt from their events.</param>
/// <param name="Events">Number of events from which the runs were rebuilt.</param>
/// <param name="Faults">Differences between the stored state and the state that follows from the events.</param>
public sealed record EngineCheckDocument(string Path, long Runs, long Events, IReadOnlyList<EngineDatabaseInconsistency> Faults)
    : SchemaVersionedDocument;
