using System.Text.Json.Nodes;

namespace Orchestrator.Plans.Readers.Backlogs;

/// <summary>Reads a backlog: our own <c>tasks.json</c>, or that of task-master with or without tags.</summary>
public static class BacklogReader
{
    /// <summary>Reads a file's bytes.</summary>
    /// <param name="content">All of the file.</param>
    /// <param name="file">Its name, for faults.</param>
    /// <param name="tag">The requested tag; null: <see cref="BacklogFile.DefaultTag"/>, or the only one.</param>
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
            ((MappingNode)root).Add(new ScalarNode(list.Line, list.Column, "tasks", isPlain: false), list);
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
        var backlog = new Backlog(BacklogTaskBinder.BindTasks(holder, found, placed, faults));
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

    // Keys in another spelling are normalized: otherwise a written task would have both. Complexity is never written.
    private static void Rename(JsonArray? tasks)
    {
        foreach (var task in tasks?.OfType<JsonObject>() ?? [])
        {
            foreach (var key in task.Select(member => member.Key).ToList())
            {
                if (BacklogTaskBinder.Keys.Find(key) is { } usual and not "complexity" && usual != key)
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
        if (tag is null && root.Entries.Any(e => e.Key.Text == "tasks"))
        {
            return (null, root);
        }

        // With tags each member of the root is a list of its own.
        List<(ScalarNode Key, DocumentNode Value)> tags =
        [
            .. root.Entries.Where(e => e.Value is MappingNode inner && inner.Entries.Any(m => m.Key.Text == "tasks")),
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
}
