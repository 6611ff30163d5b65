using Orchestrator.Plans.Readers.Documents;

namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>Reports context keys that the plan has no text for. They may still come from the project's own context store.</summary>
internal static class ContextChecks
{
    public static void Report(IReadOnlyList<BoundTask> tasks, IReadOnlyDictionary<string, string> context, FaultList faults)
    {
        foreach ((ScalarNode node, FieldPath field) in tasks.SelectMany(t => t.ContextKeys))
        {
            if (!context.ContainsKey(node.Text.Trim()))
            {
                string? near = NearestName.Of(node.Text, context.Keys);
                faults.Warning("unknown-context", node, field, $"The plan's 'context' has no text named '{node.Text}'.", near is null ? $"Add it under 'context:', or with 'orchestrate context set {node.Text} TEXT'." : $"Did you mean '{near}'?");
            }
        }
    }
}
