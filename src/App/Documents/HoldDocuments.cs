using Orchestrator.Runs.Holds;

namespace Orchestrator.App.Documents;

/// <summary>Output of <c>hold --json</c> and <c>release --json</c>.</summary>
/// <param name="Holds">Holds that are now in effect on this machine.</param>
/// <param name="Released">Holds that the command released.</param>
public sealed record HoldsDocument(IReadOnlyList<AgentStartHoldStatus> Holds, IReadOnlyList<AgentStartHoldStatus> Released)
    : SchemaVersionedDocument
{
    /// <summary>Creates the document from the holds on agent starts on this machine.</summary>
    public static HoldsDocument Of(IReadOnlyList<AgentStartHoldRecord> holds, IReadOnlyList<AgentStartHoldRecord> released) =>
        new([.. holds.Select(Of)], [.. released.Select(Of)]);

    public static AgentStartHoldStatus Of(AgentStartHoldRecord hold) => new(hold.Run, hold.Repository, hold.Reason, hold.By, hold.Since);
}
