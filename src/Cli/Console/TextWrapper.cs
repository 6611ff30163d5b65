using System.Text.RegularExpressions;

namespace Orchestrator.Cli.Console;

/// <summary>
/// Breaks text into rows of a screen. Breaks only between words, unless a word does not fit into a row. Never breaks a command or a path
/// that a user might copy.
/// </summary>
internal static partial class TextWrapper
{
    private const int LeastCells = 8;

    // As long as a few rows of a narrow screen. Longer text is unlikely to be a path.
    private const int LongestPath = 400;

    /// <summary>Breaks a line at spaces. An empty line becomes one row.</summary>
    /// <param name="text">Text of one line.</param>
    /// <param name="cells">Maximum number of cells in a row, at least 8. Only a command or a path may exceed the limit. The terminal wraps
    /// such a row, so that the user can copy it in one piece.</param>
    public static IEnumerable<string> Of(string text, int cells) => Ranges(text, cells, cells).Select(range => text[range]);

    /// <summary>
    /// Breaks a line into rows, none of which exceeds the width. Used for table columns and untrusted text. Long paths are broken after a
    /// slash.
    /// </summary>
    /// <param name="text">Text of one line.</param>
    /// <param name="cells">Maximum number of cells in a row. Only a command may exceed the limit.</param>
    public static IEnumerable<string> Fitting(string text, int cells) =>
        Ranges(text, cells, cells, breaksPaths: true).Select(range => text[range]);

    /// <summary>Breaks a line into rows. Each row after the first starts with the given prefix, such as a mark or an indentation.</summary>
    /// <param name="text">Text of one line.</param>
    /// <param name="cells">Maximum number of cells in a row.</param>
    /// <param name="before">Prefix of all rows but the first.</param>
    public static IEnumerable<string> Of(string text, int cells, string before) =>
        Ranges(text, cells, cells - before.Length).Select((range, row) => row == 0 ? text[range] : before + text[range]);

    /// <summary>
    /// Breaks a line of a list or a two-column table into rows. Later rows are aligned with the second column, unless less than a third of
    /// the row would remain for that column.
    /// </summary>
    /// <param name="text">Trusted text of one line.</param>
    /// <param name="cells">Maximum number of cells in a row.</param>
    public static IEnumerable<string> WrapWithIndent(string text, int cells)
    {
        var second = SecondColumn().Match(text) is { Success: true } column ? column.Length : text.Length - text.TrimStart(' ').Length;
        return Of(text, cells, new string(' ', second <= cells / 3 * 2 ? second : 4));
    }

    /// <summary>
    /// Breaks a line with a colored part into rows, in the same way that <see cref="Of(string, int, string)"/> breaks plain text.
    /// </summary>
    public static IEnumerable<ScreenLine> Of(ScreenLine line, int cells, string before)
    {
        var end = line.Length < 0 ? line.Text.Length : Math.Min(line.Text.Length, line.Start + line.Length);
        var row = 0;
        foreach (var range in Ranges(line.Text, cells, cells - before.Length))
        {
            var (at, length) = range.GetOffsetAndLength(line.Text.Length);
            var shift = row++ == 0 ? 0 : before.Length;
            var from = Math.Clamp(line.Start - at, 0, length);
            yield return new ScreenLine(
                (shift == 0 ? "" : before) + line.Text[range],
                line.Tone,
                from + shift,
                Math.Clamp(end - at, from, length) - from
            );
        }
    }

    private static List<Range> Ranges(string text, int first, int further, bool breaksPaths = false)
    {
        (first, further) = (Math.Max(LeastCells, first), Math.Max(LeastCells, further));
        var rows = new List<Range>();
        var (from, to, used) = (0, 0, 0);
        foreach (var word in Words(text).SelectMany(word => Pieces(text, word, further, breaksPaths)))
        {
            var (start, end) = (word.Start.Value, word.End.Value);
            var cells = start - to + TextCellWidth.Of(text[word]);
            if (to > from && used + cells > (rows.Count == 0 ? first : further))
            {
                rows.Add(from..to);
                (from, used, cells) = (start, 0, TextCellWidth.Of(text[word]));
            }
            (to, used) = (end, used + cells);
        }
        rows.Add(from..to);
        return rows;
    }

    // Breaks a word only if it is longer than a row, and not if it is a command or path to copy.
    private static IEnumerable<Range> Pieces(string text, Range word, int most, bool breaksPaths)
    {
        var (from, at, used) = (word.Start.Value, word.Start.Value, 0);
        var isWhole =
            text[word].Contains(' ', StringComparison.Ordinal)
            || (!breaksPaths && text[word].Length <= LongestPath && Path().IsMatch(text[word]));
        foreach (var rune in text[word].EnumerateRunes())
        {
            var cells = TextCellWidth.Of(rune);
            if (used + cells > most && !isWhole)
            {
                // A path is broken after its last slash if that lies in the second half of the row.
                var slash = text.LastIndexOf('/', at - 1, at - from) + 1;
                var end = slash > from + ((at - from) / 2) ? slash : at;
                yield return from..end;
                (from, used) = (end, TextCellWidth.Of(text[end..at]));
            }
            used += cells;
            at += rune.Utf16SequenceLength;
        }
        yield return from..word.End;
    }

    // A command counts as one word.
    private static IEnumerable<Range> Words(string text) => Word().Matches(text).Select(word => word.Index..(word.Index + word.Length));

    /// <summary>
    /// Matches one unbreakable word. A command in quotation marks counts as one word, and so does an unquoted command after a colon or at
    /// the start of a line. All other words end at white space.
    /// </summary>
    [GeneratedRegex(
        @"\(?'(?:orchestrate|git|gh|cd|npm|dotnet|docker|export|rm|kill|sudo|systemctl|loginctl)(?: [^' ]+)*'\S*"
            + @"|(?<=^ *|: +)(?:orchestrate|git) \S.*?(?=\. |; | # |  |$)"
            + @"|\S+",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Word();

    /// <summary>Matches the start of an absolute path, a ref, or a path in one of this program's folders.</summary>
    [GeneratedRegex(@"^['(]*(?:\.orchestrator|\.worktrees|refs|~|)/", RegexOptions.CultureInvariant)]
    private static partial Regex Path();

    /// <summary>Matches the part of a line before its second column.</summary>
    [GeneratedRegex(@"^ *\S+(?: \S+)*? {2,}", RegexOptions.CultureInvariant)]
    private static partial Regex SecondColumn();
}
