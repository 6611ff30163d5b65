using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Plans.Readers.Documents;
using Orchestrator.Plans.Readers.TaskGraphs;

namespace Orchestrator.Plans.Readers.Backlogs;

/// <summary>What a reader made of a backlog file.</summary>
/// <param name="File">The backlog; null when it can't be read. It is there although dependencies lead nowhere or in circles: who keeps it
/// must see what to repair.</param>
/// <param name="Faults">All errors and warnings by place.</param>
public sealed record BacklogReadResult(BacklogFile? File, IReadOnlyList<PlanFault> Faults)
{
    /// <summary>The errors among the faults.</summary>
    public IEnumerable<PlanFault> Errors => Faults.Where(fault => fault.Severity == FaultSeverity.Error);
}

/// <summary>Reads a backlog: our own <c>tasks.json</c>, or that of task-master with or without tags.</summary>
public static class BacklogReader
{
    private static readonly KeyTable TaskKeys = new(
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

    /// <summary>Reads a file's bytes.</summary>
    /// <param name="content">All of the file.</param>
    /// <param name="file">Its name, for faults.</param>
    /// <param name="tag">The tag whose tasks are wanted; null: <see cref="BacklogFile.DefaultTag"/>, or the only one.</param>
    public static BacklogReadResult Read(ReadOnlySpan<byte> content, string file, string? tag = null)
    {
        if (!PlanText.TryDecode(content, file, out var text, out var fault))
        {
            return new BacklogReadResult(null, [fault]);
        }

        var faults = new FaultList(file);
        if (string.IsNullOrWhiteSpace(text))
        {
            return new BacklogReadResult(BacklogFile.Empty, []);
        }

        var root = JsonTree.Read(text, faults);
        if (root is SequenceNode list)
        {
            root = new MappingNode(list.Line, list.Column);
            ((MappingNode)root).Entries.Add((new ScalarNode(list.Line, list.Column, "tasks", isPlain: false), list));
            text = $"{{\"tasks\":{text}}}";
        }

        if (root is not MappingNode mapping)
        {
            if (!faults.HasErrors)
            {
                faults.Error("wrong-type", root, "", "A backlog is a mapping with the key 'tasks'.", "Begin with {\"tasks\": []}.");
            }

            return new BacklogReadResult(null, faults.Sorted());
        }

        (var found, var holder) = Holder(mapping, tag, faults);
        if (holder is null)
        {
            return new BacklogReadResult(null, faults.Sorted());
        }

        var placed = new List<PlacedTask>();
        var backlog = new Backlog(BindTasks(holder, found, placed, faults));
        var isReadable = !faults.HasErrors;
        var graph = GraphFaults.Report(placed, faults);
        if (!isReadable || graph.Faults.Any(fault => fault.Kind == GraphFaultKind.DuplicateId))
        {
            return new BacklogReadResult(null, faults.Sorted());
        }

        var json = (JsonObject)
            JsonNode.Parse(
                text,
                documentOptions: new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip }
            )!;
        Rename((found is null ? json : (JsonObject)json[found]!)["tasks"] as JsonArray);
        return new BacklogReadResult(new BacklogFile(json, found, backlog), faults.Sorted());
    }

    // Keys in another spelling get the usual one: written back, a task would else say the same twice. Complexity is never written.
    private static void Rename(JsonArray? tasks)
    {
        foreach (var task in tasks?.OfType<JsonObject>() ?? [])
        {
            foreach (var key in task.Select(member => member.Key).ToList())
            {
                if (TaskKeys.Find(key) is { } usual and not "complexity" && usual != key)
                {
                    var at = task.IndexOf(key);
                    var value = task[key];
                    task.RemoveAt(at);
                    task.Insert(at, usual, value);
                }
            }

            Rename(task["subtasks"] as JsonArray);
        }
    }

    /// <summary>The full id of a dependency: a bare number inside a subtask means its sibling, where there is one.</summary>
    internal static string DependencyId(string text, string? parent, Func<string, bool> exists)
    {
        var id = text.Trim();
        return parent is not null && !id.Contains('.', StringComparison.Ordinal) && exists($"{parent}.{id}") ? $"{parent}.{id}" : id;
    }

    private static (string? Tag, MappingNode? Holder) Holder(MappingNode root, string? tag, FaultList faults)
    {
        if (tag is null && root.Entries.Exists(e => e.Key.Text == "tasks"))
        {
            return (null, root);
        }

        // With tags each member of the root is a list of its own.
        List<(ScalarNode Key, DocumentNode Value)> tags =
        [
            .. root.Entries.Where(e => e.Value is MappingNode inner && inner.Entries.Exists(m => m.Key.Text == "tasks")),
        ];
        var wanted = tag ?? (tags is [var only] ? only.Key.Text : BacklogFile.DefaultTag);
        (var key, var value) = tags.Find(e => e.Key.Text == wanted);
        if (key is not null)
        {
            return (wanted, (MappingNode)value!);
        }

        var known =
            tags.Count == 0 ? "Add \"tasks\": [] to the file." : $"Its tags are: {string.Join(", ", tags.Select(t => t.Key.Text))}.";
        faults.Error("no-tasks", root, "", tags.Count == 0 ? "The file has no list of tasks." : $"The file has no tag '{wanted}'.", known);
        return (null, null);
    }

    private static List<BacklogTask> BindTasks(MappingNode holder, string? tag, List<PlacedTask> placed, FaultList faults)
    {
        var path = tag is null ? "tasks" : $"{tag}.tasks";
        var node = holder.Entries.Find(e => e.Key.Text == "tasks").Value;
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

        // Other tools keep members of their own here; they are kept as they are and are no fault.
        var known = new MappingNode(mapping.Line, mapping.Column);
        known.Entries.AddRange(mapping.Entries.Where(e => TaskKeys.Find(e.Key.Text) is not null));
        var fields = new Fields(known, path, TaskKeys, faults, "a task");
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
        string[] dependsOn = [.. dependencies.Select(d => DependencyId(d.Node.Text, parent, full => siblings?.Contains(full) == true))];
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
                        .Select(m => m.Entries.Find(e => TaskKeys.Find(e.Key.Text) == "id").Value)
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
