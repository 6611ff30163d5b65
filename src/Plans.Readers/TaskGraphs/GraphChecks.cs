using Orchestrator.Plans.Readers.Documents;

namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>Reports what only the whole plan shows: ids that clash, dependencies that lead nowhere or in circles, unknown context.</summary>
internal static class GraphChecks
{
    // Looking for near names among thousands of ids costs time; after this many the point is made.
    private const int MostSuggestions = 100;

    public static void Report(IReadOnlyList<BoundTask> tasks, IReadOnlyDictionary<string, string> context, FaultList faults)
    {
        TaskGraph graph = TaskGraph.Of(tasks.Select(t => TaskNode.Of(t.Task)));
        int suggestions = MostSuggestions;
        var firstOf = new Dictionary<string, BoundTask>(StringComparer.Ordinal);
        foreach (BoundTask task in tasks)
        {
            firstOf.TryAdd(task.Task.Id, task);
        }

        foreach (GraphFault fault in graph.Faults)
        {
            BoundTask task = tasks[fault.TaskIndex];
            switch (fault.Kind)
            {
                case GraphFaultKind.DuplicateId when fault.TaskId.Length > 0:
                    DuplicateId(fault, task, firstOf[fault.Ids[0]], faults);
                    break;
                case GraphFaultKind.UnknownDependency:
                    (ScalarNode node, string field) = task.DependsOn[fault.DependencyIndex];
                    string? near = suggestions-- > 0 ? NearestName.Of(fault.Ids[0], tasks.Select(t => t.Task.Id).Where(id => id != fault.TaskId)) : null;
                    faults.Error("unknown-dependency", node, field, $"Task '{fault.TaskId}' depends on '{fault.Ids[0]}', which does not exist.", near is null ? "Name a task of this plan, or remove the dependency." : $"Did you mean '{near}'?");
                    break;
                case GraphFaultKind.SelfDependency:
                    faults.Error("self-dependency", task.DependsOn[fault.DependencyIndex].Node, task.DependsOn[fault.DependencyIndex].Field, $"Task '{fault.TaskId}' depends on itself.", "Remove the dependency.");
                    break;
                case GraphFaultKind.Cycle:
                    Cycle(fault, task, faults);
                    break;
            }
        }

        foreach (BoundTask task in tasks)
        {
            foreach ((ScalarNode node, string field) in task.ContextKeys)
            {
                if (!context.ContainsKey(node.Text.Trim()))
                {
                    string? near = NearestName.Of(node.Text, context.Keys);
                    faults.Warning("unknown-context", node, field, $"The plan's 'context' has no text named '{node.Text}'.", near is null ? $"Add it under 'context:', or with 'orchestrate context set {node.Text} TEXT'." : $"Did you mean '{near}'?");
                }
            }
        }
    }

    private static void DuplicateId(GraphFault fault, BoundTask task, BoundTask first, FaultList faults)
    {
        string same = string.Equals(fault.Ids[0], fault.Ids[1], StringComparison.Ordinal)
            ? $"The id '{fault.TaskId}' is already used in line {first.IdNode.Line}."
            : $"The id '{fault.TaskId}' differs only in capitals from '{fault.Ids[0]}' in line {first.IdNode.Line}; branch and file names may not tell them apart.";
        faults.Error("duplicate-id", task.IdNode, $"{task.Field}.id", same, $"Give each task its own id, such as '{fault.TaskId}-2'.");
    }

    private static void Cycle(GraphFault fault, BoundTask task, FaultList faults)
    {
        const int shown = 12;
        string path = fault.Ids.Count <= shown + 1
            ? string.Join(" -> ", fault.Ids)
            : $"{string.Join(" -> ", fault.Ids.Take(shown))} -> ... ({fault.Ids.Count - 1 - shown} more) -> {fault.Ids[^1]}";
        int at = Math.Max(0, task.DependsOn.ToList().FindIndex(d => d.Node.Text.Trim() == fault.Ids[1]));
        faults.Error("cycle", task.DependsOn[at].Node, task.DependsOn[at].Field, $"Tasks wait for each other in a circle: {path} (each depends on the next).", "Remove one of these dependencies.");
    }
}
