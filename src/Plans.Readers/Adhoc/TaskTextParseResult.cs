using System.Text.RegularExpressions;

namespace Orchestrator.Plans.Readers.Adhoc;

/// <summary>Task descriptions read from a file.</summary>
/// <param name="Texts">Texts of the tasks; empty if there is a fault.</param>
/// <param name="Fault">Sentence with the line number that explains why the file can't be read, or null if it can.</param>
public sealed record TaskTextParseResult(IReadOnlyList<string> Texts, string? Fault = null)
{
    /// <summary>
    /// Reads task descriptions from text, and ignores headings. If the text has a Markdown list, each unticked item is a task and includes
    /// the lines indented below it. Otherwise, each paragraph is a task, or each line if no blank lines separate paragraphs.
    /// </summary>
    /// <param name="text">Complete text of the file.</param>
    public static TaskTextParseResult Read(string text)
    {
        var lines = text.TrimStart('\uFEFF').ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd()).ToList();
        return lines.Exists(line => Item(line) is not null) ? ReadList(lines) : new TaskTextParseResult([.. Blocks(lines)]);
    }

    private static TaskTextParseResult ReadList(List<string> lines)
    {
        var items = new List<(bool IsDone, List<string> Lines)>();
        foreach (var (index, line) in lines.Index())
        {
            if (Item(line) is { } item)
            {
                items.Add((item.IsDone, [item.Text]));
            }
            else if (line.Length == 0 || line[0] is ' ' or '\t')
            {
                items.LastOrDefault().Lines?.Add(line);
            }
            else if (!IsHeading(line))
            {
                return new TaskTextParseResult(
                    [],
                    FormattableString.Invariant(
                        $"line {index + 1} is neither a list item nor indented below one: \"{QuotedText.CutLine(line, 60)}\""
                    )
                );
            }
        }
        return new TaskTextParseResult([.. items.Where(item => !item.IsDone).Select(item => Joined(item.Lines))]);
    }

    private static (bool IsDone, string Text)? Item(string line) =>
        ItemForm.Match(line) is { Success: true } match
            ? (match.Groups["box"].Value.Contains('x', StringComparison.OrdinalIgnoreCase), match.Groups["text"].Value)
            : null;

    // Removes the common indentation of the lines below a list item.
    private static string Joined(List<string> lines)
    {
        var below = lines.Skip(1).ToList();
        var indent = below.Where(line => line.Length > 0).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty().Min();
        return string.Join('\n', below.Select(line => line.Length > indent ? line[indent..] : "").Prepend(lines[0])).Trim();
    }

    private static IEnumerable<string> Blocks(List<string> lines)
    {
        var blocks = new List<List<string>> { new() };
        foreach (var line in lines.Where(line => !IsHeading(line)))
        {
            if (line.Trim().Length > 0)
            {
                blocks[^1].Add(line);
            }
            else if (blocks[^1].Count > 0)
            {
                blocks.Add([]);
            }
        }
        blocks.RemoveAll(block => block.Count == 0);
        return blocks.Count == 1 ? blocks[0] : blocks.Select(block => string.Join('\n', block).Trim());
    }

    private static bool IsHeading(string line) => HeadingForm.IsMatch(line);

    private static readonly Regex ItemForm = new(
        @"^([-*+]|[0-9]{1,9}[.)])[ \t]+(?<box>\[[ xX]\][ \t]+)?(?<text>.*\S.*)$",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
    );

    private static readonly Regex HeadingForm = new("^#{1,6}( |$)", RegexOptions.NonBacktracking);
}
