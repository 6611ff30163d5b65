namespace Orchestrator.Plans.Readers;

/// <summary>Position of a field, with its file, line, column and path.</summary>
internal sealed record FieldFilePosition(string File, int Line, int Column, FieldPath Field);

/// <summary>A graph node with the positions of its id and dependencies.</summary>
internal sealed record TaskNodeWithFilePositions(TaskNode Node, FieldFilePosition Id, IReadOnlyList<FieldFilePosition> DependsOn);

/// <summary>Reports errors that are visible only in the plan as a whole: duplicate ids, unknown dependencies and cycles.</summary>
internal static class GraphFaultReporter
{
    // Limits the suggestions, because searching for similar names among thousands of ids takes time.
    private const int MostSuggestions = 100;

    // The middle of a longer cycle is omitted.
    private const int MostShown = 12;

    /// <summary>Creates the graph of the tasks and reports the errors in it.</summary>
    public static TaskGraph Report(IReadOnlyList<TaskNodeWithFilePositions> tasks, FaultList faults)
    {
        var graph = TaskGraph.Of(tasks.Select(t => t.Node));
        var suggestions = MostSuggestions;
        foreach (var fault in graph.Faults)
        {
            var task = tasks[fault.TaskIndex];
            switch (fault.Kind)
            {
                case GraphFaultKind.DuplicateId when fault.TaskId.Length > 0:
                    DuplicateId(fault, task, tasks, faults);
                    break;
                case GraphFaultKind.UnknownDependency:
                    var near =
                        suggestions-- > 0
                            ? NearestName.Of(fault.Ids[0], tasks.Select(t => t.Node.Id).Where(id => id != fault.TaskId))
                            : null;
                    Add(
                        faults,
                        "unknown-dependency",
                        task.DependsOn[fault.DependencyIndex],
                        $"Task '{fault.TaskId}' depends on '{fault.Ids[0]}', which does not exist.",
                        near is null ? "Name a task of this plan, or remove the dependency." : $"Did you mean '{near}'?"
                    );
                    break;
                case GraphFaultKind.SelfDependency:
                    Add(
                        faults,
                        "self-dependency",
                        task.DependsOn[fault.DependencyIndex],
                        $"Task '{fault.TaskId}' depends on itself.",
                        "Remove the dependency."
                    );
                    break;
                case GraphFaultKind.Cycle:
                    Cycle(fault, task, faults);
                    break;
            }
        }
        return graph;
    }

    private static void DuplicateId(
        GraphFault fault,
        TaskNodeWithFilePositions task,
        IReadOnlyList<TaskNodeWithFilePositions> tasks,
        FaultList faults
    )
    {
        var first = tasks[fault.DependencyIndex].Id;
        var same = string.Equals(fault.Ids[0], fault.Ids[1], StringComparison.Ordinal)
            ? $"The id '{fault.TaskId}' is already used on line {first.Line}."
            : $"The id '{fault.TaskId}' differs only in letter case from '{fault.Ids[0]}' on line {first.Line}, so their branches "
                + "or files could have the same name.";
        Add(faults, "duplicate-id", task.Id, same, $"Give each task its own id, such as '{fault.TaskId}-2'.");
    }

    private static void Cycle(GraphFault fault, TaskNodeWithFilePositions task, FaultList faults)
    {
        var path =
            fault.Ids.Count <= MostShown + 1
                ? string.Join(" -> ", fault.Ids)
                : $"{string.Join(" -> ", fault.Ids.Take(MostShown))} -> ... ({fault.Ids.Count - 1 - MostShown} more) -> {fault.Ids[^1]}";
        var at = Math.Max(0, task.Node.DependsOn.ToList().IndexOf(fault.Ids[1]));
        Add(
            faults,
            "cycle",
            task.DependsOn[at],
            $"Tasks depend on each other in a cycle: {path} (each depends on the next).",
            "Remove one of these dependencies."
        );
    }

    private static void Add(FaultList faults, string code, FieldFilePosition at, string message, string cure) =>
        faults.Add(new PlanFault(code, FaultSeverity.Error, at.File, at.Line, at.Column, at.Field.ToString(), message, cure));
}
