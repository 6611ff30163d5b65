namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>
/// Reads the task-graph format (<c>tasks.yaml</c>, <c>tasks.json</c>). Reports all problems together, each with its position and a
/// suggested fix. Never throws because of invalid text.
/// </summary>
public static class TaskGraphReader
{
    /// <summary>Maximum number of tasks in a plan.</summary>
    public const int MaxTasks = 20_000;

    /// <summary>Keys of a plan, with alternative spellings.</summary>
    internal static readonly YamlOrJsonKeySynonymTable PlanKeys = new(
        "request goal",
        "created_at created date",
        "tasks",
        "contracts interfaces",
        "context",
        "defaults default",
        "priority",
        "name title",
        "description",
        "version schema_version schemaVersion",
        "metadata meta",
        "$schema"
    );

    /// <summary>Reads a plan from a file's bytes.</summary>
    /// <param name="content">Complete content of the file.</param>
    /// <param name="file">Name of the file. The extension <c>.json</c> means JSON, and any other extension YAML.</param>
    /// <param name="projectContext">Names of the project's own context texts, which tasks may use.</param>
    public static PlanReadResult Read(ReadOnlySpan<byte> content, string file, IReadOnlyCollection<string>? projectContext = null) =>
        PlanFileBytesDecoder.TryDecode(content, file, out var text, out var fault)
            ? Read(text, file, projectContext)
            : new PlanReadResult(null, [fault]);

    /// <summary>
    /// Reads a plan that was embedded as JSON data, for example in the input of a run. Error messages name fields instead of lines, because
    /// users do not see the serialized text.
    /// </summary>
    /// <param name="data">JSON value with the content of a plan file.</param>
    /// <param name="name">Display name of the plan.</param>
    public static PlanReadResult ReadData(JsonElement data, string name)
    {
        var faults = new FaultList(name);
        var read = JsonTreeParser.Read(data.GetRawText(), faults) is { } root
            ? Bind(root, faults, [])
            : new PlanReadResult(null, faults.Sorted());
        return read with
        {
            Faults = [.. read.Faults.Select(fault => fault with { Line = 0, Column = 0 })],
            Places = new PlanFieldPositionFinder(name, (_, _) => (name, 0, 0)),
        };
    }

    /// <summary>Reads a plan from text.</summary>
    /// <inheritdoc cref="Read(ReadOnlySpan{byte}, string, IReadOnlyCollection{string}?)"/>
    public static PlanReadResult Read(string text, string file, IReadOnlyCollection<string>? projectContext = null)
    {
        var faults = new FaultList(file);
        var root = YamlOrJsonNode.Read(text, faults);
        if (root is null or ScalarNode { IsNull: true })
        {
            if (!faults.HasErrors)
            {
                faults.Add(
                    "empty-file",
                    FaultSeverity.Error,
                    1,
                    1,
                    "",
                    "The file is empty.",
                    "A plan needs at least 'tasks:' with one task that has an id, a description and files_write."
                );
            }
            return new PlanReadResult(null, faults.Sorted());
        }
        return Bind(root, faults, projectContext ?? []);
    }

    private static int? BindPriority(YamlOrJsonMappingReader fields)
    {
        var text = fields.Text("priority");
        var priority = text is null ? null : RunPriority.Parse(text);
        if (text is not null && priority is null)
        {
            fields.Faults.Error(
                "bad-value",
                fields.Node("priority")!,
                "priority",
                $"'{text}' is not a valid priority.",
                $"Use one of {string.Join(", ", BacklogPriority.All)}, or a whole number from {RunPriority.Lowest} to "
                    + $"{RunPriority.Highest}."
            );
        }
        return priority;
    }

    private static PlanReadResult Bind(YamlOrJsonNode root, FaultList faults, IReadOnlyCollection<string> projectContext)
    {
        // A list at the root is the list of tasks.
        var mapping = root switch
        {
            MappingNode given => given,
            SequenceNode => Wrap("tasks", root),
            _ => new MappingNode(root.Line, root.Column),
        };
        if (root is ScalarNode)
        {
            faults.Error(
                "wrong-type",
                root,
                "",
                $"A plan must be a mapping with the key 'tasks', not {root.Kind}.",
                "Begin with 'tasks:' and a list of tasks."
            );
            return new PlanReadResult(null, faults.Sorted());
        }
        var fields = new YamlOrJsonMappingReader(mapping, "", PlanKeys, faults, "a plan");
        var defaults = TaskDefaultsReader.Bind(fields);
        var context = BindContext(fields);
        var tasks = BindTasks(fields, defaults);
        var contracts = ContractNodeReader.Bind(fields, tasks);
        UndefinedContextKeyReporter.Report(tasks, context.Keys.Concat(projectContext).ToHashSet(StringComparer.Ordinal), faults);
        var graph = GraphFaultReporter.Report([.. tasks.Select(t => Placed(t, faults.File))], faults);

        var plan = new Plan
        {
            Request = fields.Text("request") ?? fields.Text("description") ?? fields.Text("name"),
            CreatedAt = fields.Text("created_at"),
            Priority = BindPriority(fields),
            Defaults = defaults,
            Context = context,
            Tasks = [.. tasks.Select(t => t.Task)],
            Contracts = contracts,
        };
        return new PlanReadResult(faults.HasErrors ? null : plan, faults.Sorted())
        {
            TaskCount = tasks.Count,
            Graph = graph,
            Places = PlanFieldPositionFinderFactory.OfNodes(faults.File, [.. tasks.Select(t => t.Node)]),
        };
    }

    private static List<TaskWithPositions> BindTasks(YamlOrJsonMappingReader plan, TaskDefaults? defaults)
    {
        var node = plan.Node("tasks");
        var count = (node as SequenceNode)?.Items.Count ?? (node as MappingNode)?.Entries.Count ?? 0;
        if (node is ScalarNode)
        {
            plan.Faults.Error(
                "wrong-type",
                node,
                "tasks",
                $"'tasks' must be a list of tasks, not {node.Kind}.",
                "Write one task per dash: '- id: my-task'."
            );
        }
        else if (count == 0)
        {
            plan.Faults.Error(
                "no-tasks",
                (YamlOrJsonNode?)plan.Key("tasks") ?? plan.Mapping,
                "tasks",
                "The plan has no tasks.",
                "Add 'tasks:' with at least one task that has an id, a description and files_write."
            );
        }
        else if (count > MaxTasks)
        {
            plan.Faults.Error(
                "too-many-tasks",
                plan.Key("tasks"),
                "tasks",
                $"The plan has {Plural.Of(count, "task")}; at most {MaxTasks} are allowed.",
                "Split the plan into several plans."
            );
            return [];
        }
        var tasks = new List<TaskWithPositions>(count);
        for (var i = 0; i < count; i++)
        {
            // A list of tasks, or a mapping from ids to tasks.
            var id = (node as MappingNode)?.Entries[i].Key.Text;
            var task = (node as MappingNode)?.Entries[i].Value ?? ((SequenceNode)node!).Items[i];
            var field = id is null ? $"tasks[{i}]" : $"tasks.{id}";
            if (task is MappingNode mapping)
            {
                tasks.Add(TaskNodeReader.Bind(mapping, field, id, defaults, plan.Faults));
            }
            else
            {
                plan.Faults.Error(
                    "wrong-type",
                    task,
                    field,
                    $"A task must be a mapping, not {task.Kind}.",
                    "Write 'id:', 'description:' and 'files_write:' under the dash."
                );
            }
        }
        return tasks;
    }

    private static Dictionary<string, string> BindContext(YamlOrJsonMappingReader plan)
    {
        var context = new Dictionary<string, string>(StringComparer.Ordinal);
        if (plan.Node("context") is not { } node)
        {
            return context;
        }
        if (node is not MappingNode mapping)
        {
            plan.Faults.Error(
                "wrong-type",
                node,
                "context",
                $"'context' must be a mapping of names to strings, not {node.Kind}.",
                "Write 'context:' and under it 'NAME: TEXT'."
            );
            return context;
        }
        foreach ((var key, var value) in mapping.Entries)
        {
            if (YamlOrJsonValueReader.Text(value, $"context.{key.Text}", plan.Faults) is { } text)
            {
                context[key.Text] = text;
            }
        }
        return context;
    }

    private static TaskNodeWithFilePositions Placed(TaskWithPositions task, string file) =>
        new(
            TaskNode.Of(task.Task),
            new FieldFilePosition(file, task.IdNode.Line, task.IdNode.Column, new FieldPath(task.Field, "id")),
            [.. task.DependsOn.Select(d => new FieldFilePosition(file, d.Node.Line, d.Node.Column, d.Field))]
        );

    private static MappingNode Wrap(string key, YamlOrJsonNode value)
    {
        var mapping = new MappingNode(value.Line, value.Column);
        mapping.Add(new ScalarNode(value.Line, value.Column, key, isPlain: false), value);
        return mapping;
    }
}
