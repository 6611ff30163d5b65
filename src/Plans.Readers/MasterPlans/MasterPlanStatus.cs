using System.Text;

namespace Orchestrator.Plans.Readers.MasterPlans;

/// <summary>Writes the status of phases into the table of a master plan.</summary>
public static class MasterPlanStatus
{
    /// <summary>
    /// Returns the text with new values in the status column. Skips phases without a status cell, and cells that already contain a synonym
    /// of the new value.
    /// </summary>
    /// <param name="text">Text of the master plan.</param>
    /// <param name="status">New status values by phase id, such as <c>Completed</c>.</param>
    public static string Update(string text, IReadOnlyDictionary<string, string> status)
    {
        var lines = text.Split('\n');
        foreach (var row in MasterPlanPhaseTableReader.Read(MarkdownLineSplitter.Lines(text), new FaultList("")))
        {
            if (row.Status is not { } cell || !status.TryGetValue(row.Id, out var word) || HasSameMeaning(cell.Text, word))
            {
                continue;
            }
            var line = lines[row.Line - 1];
            var changed = new StringBuilder(line.Length).Append(line.AsSpan(0, cell.Start));
            changed.Append(cell.Start > 0 && line[cell.Start - 1] == '|' ? " " : "").Append(word);

            // The padding shrinks or grows so that the columns stay aligned.
            var end = cell.End;
            for (
                var extra = word.Length - cell.Text.Length;
                extra > 0 && end + 1 < line.Length && line[end] == ' ' && line[end + 1] == ' ';
                extra--
            )
            {
                end++;
            }
            changed.Append(' ', Math.Max(0, cell.Text.Length - word.Length)).Append(line.AsSpan(end));
            lines[row.Line - 1] = changed.ToString();
        }
        return string.Join('\n', lines);
    }

    // A synonym such as "✅ Done" stays as the user wrote it.
    private static bool HasSameMeaning(string before, string word) =>
        TaskStatusParser.TryParse(InlineMarkdownParser.Plain(before), out var old)
        && TaskStatusParser.TryParse(word, out var now)
        && old == now;
}
