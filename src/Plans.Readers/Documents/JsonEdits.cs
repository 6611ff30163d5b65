using System.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.Plans.Readers.Documents;

/// <summary>Edits values in a JSON text, and leaves all other bytes unchanged. New values use the layout of the text.</summary>
/// <param name="text">The text, in UTF-8.</param>
/// <param name="root">Root value of the text, with the positions of all values.</param>
internal sealed class JsonEdits(byte[] text, YamlOrJsonNode root)
{
    private readonly JsonStyle _style = new(text, root);
    private readonly List<(int Start, int End, string Text)> _edits = [];

    /// <summary>Replaces a value.</summary>
    public void Replace(YamlOrJsonNode value, JsonNode? by) =>
        _edits.Add((value.Start, value.End, _style.Print(by, _style.Indent(value.Start), _style.HasLines)));

    /// <summary>Appends members to a mapping that is not empty. Call this only once per mapping.</summary>
    public void Insert(MappingNode mapping, IEnumerable<KeyValuePair<string, JsonNode?>> members)
    {
        var (key, value) = mapping.Entries[^1];
        var lead = _style.Lead(key.Start, mapping.Entries.Count == 1);
        var hasLines = lead.Contains('\n', StringComparison.Ordinal);
        var added = members.Select(m => "," + lead + _style.Member(m.Key, m.Value, _style.Indent(key.Start), hasLines));
        _edits.Add((value.End, value.End, string.Concat(added)));
    }

    /// <summary>Removes items from a list and appends others. Call this only once per list.</summary>
    public void Change(SequenceNode list, IReadOnlySet<YamlOrJsonNode> removed, IReadOnlyList<JsonNode> added)
    {
        if (list.Items.All(removed.Contains))
        {
            Fill(list, added);
            return;
        }

        // An item is removed together with the comma before it. If no remaining item precedes it, the comma after it is removed.
        var first = list.Items.TakeWhile(removed.Contains).Count();
        if (first > 0)
        {
            _edits.Add((list.Items[0].Start, list.Items[first].Start, ""));
        }
        for (var i = first + 1; i < list.Items.Count; i++)
        {
            if (removed.Contains(list.Items[i]))
            {
                _edits.Add((list.Items[i - 1].End, list.Items[i].End, ""));
            }
        }
        var last = list.Items[^1];
        var lead = _style.Lead(last.Start, list.Items.Count == 1);
        var hasLines = text.AsSpan(last.Start..last.End).Contains((byte)'\n');
        var texts = added.Select(item => "," + lead + _style.Print(item, _style.Indent(last.Start), hasLines));
        _edits.Add((last.End, last.End, string.Concat(texts)));
    }

    /// <summary>Returns the text with all edits applied.</summary>
    public byte[] Apply()
    {
        using var changed = new MemoryStream(text.Length + 1024);
        var at = 0;
        foreach (var (start, end, by) in _edits.OrderBy(edit => edit.Start).ThenBy(edit => edit.End))
        {
            changed.Write(text.AsSpan(at..start));
            changed.Write(Encoding.UTF8.GetBytes(by));
            at = end;
        }
        changed.Write(text.AsSpan(at..));
        return changed.ToArray();
    }

    // Used if the list has no items, or if all its items are removed. A comment in an empty list stays.
    private void Fill(SequenceNode list, IReadOnlyList<JsonNode> added)
    {
        var isEmpty = list.Items.Count == 0;
        if (isEmpty && added.Count == 0)
        {
            return;
        }
        var hasLines = isEmpty ? _style.HasLines : _style.IsOnItsOwnLine(list.Items[0].Start);
        var items = _style.Items(added, _style.Indent(list.Start), hasLines);
        var hasComment = isEmpty && text.AsSpan((list.Start + 1)..(list.End - 1)).ContainsAnyExcept(" \t\r\n"u8);
        _edits.Add(hasComment ? (list.Start, list.Start + 1, items[..^1]) : (list.Start, list.End, items));
    }
}
