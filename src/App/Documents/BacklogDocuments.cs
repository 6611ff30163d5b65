using System.Text.Json.Nodes;
using Orchestrator.Plans;

namespace Orchestrator.App.Documents;

/// <summary>Answer of <c>tasks list --json</c>.</summary>
/// <param name="File">The backlog's file, relative to the repository.</param>
/// <param name="Tasks">The tasks with the fields of the file.</param>
/// <param name="Errors">Their faults: unknown or circular dependencies.</param>
/// <param name="Warnings">Warnings for people.</param>
public sealed record BacklogDocument(
    string File,
    IReadOnlyList<JsonObject> Tasks,
    IReadOnlyList<FaultEntry> Errors,
    IReadOnlyList<FaultEntry> Warnings
) : Document
{
    public static BacklogDocument Of(string file, IEnumerable<JsonObject> tasks, IReadOnlyList<PlanFault> faults) =>
        new(
            file,
            [.. tasks],
            [.. faults.Where(fault => fault.Severity == FaultSeverity.Error).Select(FaultEntry.Of)],
            [.. faults.Where(fault => fault.Severity == FaultSeverity.Warning).Select(FaultEntry.Of)]
        );
}

/// <summary>Answer of <c>tasks show --json</c>, <c>next</c> and of every change.</summary>
/// <param name="Task">The task with the fields of the file; null when there is none.</param>
public sealed record BacklogTaskDocument(JsonObject? Task) : Document;
