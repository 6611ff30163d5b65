using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;

namespace Orchestrator.Plans.Readers.Backlogs;

/// <summary>A backlog with the file it came from: <c>{"tasks": [...]}</c>, or the task-master format with a mapping of tags to such lists.
/// Writing it back keeps the format, the tags and every member that is not ours.</summary>
public sealed class BacklogFile
{
    /// <summary>The tag that is used when none is named.</summary>
    public const string DefaultTag = "master";

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly JsonObject _root;

    internal BacklogFile(JsonObject root, string? tag, Backlog backlog)
    {
        _root = root;
        Tag = tag;
        Backlog = backlog;
    }

    /// <summary>A file that does not exist yet.</summary>
    public static BacklogFile Empty => new(new JsonObject { ["tasks"] = new JsonArray() }, null, new Backlog([]));

    /// <summary>The tag whose tasks these are; null in a file without tags.</summary>
    public string? Tag { get; }

    /// <summary>The tasks.</summary>
    public Backlog Backlog { get; }

    /// <summary>This file with other tasks.</summary>
    public BacklogFile With(Backlog backlog) => new(_root, Tag, backlog);

    /// <summary>The file's text.</summary>
    public string Write()
    {
        var root = (JsonObject)_root.DeepClone();
        var list = Tag is null ? root : (JsonObject)root[Tag]!;
        list["tasks"] = Tasks(list["tasks"] as JsonArray);
        return root.ToJsonString(Indented) + "\n";
    }

    /// <summary>One task or subtask with the fields of the file.</summary>
    public JsonObject ToJson(string id)
    {
        var list = Tag is null ? _root : (JsonObject)_root[Tag]!;
        var parts = id.Split('.');
        var task = Tasks(list["tasks"] as JsonArray).First(t => Text(t!["id"]) == parts[0])!;
        return (JsonObject)(parts.Length == 1 ? task : ((JsonArray)task["subtasks"]!).First(s => Text(s!["id"]) == parts[1])!).DeepClone();
    }

    private JsonArray Tasks(JsonArray? before)
    {
        var known = ById(before);
        return new JsonArray([.. Backlog.Tasks.Select(t => (JsonNode)Node(t, t.Id, known.GetValueOrDefault(t.Id)))]);
    }

    private static Dictionary<string, JsonObject> ById(JsonArray? nodes)
    {
        var known = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var node in nodes?.OfType<JsonObject>() ?? [])
        {
            known.TryAdd(Text(node["id"]), node);
        }
        return known;
    }

    private static JsonObject Node(BacklogTask task, string id, JsonObject? before, IReadOnlyList<BacklogTask>? siblings = null)
    {
        var node = before is null ? [] : (JsonObject)before.DeepClone();
        node["id"] ??= Number(id);
        Set(node, "title", task.Title);
        Set(node, "description", task.Description);
        Set(node, "details", task.Details);
        Set(node, "testStrategy", task.TestStrategy);
        Set(node, "status", task.Status, always: before is null);
        var isSubtask = task.Id.Contains('.', StringComparison.Ordinal);
        Set(node, "priority", task.Priority, always: !isSubtask && before is null);
        Dependencies(
            node,
            task,
            isSubtask ? task.Id.Split('.')[0] : null,
            full => siblings?.Any(sibling => sibling.Id == full) is true,
            isNew: before is null
        );
        if (task.Subtasks.Count > 0 || node["subtasks"] is not null)
        {
            var known = ById(before?["subtasks"] as JsonArray);
            node["subtasks"] = new JsonArray([
                .. task.Subtasks.Select(s => (JsonNode)Node(s, Local(s.Id), known.GetValueOrDefault(Local(s.Id)), task.Subtasks)),
            ]);
        }
        return node;
    }

    // The file's own form (numbers or texts, short or full ids) stays, unless its meaning has changed. The short id of a missing sibling
    // would mean a task.
    private static void Dependencies(JsonObject node, BacklogTask task, string? parent, Func<string, bool> isSibling, bool isNew)
    {
        var before = node["dependencies"] as JsonArray;
        var isSame =
            before is not null
            && before
                .Select(d => BacklogReader.DependencyId(Text(d), parent, isSibling))
                .SequenceEqual(task.Dependencies, StringComparer.Ordinal);
        if (!isSame && (before is not null || task.Dependencies.Count > 0 || (isNew && parent is null)))
        {
            node["dependencies"] = new JsonArray([
                .. task.Dependencies.Select(d => (JsonNode)Number(parent is not null && isSibling(d) ? Local(d) : d)),
            ]);
        }
    }

    private static void Set(JsonObject node, string name, string? value, bool always = false)
    {
        var before = node[name] is JsonValue given ? Text(given) : null;
        if (string.Equals(before ?? "", value ?? "", StringComparison.Ordinal) && !(always && before is null))
        {
            return;
        }

        // A synonym, such as "completed" for "done", is left as the other tool wrote it.
        var isSameWord =
            before is not null
            && (
                (name == "status" && (BacklogStatus.Find(before) ?? BacklogStatus.Pending) == value)
                || (name == "priority" && string.Equals(before, value, StringComparison.OrdinalIgnoreCase))
            );
        var isDefault =
            before is null
            && !always
            && ((name == "status" && value == BacklogStatus.Pending) || (name == "priority" && value == BacklogPriority.Medium));
        if (!isSameWord && !isDefault)
        {
            node[name] = value;
        }
    }

    private static string Local(string id) => id[(id.IndexOf('.', StringComparison.Ordinal) + 1)..];

    private static JsonValue Number(string id) =>
        long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? JsonValue.Create(number)
            : JsonValue.Create(id);

    internal static string Text(JsonNode? node) =>
        node is JsonValue value
            ? value.TryGetValue(out string? text)
                ? text
                : value.ToJsonString()
            : "";
}
