namespace Orchestrator.Plans.Readers.MasterPlans;

/// <summary>A table cell with its position in the line, so that a status can be written without changing anything else.</summary>
internal readonly record struct MarkdownTableCell(string Text, int Start, int End);

/// <summary>Parses lines of Markdown tables.</summary>
internal static class MarkdownTableLineParser
{
    /// <summary>
    /// Returns the trimmed cells of a line with their positions. Escaped pipes and pipes between backticks belong to the text.
    /// </summary>
    public static IReadOnlyList<MarkdownTableCell> Cells(string line)
    {
        var cells = new List<MarkdownTableCell>();
        var start = line.Length - line.TrimStart().Length;
        start += start < line.Length && line[start] == '|' ? 1 : 0;
        var inCode = false;
        for (var i = start; i <= line.Length; i++)
        {
            var isEnd = i == line.Length;
            if (isEnd || (line[i] == '|' && !inCode && (i == 0 || line[i - 1] != '\\')))
            {
                // Empty text after the last pipe is no cell.
                if (!isEnd || line[start..].Trim().Length > 0)
                {
                    cells.Add(Trimmed(line, start, i));
                }
                start = i + 1;
            }
            else if (line[i] == '`')
            {
                inCode = !inCode && line.IndexOf('`', i + 1) > 0;
            }
        }
        return cells;
    }

    private static MarkdownTableCell Trimmed(string line, int start, int end)
    {
        while (start < end && char.IsWhiteSpace(line[start]))
        {
            start++;
        }
        while (end > start && char.IsWhiteSpace(line[end - 1]))
        {
            end--;
        }
        return new MarkdownTableCell(line[start..end], start, end);
    }

    /// <summary>True if the line may belong to a table.</summary>
    public static bool IsRow(MarkdownLine line) => !line.IsCode && line.Level == 0 && line.Text.Contains('|', StringComparison.Ordinal);

    /// <summary>True for the separator line below a table's header.</summary>
    public static bool IsSeparator(string line) =>
        line.Contains('-', StringComparison.Ordinal) && line.All(c => c is '|' or '-' or ':' or ' ' or '\t' or '\r');
}
