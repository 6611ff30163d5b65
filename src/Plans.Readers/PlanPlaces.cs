using Orchestrator.Plans.Readers.Documents;

namespace Orchestrator.Plans.Readers;

/// <summary>Where the tasks of a plan and their fields stand in the file, for what is found out only after reading.</summary>
internal sealed class PlanPlaces(string file, IReadOnlyList<DocumentNode> tasks)
{
    public static PlanPlaces None { get; } = new("", []);

    /// <summary>The file; for a plan of many files that of the task.</summary>
    public string File { get; } = file;

    /// <summary>Line and column of a task's field, else of the task, else zeros.</summary>
    public (int Line, int Column) Of(int task, string key)
    {
        if (task >= tasks.Count)
        {
            return (0, 0);
        }

        DocumentNode node = tasks[task];
        foreach ((ScalarNode name, DocumentNode _) in (node as MappingNode)?.Entries ?? [])
        {
            if (string.Equals(name.Text, key, StringComparison.Ordinal))
            {
                return (name.Line, name.Column);
            }
        }

        return (node.Line, node.Column);
    }
}
