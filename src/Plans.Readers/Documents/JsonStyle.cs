using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;

namespace Orchestrator.Plans.Readers.Documents;

/// <summary>Layout of a JSON text (indentation, line ends and spaces), which values added to the text also use.</summary>
internal sealed class JsonStyle
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly byte[] _text;
    private readonly string _newLine;
    private readonly string _unit;
    private readonly string _space;

    /// <summary>Detects the indentation, line ends and spaces of a JSON text.</summary>
    /// <param name="text">The text, in UTF-8.</param>
    /// <param name="root">Root value of the text.</param>
    public JsonStyle(byte[] text, YamlOrJsonNode root)
    {
        _text = text;
        var end = Array.IndexOf(text, (byte)'\n');
        _newLine = end > 0 && text[end - 1] == '\r' ? "\r\n" : "\n";
        var first = root switch
        {
            MappingNode { Entries: [var entry, ..] } => entry.Key,
            SequenceNode { Items: [var item, ..] } => item,
            _ => null,
        };
        HasLines = end >= 0 && (first is null || IsOnItsOwnLine(first.Start));
        _unit = first is not null && HasLines && Indent(first.Start) is { Length: > 0 } unit ? unit : "  ";
        var mapping = root as MappingNode ?? first as MappingNode;
        _space = mapping is { Entries: [(_, var value), ..] } && text[value.Start - 1] == ':' ? "" : " ";
    }

    /// <summary>True if each member is on a separate line.</summary>
    public bool HasLines { get; }

    /// <summary>Returns the white space that must precede a value when it is added after an existing one.</summary>
    /// <param name="start">Offset of the last existing value.</param>
    /// <param name="isOnly">True if the last existing value is the only one.</param>
    public string Lead(int start, bool isOnly)
    {
        var from = start;
        while (from > 0 && IsSpace(_text[from - 1]))
        {
            from--;
        }
        var lead = Encoding.UTF8.GetString(_text.AsSpan(from..start));
        return isOnly && !lead.Contains('\n', StringComparison.Ordinal) ? _space : lead;
    }

    /// <summary>True if only white space precedes this offset on its line.</summary>
    public bool IsOnItsOwnLine(int start) => LineStart(start) + Indent(start).Length == start && LineStart(start) > 0;

    /// <summary>Returns the indentation of the line that contains an offset.</summary>
    public string Indent(int place)
    {
        var from = LineStart(place);
        var to = from;
        while (to < place && _text[to] is (byte)' ' or (byte)'\t')
        {
            to++;
        }
        return Encoding.UTF8.GetString(_text.AsSpan(from..to));
    }

    /// <summary>Formats a member of a mapping.</summary>
    public string Member(string name, JsonNode? value, string indent, bool hasLines) =>
        $"{Scalar(name)}:{(hasLines ? " " : _space)}{Print(value, indent, hasLines)}";

    /// <summary>Formats a value in the layout of this text.</summary>
    /// <param name="value">Value to format.</param>
    /// <param name="indent">Indentation of the line on which the value starts.</param>
    /// <param name="hasLines">True to put each member or item on a separate line.</param>
    public string Print(JsonNode? value, string indent, bool hasLines) =>
        value switch
        {
            JsonObject members => Block('{', '}', members.Select(m => Member(m.Key, m.Value, indent + _unit, hasLines)), indent, hasLines),
            JsonArray items => Items(items, indent, hasLines),
            _ => Scalar(value),
        };

    /// <summary>Formats a list of items.</summary>
    public string Items(IEnumerable<JsonNode?> items, string indent, bool hasLines) =>
        Block('[', ']', items.Select(item => Print(item, indent + _unit, hasLines)), indent, hasLines);

    private string Block(char open, char close, IEnumerable<string> parts, string indent, bool hasLines)
    {
        var text = string.Join(hasLines ? $",{_newLine}{indent}{_unit}" : "," + _space, parts);
        return (text.Length, hasLines) switch
        {
            (0, _) or (_, false) => $"{open}{text}{close}",
            _ => $"{open}{_newLine}{indent}{_unit}{text}{_newLine}{indent}{close}",
        };
    }

    private static string Scalar(JsonNode? value) => value?.ToJsonString(Relaxed) ?? "null";

    private int LineStart(int place) => Array.LastIndexOf(_text, (byte)'\n', Math.Max(0, place - 1), Math.Max(0, place)) + 1;

    private static bool IsSpace(byte b) => b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';
}
