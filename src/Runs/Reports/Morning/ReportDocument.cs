namespace Orchestrator.Runs.Reports;

/// <summary>A sentence of a report, with the run's events that support it.</summary>
/// <param name="Kind">Kind of the sentence, such as <c>sent-back</c>, by which programs that check a report can find it.</param>
/// <param name="Text">The sentence.</param>
public sealed record ReportLine(string Kind, string Text)
{
    /// <summary>Id of the task that it is about, or null for the run.</summary>
    public string? Task { get; init; }

    /// <summary>Items that the sentence lists.</summary>
    public IReadOnlyList<string> Each { get; init; } = [];

    /// <summary>Commands that answer the sentence, the recommended one first.</summary>
    public IReadOnlyList<string> Commands { get; init; } = [];

    /// <summary>Numbers of the events that support the sentence.</summary>
    public IReadOnlyList<long> Events { get; init; } = [];

    /// <summary>True if the sentence is bad news, which is highlighted.</summary>
    public bool IsBad { get; init; }
}

/// <summary>A row in a table of a report.</summary>
/// <param name="Cells">Cells of the row.</param>
/// <param name="Events">Numbers of the events that support the row.</param>
public sealed record ReportRow(IReadOnlyList<string> Cells, IReadOnlyList<long> Events)
{
    /// <summary>Id of the task that it is about, or null if none.</summary>
    public string? Task { get; init; }
}

/// <summary>A table of a report. If it has a total, the rows add up to it.</summary>
/// <param name="Kind">Subject of the table.</param>
/// <param name="Columns">Headings of the columns.</param>
/// <param name="Rows">Rows of the table.</param>
/// <param name="Total">The last row, or null if there is no total.</param>
public sealed record ReportTable(string Kind, IReadOnlyList<string> Columns, IReadOnlyList<ReportRow> Rows, ReportRow? Total = null);

/// <summary>A section of a report.</summary>
/// <param name="Id">Unique id within the report.</param>
/// <param name="Title">Heading of the section.</param>
/// <param name="Lines">Sentences of the section.</param>
public sealed record ReportSection(string Id, string Title, IReadOnlyList<ReportLine> Lines)
{
    /// <summary>Table below the sentences, or null if none.</summary>
    public ReportTable? Table { get; init; }

    /// <summary>Renders the section as Markdown.</summary>
    internal MarkdownText ToMarkdown()
    {
        var text = new MarkdownText().Append($"\n## {Title}\n\n");
        foreach (var line in Lines)
        {
            text.Append($"- {line.Text}{EventsOf(line.Events)}\n");
            text.Append(line.Each.Select(each => MarkdownText.Of($"  - {each}\n")));
        }
        if (Table is { } table)
        {
            text.Append(Lines.Count > 0 ? MarkdownText.Of($"\n") : new MarkdownText());
            AppendRow(text, table.Columns);
            AppendRow(text, [.. table.Columns.Select(_ => "---")]);
            foreach (var row in table.Total is { } total ? table.Rows.Append(total) : table.Rows)
            {
                AppendRow(text, row.Cells);
            }
        }
        return text;
    }

    private static void AppendRow(MarkdownText text, IReadOnlyList<string> cells)
    {
        text.Append($"|");
        foreach (var cell in cells)
        {
            _ = cell == "---" ? text.Append($"---|") : text.Append($" {cell} |");
        }
        text.Append($"\n");
    }

    private static string EventsOf(IReadOnlyList<long> events) =>
        events.Count == 0 ? "" : $" (event {string.Join(", ", events.Select(number => number.ToString(CultureInfo.InvariantCulture)))})";
}
