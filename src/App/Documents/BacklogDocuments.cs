using System.Text.Json.Nodes;

namespace Orchestrator.App.Documents;

/// <summary>Output of <c>tasks list --json</c>.</summary>
/// <param name="File">Path of the backlog file, relative to the repository.</param>
/// <param name="Tasks">The tasks, with all fields in the file.</param>
/// <param name="Errors">Errors in the tasks, such as unknown or circular dependencies.</param>
/// <param name="Warnings">Warnings, one sentence each.</param>
public sealed record BacklogDocument(
    string File,
    IReadOnlyList<JsonObject> Tasks,
    IReadOnlyList<PlanFaultEntry> Errors,
    IReadOnlyList<PlanFaultEntry> Warnings
) : SchemaVersionedDocument
{
    /// <summary>Creates the document from the tasks of a backlog file.</summary>
    public static BacklogDocument Of(string file, IEnumerable<JsonObject> tasks, IReadOnlyList<PlanFault> faults) =>
        new(
            file,
            [.. tasks],
            [.. faults.Where(fault => fault.Severity == FaultSeverity.Error).Select(PlanFaultEntry.Of)],
            [.. faults.Where(fault => fault.Severity == FaultSeverity.Warning).Select(PlanFaultEntry.Of)]
        );
}

/// <summary>Output of <c>tasks show --json</c>, <c>tasks next --json</c> and all commands that change a task.</summary>
/// <param name="Task">The task with all fields in the file, or null if there is no such task.</param>
public sealed record BacklogTaskDocument(JsonObject? Task) : SchemaVersionedDocument;
