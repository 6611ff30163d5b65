using System.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.Plans.Readers.Backlogs;

/// <summary>
/// A backlog with the file that it was read from. The file contains <c>{"tasks": [...]}</c>, or maps tags to such objects in the
/// task-master format. Writing changed tasks leaves all unrelated bytes unchanged.
/// </summary>
public sealed class BacklogFile
{
    /// <summary>Tag that is used if none is given.</summary>
    public const string DefaultTag = "master";

    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };
    private readonly byte[] _content;
    private readonly BacklogSyntaxTree _nodes;

    internal BacklogFile(byte[] content, BacklogSyntaxTree nodes, string? tag, Backlog backlog)
    {
        _content = content;
        _nodes = nodes;
        Tag = tag;
        Backlog = backlog;
    }

    /// <summary>An empty backlog file without tags.</summary>
    public static BacklogFile Empty => BacklogReader.Read("{\n  \"tasks\": []\n}\n"u8, "").File!;

    /// <summary>Tag of the tasks in <see cref="Backlog"/>, or null if the file has no tags.</summary>
    public string? Tag { get; }

    /// <summary>Tasks in the file.</summary>
    public Backlog Backlog { get; }

    /// <summary>Returns the bytes of the file, edited so that they contain the changed tasks.</summary>
    /// <param name="changed">Changed tasks. If they equal <see cref="Backlog"/>, the result is the original bytes.</param>
    public byte[] Write(Backlog changed) =>
        PlanFileBytesDecoder.Encode(Encoding.UTF8.GetString(BacklogEditor.Edit(_nodes, Backlog, changed)), _content);

    /// <summary>Returns a task or subtask with all fields from the file, under their canonical names.</summary>
    public JsonObject ToJson(string id)
    {
        var node = _nodes.ById[id];
        var task = (JsonObject)JsonNode.Parse(_nodes.Text.AsSpan(node.Start..node.End), documentOptions: Lenient)!;
        Rename(task);
        return task;
    }

    private static void Rename(JsonObject task)
    {
        foreach (var key in task.Select(member => member.Key).ToList())
        {
            if (BacklogTaskReader.Keys.Find(key) is { } usual && usual != key)
            {
                var at = task.IndexOf(key);
                var value = task[key];
                task.RemoveAt(at);
                task.Insert(at, usual, value);
            }
        }
        foreach (var subtask in (task["subtasks"] as JsonArray)?.OfType<JsonObject>() ?? [])
        {
            Rename(subtask);
        }
    }
}

/// <summary>Syntax tree of a backlog file, with the nodes of the tasks.</summary>
/// <param name="Text">Text in UTF-8.</param>
/// <param name="Root">Root value of the text.</param>
/// <param name="Tasks">Node of the task list.</param>
/// <param name="ById">Nodes of tasks and subtasks, by full id.</param>
/// <param name="Blocks">Dependencies that blocking tasks declare.</param>
internal sealed record BacklogSyntaxTree(
    byte[] Text,
    YamlOrJsonNode Root,
    SequenceNode Tasks,
    IReadOnlyDictionary<string, MappingNode> ById,
    IReadOnlyList<BlockedTaskDeclaration> Blocks
);
