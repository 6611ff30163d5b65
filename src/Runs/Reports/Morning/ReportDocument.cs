namespace Orchestrator.Runs.Reports;

/// <summary>A line of a report, with the run's events on which it is based.</summary>
/// <param name="Kind">Kind of the line, such as <c>sent-back</c>. Programs that check a report find the line by its kind.</param>
/// <param name="Text">The text of the line, as one sentence.</param>
public sealed record RunReportLine(string Kind, string Text)
{
    /// <summary>Id of the task that the line concerns, or null if it concerns the run.</summary>
    public string? Task { get; init; }

    /// <summary>Items of the list that follows the line.</summary>
    public IReadOnlyList<string> Each { get; init; } = [];

    /// <summary>Commands with which a user can respond to the line, the recommended one first.</summary>
    public IReadOnlyList<string> Commands { get; init; } = [];

    /// <summary>Numbers of the events on which the line is based.</summary>
    public IReadOnlyList<long> Events { get; init; } = [];

    /// <summary>True if the line reports a problem and is highlighted.</summary>
    public bool IsBad { get; init; }
}

/// <summary>A row in a table of a report, with the run's events on which it is based.</summary>
/// <param name="Cells">Cells of the row.</param>
/// <param name="Events">Numbers of the events on which the row is based.</param>
public sealed record RunReportRow(IReadOnlyList<string> Cells, IReadOnlyList<long> Events)
{
    /// <summary>Id of the task that the row concerns, or null if it concerns no single task.</summary>
    public string? Task { get; init; }
}

/// <summary>A table in a report.</summary>
/// <param name="Kind">Kind of the table, by which programs find it.</param>
/// <param name="Columns">Headings of the columns.</param>
/// <param name="Rows">Rows of the table.</param>
/// <param name="Total">The last row, which contains the sums of the rows above, or null if the table has no sums.</param>
public sealed record RunReportTable(
    string Kind,
    IReadOnlyList<string> Columns,
    IReadOnlyList<RunReportRow> Rows,
    RunReportRow? Total = null
);

/// <summary>A section of a report.</summary>
/// <param name="Id">Id of the section, unique within the report.</param>
/// <param name="Title">Heading of the section.</param>
/// <param name="Lines">Lines of the section, in order.</param>
public sealed record RunReportSection(string Id, string Title, IReadOnlyList<RunReportLine> Lines)
{
    /// <summary>Table after the lines, or null if there is none.</summary>
    public RunReportTable? Table { get; init; }

    /// <summary>Renders the section as Markdown.</summary>
    internal EscapingMarkdownBuilder ToMarkdown()
    {
        var text = new EscapingMarkdownBuilder().Append($"\n## {Title}\n\n");
        foreach (var line in Lines)
        {
            text.Append($"- {line.Text}{EventsOf(line.Events)}\n");
            text.Append(line.Each.Select(each => EscapingMarkdownBuilder.Of($"  - {each}\n")));
        }
        if (Table is { } table)
        {
            text.Append(Lines.Count > 0 ? EscapingMarkdownBuilder.Of($"\n") : new EscapingMarkdownBuilder());
            AppendRow(text, table.Columns);
            AppendRow(text, [.. table.Columns.Select(_ => "---")]);
            foreach (var row in table.Total is { } total ? table.Rows.Append(total) : table.Rows)
            {
                AppendRow(text, row.Cells);
            }
        }
        return text;
    }

    private static void AppendRow(EscapingMarkdownBuilder text, IReadOnlyList<string> cells)
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
