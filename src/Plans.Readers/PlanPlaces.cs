using Orchestrator.Plans.Readers.Documents;

namespace Orchestrator.Plans.Readers;

/// <summary>Where the tasks of a plan and their fields stand in the file, for what is found out only after reading.</summary>
internal sealed class PlanPlaces
{
    private readonly Func<int, string, (int Line, int Column)> _find;

    private PlanPlaces(string file, Func<int, string, (int Line, int Column)> find)
    {
        File = file;
        _find = find;
    }

    public static PlanPlaces None { get; } = new("", (_, _) => (0, 0));

    /// <summary>The file that lists the tasks.</summary>
    public string File { get; }

    public static PlanPlaces OfNodes(string file, IReadOnlyList<DocumentNode> tasks) => new(file, (task, key) => Find(tasks, task, key));

    public static PlanPlaces OfLines(string file, IReadOnlyList<int> lines) => new(file, (task, _) => task < lines.Count ? (lines[task], 1) : (0, 0));

    /// <summary>Line and column of a task's field, else of the task, else zeros.</summary>
    public (int Line, int Column) Of(int task, string key) => _find(task, key);

    private static (int Line, int Column) Find(IReadOnlyList<DocumentNode> tasks, int task, string key)
    {
        if (task >= tasks.Count)
        {
            return (0, 0);
        }

        DocumentNode node = tasks[task];
        ScalarNode? field = (node as MappingNode)?.Entries.Find(e => string.Equals(e.Key.Text, key, StringComparison.Ordinal)).Key;
        return field is null ? (node.Line, node.Column) : (field.Line, field.Column);
    }
}
