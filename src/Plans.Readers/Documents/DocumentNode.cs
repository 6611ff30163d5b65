namespace Orchestrator.Plans.Readers.Documents;

/// <summary>A value in a YAML or JSON file, with its position. Both formats are parsed into the same tree, so later code handles
/// both.</summary>
public abstract class DocumentNode(int line, int column)
{
    /// <summary>Line, starting at 1.</summary>
    public int Line { get; } = line;

    /// <summary>Column in characters, starting at 1.</summary>
    public int Column { get; } = column;

    /// <summary>Start of the value in JSON, as an offset in UTF-8 bytes. Includes the quotes of a text.</summary>
    internal int Start { get; set; }

    /// <summary>Offset of the first byte after the value in JSON.</summary>
    internal int End { get; set; }

    /// <summary>Number of values in this one with all aliases expanded, capped at <see cref="DocumentLimits.MaxNodes"/> + 1.</summary>
    internal int Weight { get; set; } = 1;

    /// <summary>Human-readable kind of node.</summary>
    public abstract string Kind { get; }
}

/// <summary>A text, number, truth value or null.</summary>
/// <param name="line">Line, starting at 1.</param>
/// <param name="column">Column in characters, starting at 1.</param>
/// <param name="text">Text as written, without quotes.</param>
/// <param name="isPlain">True if the text is not quoted, so that it may be a number, a truth value or null.</param>
public sealed class ScalarNode(int line, int column, string text, bool isPlain) : DocumentNode(line, column)
{
    /// <summary>The text as written, without quotes.</summary>
    public string Text { get; } = text;

    /// <summary>True if the text is not quoted, so that it may be a number, a truth value or null.</summary>
    public bool IsPlain { get; } = isPlain;

    /// <summary>True if the value is empty, <c>~</c> or <c>null</c>.</summary>
    public bool IsNull => IsPlain && Text is ("" or "~" or "null" or "Null" or "NULL");

    /// <inheritdoc/>
    public override string Kind => IsNull ? "nothing" : "a string";
}

/// <summary>A list of values.</summary>
public sealed class SequenceNode(int line, int column) : DocumentNode(line, column)
{
    private readonly List<DocumentNode> _items = [];

    /// <summary>Values of the sequence, in order.</summary>
    public IReadOnlyList<DocumentNode> Items => _items;

    /// <summary>Adds a value to the sequence.</summary>
    public void Add(DocumentNode item) => _items.Add(item);

    /// <inheritdoc/>
    public override string Kind => "a list";
}

/// <summary>A mapping with unique keys.</summary>
public sealed class MappingNode(int line, int column) : DocumentNode(line, column)
{
    private readonly List<(ScalarNode Key, DocumentNode Value)> _entries = [];

    /// <summary>The entries in order.</summary>
    public IReadOnlyList<(ScalarNode Key, DocumentNode Value)> Entries => _entries;

    /// <summary>Adds an entry whose key does not exist yet.</summary>
    internal void Add(ScalarNode key, DocumentNode value) => _entries.Add((key, value));

    /// <inheritdoc/>
    public override string Kind => "a mapping";
}

/// <summary>Limits that protect against malicious files.</summary>
internal static class DocumentLimits
{
    /// <summary>Maximum nesting depth. Plans need six levels.</summary>
    public const int MaxDepth = 64;

    /// <summary>Maximum number of values, with aliases expanded. 10,000 tasks have about 500,000.</summary>
    public const int MaxNodes = 2_000_000;

    /// <summary>Maximum number of entries in a list or mapping. A plan has at most 20,000 tasks.</summary>
    public const int MaxEntries = 50_000;
}
