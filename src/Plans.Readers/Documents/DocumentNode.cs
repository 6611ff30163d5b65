namespace Orchestrator.Plans.Readers.Documents;

/// <summary>A value of a YAML or JSON file with its position. Both formats become the same tree, so that later code handles both.</summary>
internal abstract class DocumentNode(int line, int column)
{
    /// <summary>Line from 1.</summary>
    public int Line { get; } = line;

    /// <summary>Column from 1, in characters.</summary>
    public int Column { get; } = column;

    /// <summary>Number of values in this one with all aliases expanded; at most <see cref="DocumentLimits.MaxNodes"/> + 1.</summary>
    public int Weight { get; set; } = 1;

    /// <summary>What it is, in words.</summary>
    public abstract string Kind { get; }
}

/// <summary>A text, number, truth value or null.</summary>
/// <param name="text">As written, without quotes.</param>
/// <param name="isPlain">Not quoted: it may mean a number, a truth value or null.</param>
internal sealed class ScalarNode(int line, int column, string text, bool isPlain) : DocumentNode(line, column)
{
    public string Text { get; } = text;

    public bool IsPlain { get; } = isPlain;

    /// <summary>Nothing, <c>~</c> or <c>null</c>.</summary>
    public bool IsNull => IsPlain && Text is ("" or "~" or "null" or "Null" or "NULL");

    public override string Kind => IsNull ? "nothing" : "a text";
}

internal sealed class SequenceNode(int line, int column) : DocumentNode(line, column)
{
    public List<DocumentNode> Items { get; } = [];

    public override string Kind => "a list";
}

internal sealed class MappingNode(int line, int column) : DocumentNode(line, column)
{
    public List<(ScalarNode Key, DocumentNode Value)> Entries { get; } = [];

    public override string Kind => "a mapping";
}

/// <summary>Limits that make hostile files harmless.</summary>
internal static class DocumentLimits
{
    /// <summary>Deepest nesting. Plans need six levels.</summary>
    public const int MaxDepth = 64;

    /// <summary>Maximum of values, with aliases expanded. 10,000 tasks have about 500,000.</summary>
    public const int MaxNodes = 2_000_000;

    /// <summary>Most entries of one list or mapping; a plan has at most <see cref="TaskGraphs.TaskGraphReader.MaxTasks"/> tasks.</summary>
    public const int MaxEntries = 50_000;
}
