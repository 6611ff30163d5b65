namespace Orchestrator.Runs.Reports;

/// <summary>A sentence of a report, with the events of the run that it rests on.</summary>
/// <param name="Kind">What it tells of, such as <c>sent-back</c>: a program that checks a report finds the sentence by it.</param>
/// <param name="Text">The sentence.</param>
public sealed record ReportLine(string Kind, string Text)
{
    /// <summary>The task that it is about; null: the run.</summary>
    public string? Task { get; init; }

    /// <summary>The points that the sentence lists.</summary>
    public IReadOnlyList<string> Each { get; init; } = [];

    /// <summary>Commands that answer it, the recommended one first.</summary>
    public IReadOnlyList<string> Commands { get; init; } = [];

    /// <summary>Numbers of the events that it rests on.</summary>
    public IReadOnlyList<long> Events { get; init; } = [];

    /// <summary>True if the sentence is bad news, which is marked.</summary>
    public bool IsBad { get; init; }
}

/// <summary>A row of a table of a report.</summary>
/// <param name="Cells">Its cells.</param>
/// <param name="Events">Numbers of the events that it rests on.</param>
public sealed record ReportRow(IReadOnlyList<string> Cells, IReadOnlyList<long> Events)
{
    /// <summary>The task that it is about; null: none.</summary>
    public string? Task { get; init; }
}

/// <summary>A table of a report. Where it has a total, the rows add up to it.</summary>
/// <param name="Kind">What it tells of.</param>
/// <param name="Columns">Heads of its columns.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Total">The last row; null: none.</param>
public sealed record ReportTable(string Kind, IReadOnlyList<string> Columns, IReadOnlyList<ReportRow> Rows, ReportRow? Total = null);

/// <summary>A section of a report.</summary>
/// <param name="Id">Identifies it within the report.</param>
/// <param name="Title">Its heading.</param>
/// <param name="Lines">Its sentences.</param>
public sealed record ReportSection(string Id, string Title, IReadOnlyList<ReportLine> Lines)
{
    /// <summary>Below the sentences; null: none.</summary>
    public ReportTable? Table { get; init; }

    /// <summary>The activities of the tasks over time, drawn as bars; empty: nothing is drawn.</summary>
    public IReadOnlyList<TaskSpan> Spans { get; init; } = [];

    /// <summary>The section as Markdown.</summary>
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
