namespace Orchestrator.Plans.Readers;

/// <summary>Creates the objects that locate a plan's tasks and fields in its files. Each plan format has its own method.</summary>
internal static class PlanFieldPositionFinderFactory
{
    public static PlanFieldPositionFinder OfNodes(string file, IReadOnlyList<YamlOrJsonNode> tasks) =>
        new(
            file,
            (task, field) =>
            {
                (var line, var column) = Find(tasks, task, field.Split('[')[0]);
                return (file, line, column);
            }
        );

    public static PlanFieldPositionFinder OfLines(string file, IReadOnlyList<int> lines) =>
        new(file, (task, _) => task < lines.Count ? (file, lines[task], 1) : (file, 0, 0));

    /// <summary>
    /// Creates the position finder for a master plan. A phase is located at its table row in the master plan, and a gate at its line in the
    /// phase file.
    /// </summary>
    /// <param name="file">Path of the master plan.</param>
    /// <param name="rows">Line number of each phase's row.</param>
    /// <param name="gates">Path of each phase file, with the line numbers of its gates.</param>
    public static PlanFieldPositionFinder OfPhases(
        string file,
        IReadOnlyList<int> rows,
        IReadOnlyList<(string File, IReadOnlyList<int> Lines)> gates
    ) =>
        new(
            file,
            (task, field) =>
                field.StartsWith("verification[", StringComparison.Ordinal)
                && int.TryParse(field["verification[".Length..].TrimEnd(']'), out var gate)
                && gate < gates[task].Lines.Count
                    ? (gates[task].File, gates[task].Lines[gate], 1)
                    : (file, rows[task], 1)
        );

    private static (int Line, int Column) Find(IReadOnlyList<YamlOrJsonNode> tasks, int task, string key)
    {
        if (task >= tasks.Count)
        {
            return (0, 0);
        }
        var node = tasks[task];
        var field = (node as MappingNode)?.Entries.FirstOrDefault(e => string.Equals(e.Key.Text, key, StringComparison.Ordinal)).Key;
        return field is null ? (node.Line, node.Column) : (field.Line, field.Column);
    }
}
