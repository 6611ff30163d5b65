using Orchestrator.Plans.Readers.TaskGraphs;

namespace Orchestrator.Plans.Readers.Backlogs;

/// <summary>Reads the tasks of a backlog.</summary>
internal static class BacklogTaskBinder
{
    /// <summary>The keys of a task, with their other spellings.</summary>
    public static readonly KeyTable Keys = new(
        "id",
        "title",
        "description",
        "details",
        "testStrategy test_strategy",
        "status",
        "priority",
        "dependencies depends_on",
        "subtasks",
        "complexity complexityScore"
    );

    public static List<BacklogTask> BindTasks(MappingNode holder, string? tag, List<PlacedTask> placed, FaultList faults)
    {
        var path = tag is null ? "tasks" : $"{tag}.tasks";
        var node = holder.Entries.FirstOrDefault(e => e.Key.Text == "tasks").Value;
        if (node is not SequenceNode list)
        {
            faults.Error("wrong-type", node, path, $"'tasks' is a list, not {node.Kind}.", "Write [].");
            return [];
        }
        return [.. list.Items.Select((item, i) => Bind(item, $"{path}[{i}]", null, null, placed, faults)).OfType<BacklogTask>()];
    }

    private static BacklogTask? Bind(
        DocumentNode item,
        string path,
        string? parent,
        HashSet<string>? siblings,
        List<PlacedTask> placed,
        FaultList faults
    )
    {
        if (item is not MappingNode mapping)
        {
            faults.Error("wrong-type", item, path, $"A task is a mapping, not {item.Kind}.", "Write {\"id\": 1, \"title\": \"...\"}.");
            return null;
        }

        // Members of other tools are kept unchanged, and are no fault.
        var known = new MappingNode(mapping.Line, mapping.Column);
        foreach (var (key, value) in mapping.Entries.Where(e => Keys.Find(e.Key.Text) is not null))
        {
            known.Add(key, value);
        }
        var fields = new Fields(known, path, Keys, faults, "a task");
        var local = (fields.Text("id") ?? "").Trim();
        var id = parent is null
            ? local
            : $"{parent}.{(local.StartsWith(parent + ".", StringComparison.Ordinal) ? local[(parent.Length + 1)..] : local)}";
        if (local.Length == 0)
        {
            fields.Missing("id", "The task has no id.", "Give it a number.");
        }
        else if (TaskId.Fault(local) is { } fault)
        {
            faults.Error("bad-id", fields.Node("id"), fields.Join("id"), $"The id '{local}' {fault}.", "Give it a number.");
        }
        var dependencies = fields.Texts("dependencies") ?? [];
        string[] dependsOn =
        [
            .. dependencies.Select(d => BacklogReader.DependencyId(d.Node.Text, parent, full => siblings?.Contains(full) == true)),
        ];
        var place = fields.Node("id") ?? mapping;
        placed.Add(
            new PlacedTask(
                new TaskNode(id, dependsOn),
                new Place(faults.File, place.Line, place.Column, fields.Join("id")),
                [.. dependencies.Select(d => new Place(faults.File, d.Node.Line, d.Node.Column, d.Field))]
            )
        );
        return new BacklogTask
        {
            Id = id,
            Title = fields.Text("title") ?? "",
            Description = fields.Text("description") ?? "",
            Details = fields.Text("details"),
            TestStrategy = fields.Text("testStrategy"),
            Status = Status(fields),
            Priority = fields.Text("priority") is { Length: > 0 } priority ? priority.Trim().ToLowerInvariant() : BacklogPriority.Medium,
            Dependencies = dependsOn,
            Complexity = fields.Minutes("complexity"),
            Subtasks = parent is null ? Subtasks(fields, id, placed) : [],
        };
    }

    private static List<BacklogTask> Subtasks(Fields fields, string id, List<PlacedTask> placed)
    {
        switch (fields.Node("subtasks"))
        {
            case null:
                return [];
            case SequenceNode list:
                HashSet<string> siblings =
                [
                    .. list
                        .Items.OfType<MappingNode>()
                        .Select(m => m.Entries.FirstOrDefault(e => Keys.Find(e.Key.Text) == "id").Value)
                        .OfType<ScalarNode>()
                        .Select(s => $"{id}.{s.Text}"),
                ];
                return
                [
                    .. list
                        .Items.Select((item, i) => Bind(item, $"{fields.Join("subtasks")}[{i}]", id, siblings, placed, fields.Faults))
                        .OfType<BacklogTask>(),
                ];
            case var other:
                fields.Faults.Error("wrong-type", other, fields.Join("subtasks"), $"'subtasks' is a list, not {other.Kind}.", "Write [].");
                return [];
        }
    }

    private static string Status(Fields fields)
    {
        if (fields.Text("status") is not { Length: > 0 } word)
        {
            return BacklogStatus.Pending;
        }
        if (BacklogStatus.Find(word) is { } status)
        {
            return status;
        }
        var near = NearestName.Of(word, BacklogStatus.All);
        fields.Faults.Warning(
            "unknown-status",
            fields.Node("status"),
            fields.Join("status"),
            $"The status '{word}' is not known and counts as pending.",
            near is null ? $"Known: {string.Join(", ", BacklogStatus.All)}." : $"Did you mean '{near}'?"
        );
        return BacklogStatus.Pending;
    }
}
