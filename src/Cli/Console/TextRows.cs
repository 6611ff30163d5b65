using System.Text.RegularExpressions;

namespace Orchestrator.Cli.Console;

/// <summary>Breaks a text into rows of a screen: between words, never within one that fits into a row, and never within a command or a
/// path that a person copies.</summary>
internal static partial class TextRows
{
    private const int LeastCells = 8;

    // Some rows of a narrow screen: what is longer is hardly a path.
    private const int LongestPath = 400;

    /// <summary>The text in rows, broken at blanks: one row if the text is empty.</summary>
    /// <param name="text">One line.</param>
    /// <param name="cells">The most cells of a row; at least 8 are used. Only a command or a path may take more: the terminal wraps it, so
    /// that it is copied in one piece.</param>
    public static IEnumerable<string> Of(string text, int cells) => Ranges(text, cells, cells).Select(range => text[range]);

    /// <summary>The text in rows that all fit, as a column of a table or foreign text needs it: long paths are broken behind a
    /// slash.</summary>
    /// <param name="text">One line.</param>
    /// <param name="cells">The most cells of a row, unless it has a command.</param>
    public static IEnumerable<string> Fitting(string text, int cells) =>
        Ranges(text, cells, cells, breaksPaths: true).Select(range => text[range]);

    /// <summary>The text in rows of which all but the first begin with a mark or an indentation.</summary>
    /// <param name="text">One line.</param>
    /// <param name="cells">The most cells of a row.</param>
    /// <param name="before">Begins the further rows.</param>
    public static IEnumerable<string> Of(string text, int cells, string before) =>
        Ranges(text, cells, cells - before.Length).Select((range, row) => row == 0 ? text[range] : before + text[range]);

    /// <summary>A line of a list or a table of two columns: its further rows stand below the beginning of the second column, unless less
    /// than a third of the row is right of it.</summary>
    /// <param name="text">One line of ours.</param>
    /// <param name="cells">The most cells of a row.</param>
    public static IEnumerable<string> Hanging(string text, int cells)
    {
        var second = SecondColumn().Match(text) is { Success: true } column ? column.Length : text.Length - text.TrimStart(' ').Length;
        return Of(text, cells, new string(' ', second <= cells / 3 * 2 ? second : 4));
    }

    /// <summary>A line with a coloured part in rows, as <see cref="Of(string, int, string)"/> breaks its text.</summary>
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
            var cells = start - to + TextCells.Of(text[word]);
            if (to > from && used + cells > (rows.Count == 0 ? first : further))
            {
                rows.Add(from..to);
                (from, used, cells) = (start, 0, TextCells.Of(text[word]));
            }
            (to, used) = (end, used + cells);
        }
        rows.Add(from..to);
        return rows;
    }

    // Only what is longer than a row is broken, unless somebody copies it.
    private static IEnumerable<Range> Pieces(string text, Range word, int most, bool breaksPaths)
    {
        var (from, at, used) = (word.Start.Value, word.Start.Value, 0);
        var isWhole =
            text[word].Contains(' ', StringComparison.Ordinal)
            || (!breaksPaths && text[word].Length <= LongestPath && Path().IsMatch(text[word]));
        foreach (var rune in text[word].EnumerateRunes())
        {
            var cells = TextCells.Of(rune);
            if (used + cells > most && !isWhole)
            {
                // Of a path a whole name is in a row, where one ends in its second half.
                var slash = text.LastIndexOf('/', at - 1, at - from) + 1;
                var end = slash > from + ((at - from) / 2) ? slash : at;
                yield return from..end;
                (from, used) = (end, TextCells.Of(text[end..at]));
            }
            used += cells;
            at += rune.Utf16SequenceLength;
        }
        yield return from..word.End;
    }

    // A command counts as one word.
    private static IEnumerable<Range> Words(string text) => Word().Matches(text).Select(word => word.Index..(word.Index + word.Length));

    /// <summary>A command: in quotation marks; behind a colon or at the beginning of a line, up to the end of the sentence. Else what is
    /// between two blanks.</summary>
    [GeneratedRegex(
        @"\(?'(?:orchestrate|git|gh|cd|npm|dotnet|docker|export|rm|kill|sudo|systemctl|loginctl)(?: [^' ]+)*'\S*"
            + @"|(?<=^ *|: +)(?:orchestrate|git) \S.*?(?=\. |; | # |  |$)"
            + @"|\S+",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Word();

    /// <summary>A path of ours, a ref, or an absolute path.</summary>
    [GeneratedRegex(@"^['(]*(?:\.orchestrator|\.worktrees|refs|~|)/", RegexOptions.CultureInvariant)]
    private static partial Regex Path();

    /// <summary>Up to where the second column begins.</summary>
    [GeneratedRegex(@"^ *\S+(?: \S+)*? {2,}", RegexOptions.CultureInvariant)]
    private static partial Regex SecondColumn();
}
