using System.Buffers;

namespace Orchestrator.Dashboard.Views;

/// <summary>Part of a line that has one style throughout.</summary>
/// <param name="Text">Untrusted text, without control sequences.</param>
/// <param name="Css">CSS classes of the style. Empty for plain text.</param>
internal sealed record AnsiTextRun(string Text, string Css);

/// <summary>
/// Converts terminal output to styled text. SGR sequences become styles, and carriage returns and erase-line sequences act as in a
/// terminal. Every other control sequence is replaced with a mark.
/// </summary>
internal static class AnsiText
{
    /// <summary>Character that replaces each control sequence other than a style or an erase-line sequence.</summary>
    public const char Mark = '␛';

    private const char Escape = '\u001b';
    private const char StringEnd = '\u009c';
    private const char Bell = '\u0007';
    private static readonly SearchValues<char> Special = SearchValues.Create(Escape, '\r');

    /// <summary>Converts terminal output of one or more lines to styled text.</summary>
    public static IReadOnlyList<AnsiTextRun> Read(string text)
    {
        if (!text.AsSpan().ContainsAny(Special))
        {
            return [new AnsiTextRun(text, "")];
        }
        var runs = new List<AnsiTextRun>();
        var style = AnsiStyle.Plain;
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            style = ReadLine(lines[i], style, runs);
            if (i < lines.Length - 1)
            {
                runs.Add(new AnsiTextRun("\n", ""));
            }
        }
        return runs;
    }

    /// <summary>Returns the same text as <see cref="Read"/>, but without styles.</summary>
    public static string Plain(string text) =>
        text.AsSpan().ContainsAny(Special) ? string.Concat(Read(text).Select(run => run.Text)) : text;

    private static AnsiStyle ReadLine(string line, AnsiStyle style, List<AnsiTextRun> runs)
    {
        var cells = new List<(Rune Sign, AnsiStyle Style)>();
        var column = 0;
        for (var at = 0; at < line.Length; )
        {
            if (line[at] == '\r')
            {
                column = 0;
                at++;
            }
            else if (line[at] == Escape)
            {
                var end = EndOf(line, at);
                if (line[end - 1] == 'm' && line[at + 1] == '[')
                {
                    style = style.With(line.AsSpan(at + 2, end - at - 3));
                }
                else if (line[end - 1] == 'K' && end - at <= 4)
                {
                    // Erases the rest of the line, which programs do before they overwrite it.
                    cells.RemoveRange(Math.Min(column, cells.Count), cells.Count - Math.Min(column, cells.Count));
                }
                else
                {
                    Put(new Rune(Mark));
                }
                at = end;
            }
            else
            {
                Rune.DecodeFromUtf16(line.AsSpan(at), out var sign, out var length);
                Put(sign);
                at += length;
            }
        }
        foreach (var part in Grouped(cells))
        {
            runs.Add(part);
        }
        return style;

        void Put(Rune sign)
        {
            if (column < cells.Count)
            {
                cells[column] = (sign, style);
            }
            else
            {
                cells.Add((sign, style));
            }
            column++;
        }
    }

    private static IEnumerable<AnsiTextRun> Grouped(List<(Rune Sign, AnsiStyle Style)> cells)
    {
        var text = new StringBuilder();
        for (var i = 0; i < cells.Count; i++)
        {
            text.Append(cells[i].Sign);
            if (i == cells.Count - 1 || cells[i + 1].Style != cells[i].Style)
            {
                yield return new AnsiTextRun(text.ToString(), cells[i].Style.Css);
                text.Clear();
            }
        }
    }

    /// <summary>Returns the position directly after the control sequence that begins at <paramref name="start"/>.</summary>
    private static int EndOf(string line, int start)
    {
        var at = start + 1;
        if (at == line.Length)
        {
            return at;
        }
        if (line[at] == '[')
        {
            for (at++; at < line.Length && line[at] is >= ' ' and <= '?'; at++) { }
            return Math.Min(at + 1, line.Length);
        }
        if (line[at] is not (']' or 'P' or 'X' or '^' or '_'))
        {
            for (; at < line.Length - 1 && line[at] is >= ' ' and <= '/'; at++) { }
            return at + 1;
        }
        // A string, such as a title or a link, ends with BEL or ST; one without an end is the rest of the line.
        for (at++; at < line.Length; at++)
        {
            if (line[at] is Bell or StringEnd)
            {
                return at + 1;
            }
            if (line[at] == Escape && at + 1 < line.Length && line[at + 1] == '\\')
            {
                return at + 2;
            }
        }
        return at;
    }
}
