namespace Orchestrator.Plans.Readers.Backlogs;

/// <summary>A dependency that the task that others wait for names, such as <c>"blocks": [2]</c>.</summary>
/// <param name="Blocker">The full id of that task.</param>
/// <param name="Waiting">The full id of the task that waits for it.</param>
/// <param name="Name">The id of the waiting task as it is written.</param>
/// <param name="Key">The member's name.</param>
/// <param name="Value">The member's value.</param>
/// <param name="Item">The item of the value that names the waiting task; the value itself where it is one text.</param>
/// <param name="Field">The path of the member.</param>
internal sealed record BacklogBlock(
    string Blocker,
    string Waiting,
    string Name,
    ScalarNode Key,
    DocumentNode Value,
    DocumentNode Item,
    FieldPath Field
)
{
    /// <summary>True if the waiting task names the dependency, too.</summary>
    public bool IsRepeated { get; init; }

    /// <summary>Reads the members of a task that name the tasks which wait for it.</summary>
    /// <param name="task">The task.</param>
    /// <param name="id">The task's full id.</param>
    /// <param name="path">The task's path in the file.</param>
    /// <param name="fullId">Returns the full id of the task that this one names.</param>
    public static IEnumerable<BacklogBlock> Of(MappingNode task, string id, string path, Func<string, string> fullId) =>
        from entry in task.Entries
        where KeySynonyms.IsReversed(entry.Key.Text)
        from named in Names(entry.Value)
        select new BacklogBlock(
            id,
            fullId(named.Text),
            named.Text,
            entry.Key,
            entry.Value,
            named.Item,
            new FieldPath(path, entry.Key.Text)
        );

    // Other values are members of other tools.
    private static IEnumerable<(DocumentNode Item, string Text)> Names(DocumentNode value) =>
        value switch
        {
            SequenceNode list => list
                .Items.OfType<ScalarNode>()
                .Where(item => !item.IsNull)
                .Select(item => ((DocumentNode)item, item.Text)),
            ScalarNode { IsNull: false } text => Split(text.Text).Select(name => ((DocumentNode)text, name)),
            _ => [],
        };

    private static string[] Split(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>Adds the dependencies of <see cref="BacklogBlock"/> to the tasks of a backlog.</summary>
internal static class BacklogBlocks
{
    /// <summary>The blocks between tasks of the backlog. Warns of keys that are read, and of names in lists that no task has.</summary>
    /// <param name="blocks">All that were read.</param>
    /// <param name="placed">The tasks and subtasks.</param>
    /// <param name="faults">Takes the warnings.</param>
    public static IReadOnlyList<BacklogBlock> Known(IEnumerable<BacklogBlock> blocks, IReadOnlyList<PlacedTask> placed, FaultList faults)
    {
        var tasks = placed.ToLookup(task => task.Node.Id, task => task.Node, StringComparer.Ordinal);
        var known = blocks.ToLookup(block => tasks.Contains(block.Waiting));
        foreach (var block in known[false].Where(block => block.Value is SequenceNode))
        {
            faults.Warning(
                "unknown-dependency",
                block.Item,
                block.Field,
                $"Task '{block.Blocker}' names '{block.Waiting}' in '{block.Key.Text}', which does not exist.",
                "Name a task of this backlog, or remove the name."
            );
        }
        List<BacklogBlock> read =
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
                "Write 'dependencies' in those tasks, which is the usual key."
            );
        }
        return read;
    }

    /// <summary>A list of tasks with the dependencies that other tasks name.</summary>
    public static List<BacklogTask> AddTo(IEnumerable<BacklogTask> tasks, ILookup<string, BacklogBlock> byWaiting) =>
        [
            .. tasks.Select(task =>
                task with
                {
                    Dependencies = [.. task.Dependencies.Union(byWaiting[task.Id].Select(block => block.Blocker))],
                    Subtasks = AddTo(task.Subtasks, byWaiting),
                }
            ),
        ];

    /// <summary>A task of the graph with the dependencies that other tasks name.</summary>
    public static PlacedTask AddTo(PlacedTask task, ILookup<string, BacklogBlock> byWaiting, string file)
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
                DependsOn = [.. task.DependsOn, .. more.Select(block => new Place(file, block.Item.Line, block.Item.Column, block.Field))],
            };
    }
}
