using System.Text;

namespace Orchestrator.Plans.Readers.Tests.Backlogs;

/// <summary>A backlog as another tool might have written it: the text of every value, and a layout. After a change it renders the text that
/// a writer must produce, by other means than the writer's.</summary>
internal sealed class BacklogShape
{
    private static readonly string[] ForeignValues =
    [
        "\"M\"",
        "\"caf\\u00e9 \\/ \\ud83d\\ude80\"",
        "\"Größe 🚀\"",
        "1.0e3",
        "-0",
        "12345678901234567890.10",
        "[ ]",
        "{\"tasks\":[ 1,2 ],   \"id\" : 1}",
        "true",
        "null",
    ];

    private static readonly string[] Units = ["  ", "    ", "\t", " "];
    private static readonly string[] StatusWords =
    [
        "pending",
        "complete",
        "completed",
        "in_progress",
        "Done",
        "review",
        "todo",
        "cancelled",
    ];
    private readonly Random _random;
    private readonly Encoding _encoding;
    private readonly bool _hasLines;
    private readonly string _newLine;
    private readonly string _unit;
    private readonly string _space;
    private readonly bool _hasTextIds;
    private int _subtaskIds;
    private readonly int _holder;

    public BacklogShape(Random random)
    {
        _random = random;
        _encoding =
            random.Next(8) == 0 ? new UnicodeEncoding(bigEndian: false, byteOrderMark: true) : new UTF8Encoding(random.Next(3) == 0);
        _hasLines = random.Next(4) > 0;
        _newLine = random.Next(3) == 0 ? "\r\n" : "\n";
        _unit = Units[random.Next(Units.Length)];
        _space = !_hasLines && random.Next(2) == 0 ? "" : " ";
        _hasTextIds = random.Next(3) == 0;
        _subtaskIds =
            random.Next(2) == 0 ? 2
            : _hasTextIds ? 1
            : 0;
        _holder = random.Next(4);
        Tasks = [.. Enumerable.Range(11, 2 + random.Next(4)).Select(n => NewItem($"{n}", null, 0))];
        foreach (var item in All.ToList())
        {
            item.Dependencies.AddRange(Pick(item));
            if (item.Dependencies.Count > 0 || random.Next(3) == 0)
            {
                item.Add("dependencies", null, random.Next(item.Members.Count + 1));
            }
        }
    }

    /// <summary>The tag of the tasks; null in a shape without tags.</summary>
    public string? Tag => _holder == 0 ? "master" : null;

    public List<Item> Tasks { get; }

    public IEnumerable<Item> All => Tasks.SelectMany(task => task.All);

    /// <summary>A task or subtask with the members that a writer gives it.</summary>
    public static Item Added(string id, string? parent, string title, IEnumerable<string> dependencies)
    {
        var item = new Item(id, parent);
        item.Add("title", $"\"{title}\"");
        item.Add("status", "\"pending\"");
        if (parent is null)
        {
            item.Add("priority", "\"medium\"");
        }
        item.Dependencies.AddRange(dependencies);
        if (parent is null || item.Dependencies.Count > 0)
        {
            item.Add("dependencies", null);
        }
        return item;
    }

    /// <summary>The first subtask of all gets a number.</summary>
    public void BeginSubtasks() => _subtaskIds = All.Any(item => item.Parent is not null) ? _subtaskIds : 0;

    /// <summary>Some tasks before one, which it may wait for.</summary>
    public IEnumerable<string> Pick(Item of) =>
        All.TakeWhile(other => other != of)
            .Where(other => _random.Next(4) == 0 && !of.Id.StartsWith(other.Id + ".", StringComparison.Ordinal))
            .Select(other => other.Id);

    /// <summary>The bytes of the file.</summary>
    public byte[] Render()
    {
        var list = Array(
            Tasks.Select(task =>
                Render(
                    task,
                    Indent(
                        _holder == 0 ? 3
                        : _holder == 1 ? 1
                        : 2
                    )
                )
            ),
            ListIndent
        );
        var text = _holder switch
        {
            0 => Object(
                [("later", "{\"tasks\": [{\"id\":1}]}"), ("master", Object([("tasks", list), ("metadata", "{ \"a\" : 1 }")], Indent(1)))],
                ""
            ),
            1 => list,
            _ => Object([("mine", "[1 ,2]"), ("tasks", list)], ""),
        };
        text = (_holder == 2 ? "/* kept */ " : "") + text + (_hasLines ? _newLine : "");
        return [.. _encoding.GetPreamble(), .. _encoding.GetBytes(text)];
    }

    private string ListIndent =>
        Indent(
            _holder == 0 ? 2
            : _holder == 1 ? 0
            : 1
        );

    private Item NewItem(string id, string? parent, int depth)
    {
        var item = new Item(id, parent);
        AddForeign(item);
        item.Add("title", $"\"Task {id}\"");
        if (_random.Next(2) == 0)
        {
            item.Add("status", $"\"{StatusWords[_random.Next(StatusWords.Length)]}\"");
        }
        AddForeign(item);
        if (_random.Next(2) == 0)
        {
            item.Add("priority", "\"High\"");
        }
        if (depth < 2 && _random.Next(2) == 0)
        {
            item.Subtasks.AddRange(Enumerable.Range(1, 1 + _random.Next(3)).Select(n => NewItem($"{id}.{n}", id, depth + 1)));
        }
        if (item.Subtasks.Count > 0 || _random.Next(3) == 0)
        {
            item.Add("subtasks", null);
        }
        AddForeign(item);
        return item;
    }

    private void AddForeign(Item item)
    {
        if (_random.Next(2) == 0)
        {
            item.Add($"theirs{item.Members.Count}", ForeignValues[_random.Next(ForeignValues.Length)]);
        }
    }

    private string Render(Item item, string indent)
    {
        var within = _hasLines ? indent + _unit : "";
        var members = item.Members.Select(member =>
            member.Name switch
            {
                "dependencies" => (member.Name, Array(item.Dependencies.Select(id => DependencyText(id, item.Parent)), within)),
                "subtasks" => (member.Name, Array(item.Subtasks.Select(subtask => Render(subtask, within + _unit)), within)),
                _ => (member.Name, member.Value!),
            }
        );
        return Object(members.Prepend(("id", IdText(item.Id, item.Parent))), indent);
    }

    private string IdText(string id, string? parent) =>
        (parent, _subtaskIds) switch
        {
            (null, _) => _hasTextIds ? $"\"{id}\"" : id,
            (_, 0) => id[(parent.Length + 1)..],
            (_, 1) => $"\"{id[(parent.Length + 1)..]}\"",
            _ => $"\"{id}\"",
        };

    private string DependencyText(string id, string? parent)
    {
        var other = id.LastIndexOf('.') is > 0 and var dot ? id[..dot] : null;
        return other is null || other == parent ? IdText(id, other) : $"\"{id}\"";
    }

    private string Array(IEnumerable<string> items, string indent) => Block('[', ']', items, indent);

    private string Object(IEnumerable<(string Name, string Value)> members, string indent) =>
        Block('{', '}', members.Select(m => $"\"{m.Name}\":{_space}{m.Value}"), indent);

    private string Block(char open, char close, IEnumerable<string> parts, string indent)
    {
        string[] all = [.. parts];
        return all.Length == 0 ? $"{open}{close}"
            : !_hasLines ? $"{open}{string.Join("," + _space, all)}{close}"
            : $"{open}{_newLine}{indent}{_unit}{string.Join($",{_newLine}{indent}{_unit}", all)}{_newLine}{indent}{close}";
    }

    private string Indent(int depth) => _hasLines ? string.Concat(Enumerable.Repeat(_unit, depth)) : "";

    /// <summary>A task or subtask. The value of its dependencies and of its subtasks is what they are.</summary>
    internal sealed class Item(string id, string? parent)
    {
        public string Id => id;

        public string? Parent => parent;

        public List<(string Name, string? Value)> Members { get; } = [];

        public List<string> Dependencies { get; } = [];

        public List<Item> Subtasks { get; } = [];

        public IEnumerable<Item> All => Subtasks.SelectMany(subtask => subtask.All).Prepend(this);

        public void Add(string name, string? value, int? at = null) => Members.Insert(at ?? Members.Count, (name, value));

        /// <summary>Gives a member a value in its place, or at the end where it is not there.</summary>
        public void Set(string name, string? value)
        {
            var at = Members.FindIndex(member => member.Name == name);
            if (at < 0)
            {
                Add(name, value);
            }
            else
            {
                Members[at] = (name, value);
            }
        }
    }
}
