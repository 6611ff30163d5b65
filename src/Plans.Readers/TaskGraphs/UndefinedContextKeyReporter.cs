namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>Reports context keys that refer to a text block which neither the plan nor the project defines.</summary>
internal static class UndefinedContextKeyReporter
{
    public static void Report(IReadOnlyList<TaskWithPositions> tasks, IReadOnlySet<string> context, FaultList faults)
    {
        foreach ((var node, var field) in tasks.SelectMany(t => t.ContextKeys))
        {
            if (!context.Contains(node.Text.Trim()))
            {
                var near = NearestName.Of(node.Text, context);
                faults.Warning(
                    "unknown-context",
                    node,
                    field,
                    $"Neither the plan's 'context' nor the project has a text named '{node.Text}'.",
                    near is null
                        ? $"Add the text under 'context:', or with 'orchestrate context set {node.Text} TEXT'."
                        : $"Did you mean '{near}'?"
                );
            }
        }
    }
}
