namespace Orchestrator.Plans.Readers.Backlogs;

/// <summary>A dependency that is declared by the blocking task, such as <c>"blocks": [2]</c>.</summary>
/// <param name="Blocker">Full id of the blocking task.</param>
/// <param name="Waiting">Full id of the task that waits.</param>
/// <param name="Name">Id of the waiting task as written.</param>
/// <param name="Key">Key of the member that declares the dependency.</param>
/// <param name="Value">Value of the member.</param>
/// <param name="Item">Item of the value that names the waiting task, or the value itself if it is a single text.</param>
/// <param name="Field">Path of the member.</param>
internal sealed record BlockedTaskDeclaration(
    string Blocker,
    string Waiting,
    string Name,
    ScalarNode Key,
    YamlOrJsonNode Value,
    YamlOrJsonNode Item,
    FieldPath Field
)
{
    /// <summary>True if the waiting task also declares the dependency.</summary>
    public bool IsRepeated { get; init; }

    /// <summary>Reads the keys with which a task names the tasks that depend on it.</summary>
    /// <param name="task">Node of the task.</param>
    /// <param name="id">Full id of the task.</param>
    /// <param name="path">Path of the task in the file.</param>
    /// <param name="fullId">Returns the full id for a name that this task uses.</param>
    public static IEnumerable<BlockedTaskDeclaration> Of(MappingNode task, string id, string path, Func<string, string> fullId) =>
        from entry in task.Entries
        where KeySynonyms.IsReversed(entry.Key.Text)
        from named in Names(entry.Value)
        select new BlockedTaskDeclaration(
            id,
            fullId(named.Text),
            named.Text,
            entry.Key,
            entry.Value,
            named.Item,
            new FieldPath(path, entry.Key.Text)
        );

    // Values of other types belong to other tools.
    private static IEnumerable<(YamlOrJsonNode Item, string Text)> Names(YamlOrJsonNode value) =>
        value switch
        {
            SequenceNode list => list
                .Items.OfType<ScalarNode>()
                .Where(item => !item.IsNull)
                .Select(item => ((YamlOrJsonNode)item, item.Text)),
            ScalarNode { IsNull: false } text => Split(text.Text).Select(name => ((YamlOrJsonNode)text, name)),
            _ => [],
        };

    private static string[] Split(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>Adds the dependencies from each <see cref="BlockedTaskDeclaration"/> to the tasks of a backlog.</summary>
internal static class BlockedTaskDependencyAdder
{
    /// <summary>
    /// Returns the dependencies between existing tasks. Warns about the unusual keys with which blocking tasks declare them, and about
    /// names that do not match any task.
    /// </summary>
    /// <param name="blocks">All reverse dependencies in the file.</param>
    /// <param name="placed">All tasks and subtasks.</param>
    /// <param name="faults">List that receives the warnings.</param>
    public static IReadOnlyList<BlockedTaskDeclaration> SelectExisting(
        IEnumerable<BlockedTaskDeclaration> blocks,
        IReadOnlyList<TaskNodeWithFilePositions> placed,
        FaultList faults
    )
    {
        var tasks = placed.ToLookup(task => task.Node.Id, task => task.Node, StringComparer.Ordinal);
        var known = blocks.ToLookup(block => tasks.Contains(block.Waiting));
        foreach (var block in known[false].Where(block => block.Value is SequenceNode))
        {
            faults.Warning(
                "unknown-dependency",
                block.Item,
                block.Field,
                $"Task '{block.Blocker}' names the task '{block.Waiting}' in '{block.Key.Text}', but that task does not exist.",
                "Name a task of this backlog, or remove the name."
            );
        }
        List<BlockedTaskDeclaration> read =
        [
            .. known[true]
                .Select(block => block with { IsRepeated = tasks[block.Waiting].Any(task => task.DependsOn.Contains(block.Blocker)) }),
        ];
        foreach (var block in read.Where(block => !block.IsRepeated).DistinctBy(block => block.Key))
        {
            faults.Warning(
                "other-key",
                block.Key,
                block.Field,
                $"'{block.Key.Text}' is read as 'dependencies' of the tasks that it names.",
                "Use the usual key 'dependencies' in those tasks."
            );
        }
        return read;
    }

    /// <summary>Adds to each task of a list the dependencies that other tasks declare for it.</summary>
    public static List<BacklogTask> AddTo(IEnumerable<BacklogTask> tasks, ILookup<string, BlockedTaskDeclaration> byWaiting) =>
        [
            .. tasks.Select(task =>
                task with
                {
                    Dependencies = [.. task.Dependencies.Union(byWaiting[task.Id].Select(block => block.Blocker))],
                    Subtasks = AddTo(task.Subtasks, byWaiting),
                }
            ),
        ];

    /// <summary>Adds to a graph node the dependencies that other tasks declare for its task.</summary>
    public static TaskNodeWithFilePositions AddTo(
        TaskNodeWithFilePositions task,
        ILookup<string, BlockedTaskDeclaration> byWaiting,
        string file
    )
    {
        var more = byWaiting[task.Node.Id]
            .DistinctBy(block => block.Blocker)
            .Where(block => !task.Node.DependsOn.Contains(block.Blocker))
            .ToList();
        return more.Count == 0
            ? task
            : task with
            {
                Node = task.Node with { DependsOn = [.. task.Node.DependsOn, .. more.Select(block => block.Blocker)] },
                DependsOn =
                [
                    .. task.DependsOn,
                    .. more.Select(block => new FieldFilePosition(file, block.Item.Line, block.Item.Column, block.Field)),
                ],
            };
    }
}
