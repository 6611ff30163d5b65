namespace Orchestrator.Plans.Readers.Documents;

/// <summary>A value of a YAML or JSON file with its position. Both formats become the same tree, so that later code handles both.</summary>
public abstract class DocumentNode(int line, int column)
{
    /// <summary>Line from 1.</summary>
    public int Line { get; } = line;

    /// <summary>Column from 1, in characters.</summary>
    public int Column { get; } = column;

    /// <summary>The place where the value starts in JSON, in bytes of UTF-8; a text's quotes belong to it.</summary>
    internal int Start { get; set; }

    /// <summary>The first byte behind the value in JSON.</summary>
    internal int End { get; set; }

    /// <summary>Number of values in this one with all aliases expanded; at most <see cref="DocumentLimits.MaxNodes"/> + 1.</summary>
    internal int Weight { get; set; } = 1;

    /// <summary>The kind of node, in words.</summary>
    public abstract string Kind { get; }
}

/// <summary>A text, number, truth value or null.</summary>
/// <param name="text">As written, without quotes.</param>
/// <param name="isPlain">Not quoted: it may mean a number, a truth value or null.</param>
public sealed class ScalarNode(int line, int column, string text, bool isPlain) : DocumentNode(line, column)
{
    /// <summary>The text as written, without quotes.</summary>
    public string Text { get; } = text;

    /// <summary>True if the text is not quoted: it may mean a number, a truth value or null.</summary>
    public bool IsPlain { get; } = isPlain;

    /// <summary>Nothing, <c>~</c> or <c>null</c>.</summary>
    public bool IsNull => IsPlain && Text is ("" or "~" or "null" or "Null" or "NULL");

    /// <inheritdoc/>
    public override string Kind => IsNull ? "nothing" : "a text";
}

/// <summary>Values in order.</summary>
public sealed class SequenceNode(int line, int column) : DocumentNode(line, column)
{
    private readonly List<DocumentNode> _items = [];

    /// <summary>The values.</summary>
    public IReadOnlyList<DocumentNode> Items => _items;

    /// <summary>Adds a value.</summary>
    public void Add(DocumentNode item) => _items.Add(item);

    /// <inheritdoc/>
    public override string Kind => "a list";
}

/// <summary>Values by names, each name once.</summary>
public sealed class MappingNode(int line, int column) : DocumentNode(line, column)
{
    private readonly List<(ScalarNode Key, DocumentNode Value)> _entries = [];

    /// <summary>The entries in order.</summary>
    public IReadOnlyList<(ScalarNode Key, DocumentNode Value)> Entries => _entries;

    /// <summary>Adds an entry; its key is not there yet.</summary>
    internal void Add(ScalarNode key, DocumentNode value) => _entries.Add((key, value));

    /// <inheritdoc/>
    public override string Kind => "a mapping";
}

/// <summary>Limits that make hostile files harmless.</summary>
internal static class DocumentLimits
{
    /// <summary>Deepest nesting. Plans need six levels.</summary>
    public const int MaxDepth = 64;

    /// <summary>Maximum of values, with aliases expanded. 10,000 tasks have about 500,000.</summary>
    public const int MaxNodes = 2_000_000;

    /// <summary>Most entries of one list or mapping; a plan has at most 20,000 tasks.</summary>
    public const int MaxEntries = 50_000;
}
