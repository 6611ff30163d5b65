namespace Temporal.Server.Verification;

/// <summary>Result of an <see cref="EngineDatabaseVerifier"/>.</summary>
/// <param name="Path">Path of the file.</param>
/// <param name="Runs">Number of rebuilt runs.</param>
/// <param name="Events">Number of events from which they were rebuilt.</param>
/// <param name="Faults">The faults; empty if the file is consistent.</param>
public sealed record DatabaseVerificationResult(string Path, long Runs, long Events, IReadOnlyList<EngineDatabaseInconsistency> Faults);

/// <summary>A stored value that contradicts a run's events, or a fault of the database file itself.</summary>
/// <param name="Namespace">Name of the namespace; empty for a fault of the file.</param>
/// <param name="WorkflowId">Workflow id; empty for a fault of the file.</param>
/// <param name="RunId">Run id; empty for a fault of the file.</param>
/// <param name="Field">Name of the value, such as <c>last_event_id</c> or <c>activity 5 cancel_requested</c>.</param>
/// <param name="Stored">Stored value.</param>
/// <param name="Rebuilt">Expected value according to the events.</param>
public sealed record EngineDatabaseInconsistency(
    string Namespace,
    string WorkflowId,
    string RunId,
    string Field,
    string Stored,
    string Rebuilt
)
{
    /// <summary>Formats the inconsistency as a sentence.</summary>
    public override string ToString() =>
        (RunId.Length == 0 ? "" : $"namespace {Namespace}, workflow {WorkflowId}, run {RunId}: ")
        + $"{Field} is stored as {FormatValue(Stored)}, rebuilt it is {FormatValue(Rebuilt)}";

    private static string FormatValue(string value) => value.Length == 0 ? "nothing" : value;
}
