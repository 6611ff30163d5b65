using System.Text;

namespace Orchestrator.Plans.Readers.Backlogs;

/// <summary>
/// Reads a backlog, which is either orchestrate's own <c>tasks.json</c> or a task-master backlog, whose tags are optional.
/// </summary>
public static class BacklogReader
{
    private const string NoTasks = "no-tasks";

    /// <summary>True if the content is a backlog, possibly with errors.</summary>
    public static bool IsBacklog(ReadOnlySpan<byte> content) =>
        !Read(content, "").Errors.Any(fault => fault is { Code: NoTasks } or { Code: "wrong-type", Field: "" or "tasks" });

    /// <summary>Reads a backlog from a file's bytes.</summary>
    /// <param name="content">Complete content of the file.</param>
    /// <param name="file">Name of the file, for faults.</param>
    /// <param name="tag">Requested tag. Null for the file's only tag, or <see cref="BacklogFile.DefaultTag"/>.</param>
    public static BacklogReadResult Read(ReadOnlySpan<byte> content, string file, string? tag = null)
    {
        if (!PlanFileBytesDecoder.TryDecode(content, file, out var text, out var fault))
        {
            return new BacklogReadResult(null, [fault]);
        }
        var faults = new FaultList(file);
        if (string.IsNullOrWhiteSpace(text))
        {
            return new BacklogReadResult(BacklogFile.Empty, []);
        }
        var root = JsonTreeParser.Read(text, faults);
        if (root is ScalarNode)
        {
            faults.Error("wrong-type", root, "", "A backlog must be a mapping with the key 'tasks'.", "Begin with {\"tasks\": []}.");
        }
        var (found, tasks) = root switch
        {
            SequenceNode list => (null, list),
            MappingNode mapping => Tasks(mapping, tag, faults),
            _ => (null, null),
        };
        if (tasks is null)
        {
            return new BacklogReadResult(null, faults.Sorted());
        }
        var binder = new BacklogTaskReader(faults);
        var backlog = new Backlog(binder.BindTasks(tasks, found));
        var isReadable = !faults.HasErrors;
        var graph = GraphFaultReporter.Report(binder.Placed, faults);
        if (!isReadable || graph.Faults.Any(fault => fault.Kind == GraphFaultKind.DuplicateId))
        {
            return new BacklogReadResult(null, faults.Sorted());
        }
        var nodes = new BacklogSyntaxTree(Encoding.UTF8.GetBytes(text), root!, tasks, binder.Nodes, binder.Blocks);
        return new BacklogReadResult(new BacklogFile(content.ToArray(), nodes, found, backlog), faults.Sorted());
    }

    /// <summary>
    /// Returns the full id of a dependency. Within a subtask, a bare number refers to the sibling with that number, if there is one.
    /// </summary>
    internal static string DependencyId(string text, string? parent, Func<string, bool> exists)
    {
        var id = text.Trim();
        return parent is not null && !id.Contains('.', StringComparison.Ordinal) && exists($"{parent}.{id}") ? $"{parent}.{id}" : id;
    }

    private static (string? Tag, SequenceNode? Tasks) Tasks(MappingNode root, string? tag, FaultList faults)
    {
        if (tag is null && root.Entries.Any(e => e.Key.Text == "tasks"))
        {
            return (null, List(root, "tasks", faults));
        }

        // With tags, each member of the root contains a separate list.
        List<(ScalarNode Key, YamlOrJsonNode Value)> tags =
        [
            .. root.Entries.Where(e => e.Value is MappingNode inner && inner.Entries.Any(m => m.Key.Text == "tasks")),
        ];
        var wanted = tag ?? (tags is [var only] ? only.Key.Text : BacklogFile.DefaultTag);
        (var key, var value) = tags.Find(e => e.Key.Text == wanted);
        if (key is not null)
        {
            return (wanted, List((MappingNode)value!, $"{wanted}.tasks", faults));
        }
        if (tags.Count == 0)
        {
            faults.Error(NoTasks, root, "", "The file has no task list.", "Add \"tasks\": [] to the file.");
        }
        else
        {
            var cure =
                $"Its tags are {string.Join(", ", tags.Select(t => t.Key.Text))}. Name one with --tag, or as 'currentTag' in "
                + $"{BacklogPlanReader.TaskMasterState}.";
            faults.Error("no-tag", root, "", $"The file has no tag '{wanted}'.", cure);
        }
        return (null, null);
    }

    private static SequenceNode? List(MappingNode holder, string path, FaultList faults)
    {
        var node = holder.Entries.First(e => e.Key.Text == "tasks").Value;
        if (node is not SequenceNode)
        {
            faults.Error("wrong-type", node, path, $"'tasks' must be a list, not {node.Kind}.", "Write [].");
        }
        return node as SequenceNode;
    }
}
