namespace Temporal.Server.Verification;

/// <summary>The findings of <see cref="EngineVerification"/> in a file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Runs">Runs that were rebuilt.</param>
/// <param name="Events">Events they were rebuilt from.</param>
/// <param name="Faults">Everything that is not as it should be; empty when all is well.</param>
public sealed record EngineReport(string Path, long Runs, long Events, IReadOnlyList<EngineFault> Faults);

/// <summary>Something stored that is not what the events say.</summary>
/// <param name="Namespace">Name of the namespace; empty for a fault of the file.</param>
/// <param name="WorkflowId">The workflow; empty for a fault of the file.</param>
/// <param name="RunId">The run; empty for a fault of the file.</param>
/// <param name="Field">What differs, such as <c>last_event_id</c> or <c>activity 5 cancel_requested</c>.</param>
/// <param name="Stored">As it is stored.</param>
/// <param name="Rebuilt">As the events say it should be.</param>
public sealed record EngineFault(string Namespace, string WorkflowId, string RunId, string Field, string Stored, string Rebuilt)
{
    /// <summary>The fault as a sentence.</summary>
    public override string ToString() =>
        (RunId.Length == 0 ? "" : $"namespace {Namespace}, workflow {WorkflowId}, run {RunId}: ")
        + $"{Field} is stored as {Shown(Stored)}, rebuilt it is {Shown(Rebuilt)}";

    private static string Shown(string value) => value.Length == 0 ? "nothing" : value;
}
