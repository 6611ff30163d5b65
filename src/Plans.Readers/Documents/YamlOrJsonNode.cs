namespace Orchestrator.Plans.Readers.Documents;

/// <summary>
/// A value in a YAML or JSON file, with its position. Both formats are parsed into the same tree, so that later code handles both.
/// </summary>
public abstract class YamlOrJsonNode(int line, int column)
{
    /// <summary>Line, starting at 1.</summary>
    public int Line { get; } = line;

    /// <summary>Column in characters, starting at 1.</summary>
    public int Column { get; } = column;

    /// <summary>
    /// Offset of the value's first byte in JSON, counted in UTF-8 bytes. For a quoted string, the offset of the opening quotation mark.
    /// </summary>
    internal int Start { get; set; }

    /// <summary>Offset of the first byte after the value in JSON, counted in UTF-8 bytes.</summary>
    internal int End { get; set; }

    /// <summary>
    /// Number of values in this YAML value, including the value itself, with all aliases expanded. Parsing stops if the number exceeds
    /// <see cref="YamlOrJsonParsingLimits.MaxNodes"/>.
    /// </summary>
    internal int Weight { get; set; } = 1;

    /// <summary>Name of the kind of value, for messages to users.</summary>
    public abstract string Kind { get; }

    /// <summary>Parses a text. Returns null if the text is empty or invalid.</summary>
    /// <param name="text">Text to parse.</param>
    /// <param name="faults">List that receives all syntax faults. If its file name ends with <c>.json</c>, the text is parsed as
    /// JSON.</param>
    /// <param name="hasAliases">True to resolve YAML anchors and aliases. If false, an alias is a fault.</param>
    public static YamlOrJsonNode? Read(string text, FaultList faults, bool hasAliases = true) =>
        faults.File.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
            ? JsonTreeParser.Read(text, faults)
            : YamlTreeParser.Read(text, faults, hasAliases);
}

/// <summary>A string, number, Boolean or null in a document.</summary>
/// <param name="line">Line, starting at 1.</param>
/// <param name="column">Column in characters, starting at 1.</param>
/// <param name="text">Text as written, without quotes.</param>
/// <param name="isPlain">True if the text is not quoted, so that it may be a number, a truth value or null.</param>
public sealed class ScalarNode(int line, int column, string text, bool isPlain) : YamlOrJsonNode(line, column)
{
    /// <summary>The value as written, without quotation marks.</summary>
    public string Text { get; } = text;

    /// <summary>True if the value is not quoted, so that it may be a number, a Boolean or null.</summary>
    public bool IsPlain { get; } = isPlain;

    /// <summary>True if the value is empty, <c>~</c> or <c>null</c>.</summary>
    public bool IsNull => IsPlain && Text is ("" or "~" or "null" or "Null" or "NULL");

    /// <inheritdoc/>
    public override string Kind => IsNull ? "nothing" : "a string";
}

/// <summary>A list of values in a document.</summary>
public sealed class SequenceNode(int line, int column) : YamlOrJsonNode(line, column)
{
    private readonly List<YamlOrJsonNode> _items = [];

    /// <summary>Values of the sequence, in order.</summary>
    public IReadOnlyList<YamlOrJsonNode> Items => _items;

    /// <summary>Adds a value to the sequence.</summary>
    public void Add(YamlOrJsonNode item) => _items.Add(item);

    /// <inheritdoc/>
    public override string Kind => "a list";
}

/// <summary>A mapping with unique keys in a document.</summary>
public sealed class MappingNode(int line, int column) : YamlOrJsonNode(line, column)
{
    private readonly List<(ScalarNode Key, YamlOrJsonNode Value)> _entries = [];

    /// <summary>Entries in the order of the document.</summary>
    public IReadOnlyList<(ScalarNode Key, YamlOrJsonNode Value)> Entries => _entries;

    /// <summary>Adds an entry. Its key must not exist yet.</summary>
    internal void Add(ScalarNode key, YamlOrJsonNode value) => _entries.Add((key, value));

    /// <inheritdoc/>
    public override string Kind => "a mapping";
}

/// <summary>Limits for documents, which protect against malicious files.</summary>
internal static class YamlOrJsonParsingLimits
{
    /// <summary>Maximum nesting depth. Plans need six levels.</summary>
    public const int MaxDepth = 64;

    /// <summary>Maximum number of values, with aliases expanded. A plan of 10,000 tasks has about 500,000.</summary>
    public const int MaxNodes = 2_000_000;

    /// <summary>Maximum number of entries in a list or mapping. A plan has at most 20,000 tasks.</summary>
    public const int MaxEntries = 50_000;
}
