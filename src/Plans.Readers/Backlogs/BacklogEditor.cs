using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Plans.Readers.TaskGraphs;

namespace Orchestrator.Plans.Readers.Backlogs;

/// <summary>Edits the text of a backlog so that it contains the tasks of a changed backlog.</summary>
internal sealed class BacklogEditor
{
    private readonly BacklogSyntaxTree _nodes;
    private readonly HashSet<string> _ids;
    private readonly JsonEdits _edits;

    private BacklogEditor(BacklogSyntaxTree nodes, Backlog after)
    {
        _nodes = nodes;
        _ids = [.. after.All.Select(task => task.Id)];
        _edits = new JsonEdits(nodes.Text, nodes.Root);
    }

    /// <summary>
    /// Returns the text of the backlog file with only those edits that turn the tasks of <paramref name="before"/> into the tasks of
    /// <paramref name="after"/>.
    /// </summary>
    public static byte[] Edit(BacklogSyntaxTree nodes, Backlog before, Backlog after)
    {
        var editor = new BacklogEditor(nodes, after);
        editor.EditTasks(nodes.Tasks, before.Tasks, after.Tasks, null);
        editor.EditBlocks(after);
        return editor._edits.Apply();
    }

    private void EditTasks(SequenceNode list, IReadOnlyList<BacklogTask> before, IReadOnlyList<BacklogTask> after, string? parent)
    {
        var known = before.ToDictionary(task => task.Id, StringComparer.Ordinal);
        HashSet<string> kept = [.. after.Select(task => task.Id)];
        foreach (var task in after.Where(task => known.ContainsKey(task.Id)))
        {
            EditTask(_nodes.ById[task.Id], known[task.Id], task, parent);
        }
        _edits.Change(
            list,
            before.Where(task => !kept.Contains(task.Id)).Select(YamlOrJsonNode (task) => _nodes.ById[task.Id]).ToHashSet(),
            [.. after.Where(task => !known.ContainsKey(task.Id)).Select(task => New(task, parent))]
        );
    }

    private void EditTask(MappingNode node, BacklogTask before, BacklogTask after, string? parent)
    {
        var added = new JsonObject();
        SetText(node, added, "title", before.Title, after.Title);
        SetText(node, added, "description", before.Description, after.Description);
        SetText(node, added, "details", before.Details, after.Details);
        SetText(node, added, "testStrategy", before.TestStrategy, after.TestStrategy);
        if (before.Status != after.Status)
        {
            SetStatus(node, added, after.Status);
        }
        SetText(node, added, "priority", before.Priority, after.Priority);
        if (!before.Dependencies.SequenceEqual(after.Dependencies, StringComparer.Ordinal))
        {
            // Dependencies that only the blocking task declares are edited in that task.
            HashSet<string> others =
            [
                .. _nodes.Blocks.Where(block => block.Waiting == after.Id && !block.IsRepeated).Select(b => b.Blocker),
            ];
            EditDependencies(Member(node, "dependencies"), Without(before, others), Without(after, others), parent, added);
        }
        if (Member(node, "subtasks") is SequenceNode list)
        {
            EditTasks(list, before.Subtasks, after.Subtasks, after.Id);
        }
        else if (after.Subtasks.Count > 0)
        {
            Set(node, added, "subtasks", new JsonArray([.. after.Subtasks.Select(task => New(task, after.Id))]));
        }
        if (added.Count > 0)
        {
            _edits.Insert(node, added);
        }
    }

    // A flag for completion is kept consistent with the status. If the flag alone can express the status, no status member is added.
    private void SetStatus(MappingNode node, JsonObject added, string status)
    {
        var isDone = status == BacklogStatus.Done;
        var flag = Member(node, KeySynonyms.CompletedKey) as ScalarNode;
        var isSwitch = flag is { IsPlain: true, Text: "true" or "false" };
        if (flag is not null && PlanTaskCompletedFieldReader.Parse(flag.Text) is { } said && said != isDone)
        {
            _edits.Replace(flag, isSwitch || isDone ? JsonValue.Create(isDone) : null);
        }
        if (!isSwitch || Member(node, "status") is not null || !(isDone || status == BacklogStatus.Pending))
        {
            Set(node, added, "status", JsonValue.Create(status));
        }
    }

    private void SetText(MappingNode node, JsonObject added, string name, string? old, string? text)
    {
        if (!string.Equals(old ?? "", text ?? "", StringComparison.Ordinal))
        {
            Set(node, added, name, JsonValue.Create(text));
        }
    }

    private void Set(MappingNode node, JsonObject added, string name, JsonNode? value)
    {
        if (Member(node, name) is { } present)
        {
            _edits.Replace(present, value);
        }
        else
        {
            added[name] = value;
        }
    }

    private static BacklogTask Without(BacklogTask task, HashSet<string> ids) =>
        task with
        {
            Dependencies = [.. task.Dependencies.Where(id => !ids.Contains(id))],
        };

    // Removes the names of deleted tasks and dependencies.
    private void EditBlocks(Backlog after)
    {
        var tasks = after.All.ToDictionary(task => task.Id, StringComparer.Ordinal);
        foreach (var member in _nodes.Blocks.Where(block => tasks.ContainsKey(block.Blocker)).GroupBy(block => block.Value))
        {
            var stays = member.ToLookup(block =>
                tasks.TryGetValue(block.Waiting, out var task) && task.Dependencies.Contains(block.Blocker)
            );
            if (!stays[false].Any())
            {
                continue;
            }
            if (member.Key is SequenceNode list)
            {
                _edits.Change(list, stays[false].Select(block => block.Item).ToHashSet(), []);
            }
            else
            {
                _edits.Replace(member.Key, stays[true].Any() ? string.Join(", ", stays[true].Select(block => block.Name)) : null);
            }
        }
    }

    // List items that remain keep their notation.
    private void EditDependencies(YamlOrJsonNode? node, BacklogTask before, BacklogTask after, string? parent, JsonObject added)
    {
        if (before.Dependencies.SequenceEqual(after.Dependencies, StringComparer.Ordinal))
        {
            return;
        }
        HashSet<string> kept = [.. after.Dependencies.Intersect(before.Dependencies, StringComparer.Ordinal)];
        string[] stay = [.. before.Dependencies.Where(kept.Contains)];
        string[] more = [.. after.Dependencies.Where(id => !kept.Contains(id))];
        if (
            node is SequenceNode list
            && list.Items.Count == before.Dependencies.Count
            && stay.Concat(more).SequenceEqual(after.Dependencies, StringComparer.Ordinal)
        )
        {
            var areTexts = list.Items.OfType<ScalarNode>().Any(item => !item.IsPlain && long.TryParse(item.Text, out _));
            _edits.Change(
                list,
                list.Items.Where((_, i) => !kept.Contains(before.Dependencies[i])).ToHashSet(),
                [.. more.Select(id => areTexts ? JsonValue.Create(Dependency(id, parent).ToString()) : Dependency(id, parent))]
            );
            return;
        }
        var all = new JsonArray([.. after.Dependencies.Select(id => Dependency(id, parent))]);
        if (node is null)
        {
            added["dependencies"] = all;
        }
        else
        {
            _edits.Replace(node, all);
        }
    }

    private JsonObject New(BacklogTask task, string? parent)
    {
        var node = new JsonObject { ["id"] = NewId(task.Id, parent), ["title"] = task.Title };
        AddText("description", task.Description);
        AddText("details", task.Details);
        AddText("testStrategy", task.TestStrategy);
        node["status"] = task.Status;
        if (parent is null || task.Priority != BacklogPriority.Medium)
        {
            node["priority"] = task.Priority;
        }
        if (parent is null || task.Dependencies.Count > 0)
        {
            node["dependencies"] = new JsonArray([.. task.Dependencies.Select(id => Dependency(id, parent))]);
        }
        if (task.Subtasks.Count > 0)
        {
            node["subtasks"] = new JsonArray([.. task.Subtasks.Select(subtask => New(subtask, task.Id))]);
        }
        return node;

        void AddText(string name, string? text)
        {
            if (!string.IsNullOrEmpty(text))
            {
                node[name] = text;
            }
        }
    }

    // New ids use the notation of the last task in the same list, or otherwise of any other task or subtask.
    private JsonValue NewId(string id, string? parent)
    {
        var peers = _nodes.ById.Where(node => ParentOf(node.Key) is null == parent is null).ToList();
        var (peer, node) = peers.FindLast(p => ParentOf(p.Key) == parent) is { Value: not null } sibling ? sibling : peers.FirstOrDefault();
        var isFull = node is not null && parent is not null && ((ScalarNode)Member(node, "id")!).Text.Trim() == peer;
        var written = isFull ? id : Local(id, parent);
        return node is not null && Member(node, "id") is ScalarNode { IsPlain: false } ? JsonValue.Create(written) : Number(written);
    }

    // A sibling or a top-level task is referred to by its id as written. A subtask of another task needs its full id, and so does a missing
    // sibling, because its short id would refer to a top-level task.
    private JsonValue Dependency(string id, string? parent)
    {
        var other = ParentOf(id);
        if (other is not null && (other != parent || !_ids.Contains(id)))
        {
            return JsonValue.Create(id);
        }
        return _nodes.ById.TryGetValue(id, out var node) ? Written((ScalarNode)Member(node, "id")!) : NewId(id, other);
    }

    private static JsonValue Written(ScalarNode id) => id.IsPlain ? Number(id.Text) : JsonValue.Create(id.Text.Trim());

    // Of two synonymous members, the nonempty one counts.
    private static YamlOrJsonNode? Member(MappingNode node, string name)
    {
        var found = node.Entries.Where(entry => BacklogTaskReader.Keys.Find(entry.Key.Text) == name).Select(entry => entry.Value).ToList();
        return found.Find(value => !YamlOrJsonMappingReader.IsEmpty(value)) ?? found.FirstOrDefault();
    }

    private static string? ParentOf(string id) => id.LastIndexOf('.') is > 0 and var dot ? id[..dot] : null;

    private static string Local(string id, string? parent) => parent is null ? id : id[(parent.Length + 1)..];

    private static JsonValue Number(string id) =>
        long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? JsonValue.Create(number)
            : JsonValue.Create(id);
}
