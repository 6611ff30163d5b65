using Orchestrator.Plans.Readers.TaskGraphs;

namespace Orchestrator.Plans.Readers.Backlogs;

/// <summary>Reads the tasks of a backlog.</summary>
/// <param name="faults">List that receives the faults.</param>
internal sealed class BacklogTaskReader(FaultList faults)
{
    private readonly List<TaskNodeWithFilePositions> _placed = [];
    private readonly Dictionary<string, MappingNode> _nodes = new(StringComparer.Ordinal);
    private readonly List<BlockedTaskDeclaration> _blocks = [];

    /// <summary>Keys of a task, with alternative spellings.</summary>
    public static readonly YamlOrJsonKeySynonymTable Keys = new YamlOrJsonKeySynonymTable(
        "id",
        "title",
        "description",
        "details",
        "testStrategy test_strategy",
        "status",
        "priority",
        "dependencies depends_on depends",
        "subtasks"
    ).WithOrderAndState("dependencies");

    /// <summary>Tasks read so far, with the positions of their ids and dependencies.</summary>
    public IReadOnlyList<TaskNodeWithFilePositions> Placed { get; private set; } = [];

    /// <summary>Dependencies that are declared by the blocking task instead of the waiting task.</summary>
    public IReadOnlyList<BlockedTaskDeclaration> Blocks { get; private set; } = [];

    /// <summary>Nodes of the tasks read so far, by full id.</summary>
    public IReadOnlyDictionary<string, MappingNode> Nodes => _nodes;

    /// <summary>Reads a list of tasks.</summary>
    /// <param name="list">Node of the task list.</param>
    /// <param name="tag">Tag of the list, or null if the file has no tags.</param>
    public List<BacklogTask> BindTasks(SequenceNode list, string? tag)
    {
        var tasks = Bind(list, tag is null ? "tasks" : $"{tag}.tasks", null);
        Blocks = BlockedTaskDependencyAdder.SelectExisting(_blocks, _placed, faults);
        var byWaiting = Blocks.ToLookup(block => block.Waiting, StringComparer.Ordinal);
        Placed = [.. _placed.Select(task => BlockedTaskDependencyAdder.AddTo(task, byWaiting, faults.File))];
        return BlockedTaskDependencyAdder.AddTo(tasks, byWaiting);
    }

    private List<BacklogTask> Bind(SequenceNode list, string path, string? parent)
    {
        HashSet<string> siblings =
        [
            .. list
                .Items.OfType<MappingNode>()
                .Select(m => m.Entries.FirstOrDefault(e => Keys.Find(e.Key.Text) == "id").Value)
                .OfType<ScalarNode>()
                .Select(id => FullId(id.Text.Trim(), parent)),
        ];
        return [.. list.Items.Select((item, i) => Bind(item, $"{path}[{i}]", parent, siblings)).OfType<BacklogTask>()];
    }

    private BacklogTask? Bind(YamlOrJsonNode item, string path, string? parent, HashSet<string> siblings)
    {
        // Nested subtasks need no ids. Those without an id are ignored but stay in the file.
        if (parent?.Contains('.', StringComparison.Ordinal) is true && !HasId(item))
        {
            return null;
        }
        if (item is not MappingNode mapping)
        {
            faults.Error("wrong-type", item, path, $"A task must be a mapping, not {item.Kind}.", "Write {\"id\": 1, \"title\": \"...\"}.");
            return null;
        }

        // Members from other tools cause no fault, unless ignoring them would lose the order of tasks.
        var known = new MappingNode(mapping.Line, mapping.Column);
        foreach (
            var (key, value) in mapping.Entries.Where(e =>
                Keys.Find(e.Key.Text) is not null || YamlOrJsonMappingReader.IsUnreadOrder(mapping, e.Key, e.Value, Keys)
            )
        )
        {
            known.Add(key, value);
        }
        var fields = new YamlOrJsonMappingReader(known, path, Keys, faults, "a task");
        var local = (fields.Text("id") ?? "").Trim();
        var id = FullId(local, parent);
        if (local.Length == 0)
        {
            fields.Missing("id", "The task has no id.", "Add a number as its id.");
        }
        else if (TaskId.Fault(local) is { } fault)
        {
            faults.Error("bad-id", fields.Node("id"), fields.Join("id"), $"The id '{local}' {fault}.", "Add a number as its id.");
        }
        var dependencies = ListValuedPlanTaskFieldReader.SplitOnCommas(fields.Texts("dependencies"));
        string[] dependsOn = [.. dependencies.Select(d => BacklogReader.DependencyId(d.Node.Text, parent, siblings.Contains))];
        _blocks.AddRange(BlockedTaskDeclaration.Of(mapping, id, path, name => BacklogReader.DependencyId(name, parent, siblings.Contains)));
        var place = fields.Node("id") ?? mapping;
        _nodes[id] = mapping;
        _placed.Add(
            new TaskNodeWithFilePositions(
                new TaskNode(id, dependsOn),
                new FieldFilePosition(faults.File, place.Line, place.Column, fields.Join("id")),
                [.. dependencies.Select(d => new FieldFilePosition(faults.File, d.Node.Line, d.Node.Column, d.Field))]
            )
        );
        return new BacklogTask
        {
            Id = id,
            Title = Text(fields, "title") ?? "",
            Description = Text(fields, "description") ?? "",
            Details = Text(fields, "details"),
            TestStrategy = Text(fields, "testStrategy"),
            Status = Status(fields),
            Priority = fields.Text("priority") is { Length: > 0 } priority ? priority.Trim().ToLowerInvariant() : BacklogPriority.Medium,
            Dependencies = dependsOn,
            Subtasks = Subtasks(fields, id),
        };
    }

    // A list of strings counts as one text with one line per string.
    private static string? Text(YamlOrJsonMappingReader fields, string name) =>
        fields.Node(name) is SequenceNode ? string.Join("\n", fields.TextList(name)!) : fields.Text(name);

    private static bool HasId(YamlOrJsonNode item) =>
        item is MappingNode mapping && mapping.Entries.Any(entry => Keys.Find(entry.Key.Text) == "id");

    private static string FullId(string local, string? parent) =>
        parent is null || local.StartsWith(parent + ".", StringComparison.Ordinal) ? local : $"{parent}.{local}";

    private List<BacklogTask> Subtasks(YamlOrJsonMappingReader fields, string id)
    {
        if (fields.Node("subtasks") is not { } node)
        {
            return [];
        }
        if (node is SequenceNode list)
        {
            return Bind(list, fields.Join("subtasks").ToString(), id);
        }
        faults.Error("wrong-type", node, fields.Join("subtasks"), $"'subtasks' must be a list, not {node.Kind}.", "Write [].");
        return [];
    }

    // A task counts as done if either member says so, because an agent would otherwise be paid for finished work. An unknown status is kept
    // unchanged, so that no run starts the task.
    private static string Status(YamlOrJsonMappingReader fields)
    {
        var isDone = PlanTaskCompletedFieldReader.Read(fields, FaultSeverity.Warning);
        if (fields.Text("status") is not { Length: > 0 } word)
        {
            return isDone is true ? BacklogStatus.Done : BacklogStatus.Pending;
        }
        if (BacklogStatus.Find(word) is not { } status)
        {
            var near = NearestName.Of(word, BacklogStatus.All);
            fields.Faults.Warning(
                "unknown-status",
                fields.Node("status"),
                fields.Join("status"),
                $"The status '{word}' is unknown, so no run starts the task.",
                near is null ? $"Known: {string.Join(", ", BacklogStatus.All)}." : $"Did you mean '{near}'?"
            );
            return word;
        }
        if ((isDone, status) is not ((true, BacklogStatus.Pending) or (false, BacklogStatus.Done)))
        {
            return status;
        }
        var flag = fields.Key(KeySynonyms.CompletedKey)!;
        fields.Faults.Warning(
            "status-differs",
            flag,
            fields.Join(flag.Text),
            $"'status' says '{word}', but '{flag.Text}' says that the task is {(isDone is true ? "" : "not ")}done. The task counts "
                + "as done.",
            "Set both to the same state."
        );
        return BacklogStatus.Done;
    }
}
