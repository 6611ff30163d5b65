using System.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.Plans.Readers.Backlogs;

/// <summary>A backlog with the file it came from: <c>{"tasks": [...]}</c>, or the task-master format with a mapping of tags to such lists.
/// A change edits the text: every byte that says something else stays.</summary>
public sealed class BacklogFile
{
    /// <summary>The tag that is used when none is named.</summary>
    public const string DefaultTag = "master";

    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };
    private readonly byte[] _content;
    private readonly BacklogNodes _nodes;

    internal BacklogFile(byte[] content, BacklogNodes nodes, string? tag, Backlog backlog)
    {
        _content = content;
        _nodes = nodes;
        Tag = tag;
        Backlog = backlog;
    }

    /// <summary>A file that does not exist yet.</summary>
    public static BacklogFile Empty => BacklogReader.Read("{\n  \"tasks\": []\n}\n"u8, "").File!;

    /// <summary>The tag whose tasks these are; null in a file without tags.</summary>
    public string? Tag { get; }

    /// <summary>The tasks.</summary>
    public Backlog Backlog { get; }

    /// <summary>The file's bytes with other tasks.</summary>
    /// <param name="changed">The tasks; <see cref="Backlog"/> gives the bytes that were read.</param>
    public byte[] Write(Backlog changed) =>
        PlanText.Encode(Encoding.UTF8.GetString(BacklogEditor.Edit(_nodes, Backlog, changed)), _content);

    /// <summary>One task or subtask with the fields of the file, each by its usual name.</summary>
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
            if (BacklogTaskBinder.Keys.Find(key) is { } usual && usual != key)
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

/// <summary>The place where the tasks of a backlog stand in its text.</summary>
/// <param name="Text">The text, in UTF-8.</param>
/// <param name="Root">The value of the text.</param>
/// <param name="Tasks">The list of tasks.</param>
/// <param name="ById">The tasks and subtasks by their full ids.</param>
/// <param name="Blocks">The dependencies that tasks name from the other side.</param>
internal sealed record BacklogNodes(
    byte[] Text,
    DocumentNode Root,
    SequenceNode Tasks,
    IReadOnlyDictionary<string, MappingNode> ById,
    IReadOnlyList<BacklogBlock> Blocks
);
