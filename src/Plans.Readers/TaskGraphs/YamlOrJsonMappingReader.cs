using System.Globalization;

namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>Gives access to the fields of a mapping by their canonical names. Methods for typed values report invalid values.</summary>
internal sealed class YamlOrJsonMappingReader
{
    // A mapping has few entries, so a linear search is as fast as a hash table and needs a tenth of its memory.
    private readonly YamlOrJsonField[] _values;
    private int _count;
    private readonly FaultList _faults;

    public YamlOrJsonMappingReader(
        MappingNode mapping,
        string path,
        YamlOrJsonKeySynonymTable keys,
        FaultList faults,
        string what,
        FaultSeverity unknown = FaultSeverity.Warning
    )
    {
        Mapping = mapping;
        Path = path;
        _faults = faults;
        _values = new YamlOrJsonField[mapping.Entries.Count];
        for (var i = 0; i < _values.Length; i++)
        {
            (var key, var value) = mapping.Entries[i];
            var name = keys.Find(key.Text);
            if (name is null)
            {
                ReportUnknown(key, value, keys, what, unknown);
                continue;
            }
            var isSynonym = keys.IsSynonym(key.Text);
            var first = IndexOf(name);
            if (first < 0)
            {
                _values[_count++] = new YamlOrJsonField(name, key, value);
            }
            else if ((isSynonym || keys.IsSynonym(_values[first].Key!.Text)) && (IsEmpty(value) || IsEmpty(_values[first].Value!)))
            {
                // If one of two synonymous keys is empty, the other one counts.
                _values[first] = IsEmpty(value) ? _values[first] : new YamlOrJsonField(name, key, value);
            }
            else
            {
                _faults.Error(
                    "duplicate-key",
                    key,
                    Join(key.Text),
                    $"'{key.Text}' means the same as '{_values[first].Key!.Text}' on line {_values[first].Key!.Line}.",
                    $"Keep one of them; '{name}' is the usual name."
                );
            }
            if (isSynonym && !IsEmpty(value))
            {
                ReportSynonym(key, name);
            }
        }
    }

    private void ReportUnknown(ScalarNode key, YamlOrJsonNode value, YamlOrJsonKeySynonymTable keys, string what, FaultSeverity unknown)
    {
        // Keys that start with x- or a dot belong to the user, for example to define anchors.
        if (key.Text.StartsWith("x-", StringComparison.Ordinal) || key.Text.StartsWith('.'))
        {
            return;
        }
        if (keys.Find("needs") is { } order && KeySynonyms.IsReversed(key.Text) && !IsEmpty(value))
        {
            _faults.Error(
                "reversed-order",
                key,
                Join(key.Text),
                $"'{key.Text}' lists the tasks that depend on this one, but this direction is not supported.",
                $"Name this task in '{order}' of the tasks that depend on it."
            );
            return;
        }
        if (keys.Find("needs") is { } names && IsUnreadOrder(Mapping, key, value, keys))
        {
            _faults.Error(
                "numbered-order",
                key,
                Join(key.Text),
                $"'{key.Text}' orders tasks by number, which is not supported, so this task would start at once.",
                $"List the tasks that it depends on in '{names}', or write '{names}: []' if there are none."
            );
            return;
        }
        var near = keys.Nearest(key.Text);
        _faults.Add(
            "unknown-key",
            unknown,
            key.Line,
            key.Column,
            Join(key.Text).ToString(),
            $"'{key.Text}' is not a key of {what}{(unknown == FaultSeverity.Warning ? " and is ignored" : "")}.",
            near is null ? $"Known keys: {string.Join(", ", keys.Names)}." : $"Did you mean '{near}'?"
        );
    }

    /// <summary>
    /// True if an unknown key gives the task a number above 1 in an execution order, and the task has no key for its dependencies. Ordering
    /// tasks by number is not supported.
    /// </summary>
    /// <param name="mapping">Node of the task.</param>
    /// <param name="key">An unknown key of the task.</param>
    /// <param name="value">Value of the key.</param>
    /// <param name="keys">Keys that the reader knows.</param>
    public static bool IsUnreadOrder(MappingNode mapping, ScalarNode key, YamlOrJsonNode value, YamlOrJsonKeySynonymTable keys) =>
        IsLater(key, value) && !HasNames(mapping, keys);

    // The first task in a numbered order has no dependencies.
    private static bool IsLater(ScalarNode key, YamlOrJsonNode value) =>
        KeySynonyms.IsNumbering(key.Text)
        && value is ScalarNode { Text: var text }
        && decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number)
        && number > 1;

    private static bool HasNames(MappingNode mapping, YamlOrJsonKeySynonymTable keys) =>
        mapping.Entries.Any(entry => keys.Find(entry.Key.Text) is { } found && found == keys.Find("needs"));

    private void ReportSynonym(ScalarNode key, string name)
    {
        var isFlag = name == KeySynonyms.CompletedKey;
        _faults.Warning(
            "other-key",
            key,
            Join(key.Text),
            $"'{key.Text}' is read as '{(isFlag ? "status" : name)}'.",
            isFlag ? "Use the usual key 'status'." : $"Use the usual key '{name}'."
        );
    }

    /// <summary>True if a value is null, an empty string or an empty list.</summary>
    public static bool IsEmpty(YamlOrJsonNode value) =>
        value is ScalarNode { IsNull: true } or ScalarNode { Text: "" } or SequenceNode { Items.Count: 0 };

    public MappingNode Mapping { get; }

    public string Path { get; }

    public FaultList Faults => _faults;

    /// <summary>Returns the path of a field of this mapping.</summary>
    public FieldPath Join(string name) => new(Path, name);

    /// <summary>Returns the value of a field, or null if it is missing or null.</summary>
    public YamlOrJsonNode? Node(string name) => Find(name).Value is { } value and not ScalarNode { IsNull: true } ? value : null;

    /// <summary>Returns the key as written, even if it has no value. Returns null if the field is missing.</summary>
    public ScalarNode? Key(string name) => Find(name).Key;

    /// <summary>True if the field exists but has no value.</summary>
    public bool IsLeftEmpty(string name) => Find(name).Value is ScalarNode { IsNull: true, Text: "" };

    public string? Text(string name) => Node(name) is { } node ? YamlOrJsonValueReader.Text(node, Join(name), _faults) : null;

    /// <summary>Returns a model name. Replaces a retired name with its alias, and reports a warning.</summary>
    public string? Model(string name)
    {
        if (Text(name) is not { } model || ModelName.AliasForRetired(model.Trim()) is not { } alias)
        {
            return Text(name);
        }
        _faults.Warning(
            "retired-model",
            Node(name),
            Join(name),
            $"The model '{model.Trim()}' is no longer available, so '{alias}' is used.",
            $"Write '{alias}'."
        );
        return alias;
    }

    public bool? Bool(string name) => Node(name) is { } node ? YamlOrJsonValueReader.Bool(node, Join(name), _faults) : null;

    public int? Count(string name) => Node(name) is { } node ? YamlOrJsonValueReader.Count(node, Join(name), _faults) : null;

    public double? Minutes(string name) => Node(name) is { } node ? YamlOrJsonValueReader.Minutes(node, Join(name), _faults) : null;

    /// <summary>Returns a size in bytes, 0 for no limit, or null if the field is missing.</summary>
    public long? Size(string name) => Node(name) is { } node ? YamlOrJsonValueReader.Size(node, Join(name), _faults) : null;

    /// <summary>Returns a number of cores, 0 for no limit, or null if the field is missing.</summary>
    public double? Cores(string name) => Node(name) is { } node ? YamlOrJsonValueReader.Cores(node, Join(name), _faults) : null;

    public TimeSpan? Duration(string name) => Node(name) is { } node ? YamlOrJsonValueReader.Duration(node, Join(name), _faults) : null;

    public T? Word<T>(string name, IReadOnlyDictionary<string, T> words)
        where T : struct => Node(name) is { } node ? YamlOrJsonValueReader.Word(node, Join(name), words, _faults) : null;

    /// <summary>Returns the strings in a list, or null if the field is missing. A single string counts as a list with one item.</summary>
    public IReadOnlyList<PositionedText>? Texts(string name) =>
        Node(name) is { } node ? YamlOrJsonValueReader.Texts(node, Join(name), _faults) : null;

    public IReadOnlyList<string>? TextList(string name) =>
        Texts(name) is { } texts ? [.. texts.Select(t => t.Node.Text.Trim()).Distinct(StringComparer.Ordinal)] : null;

    /// <summary>Reads a list of hosts. Returns null if there are none.</summary>
    public DistinctTextList? Hosts(string name)
    {
        List<string> hosts = [];
        foreach (var (text, path) in Texts(name) ?? [])
        {
            var host = text.Text.Trim();
            hosts.Add(host);
            if (!HostEntryValidator.IsValid(host))
            {
                _faults.Error("bad-value", text, path, HostEntryValidator.Fault(host), HostEntryValidator.Cure);
            }
        }
        return DistinctTextList.Of(hosts);
    }

    public void Missing(string name, string message, string cure) => _faults.Error("missing-field", Mapping, Join(name), message, cure);

    private YamlOrJsonField Find(string name) => IndexOf(name) is >= 0 and var at ? _values[at] : default;

    private int IndexOf(string name)
    {
        for (var i = 0; i < _count; i++)
        {
            if (string.Equals(_values[i].Name, name, StringComparison.Ordinal))
            {
                return i;
            }
        }
        return -1;
    }

    /// <summary>A key and its value. All members are null for a missing field.</summary>
    private readonly record struct YamlOrJsonField(string? Name, ScalarNode? Key, YamlOrJsonNode? Value);
}
