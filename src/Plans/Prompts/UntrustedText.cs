using System.Globalization;

namespace Orchestrator.Plans;

/// <summary>Text that an agent, a repository, a program or a name on this machine brings: the one door through which it reaches a
/// terminal, a report, a log or a prompt. It stays readable, but can do nothing: what moves a cursor, turns the direction of writing or
/// is not seen is shown as a sign, and no line of it looks like one of ours.</summary>
/// <param name="Raw">As it came; null is the empty text. For programs, never for people.</param>
public readonly record struct UntrustedText(string? Raw)
{
    /// <summary>Begins each line of such a text on terminals and in logs. No line of ours begins with it.</summary>
    public const string Mark = "  │ ";

    /// <summary>Begins each such line in Markdown and prompts.</summary>
    public const string MarkdownMark = "> ";

    /// <summary>Stands for a line's end where a text must stay in one line.</summary>
    public const char LineEnd = '⏎';

    private const int MostBlanks = 4;

    /// <summary>Combining marks on one letter: no script needs more, and hundreds of them cover the lines above.</summary>
    private const int MostMarks = 4;

    private const char EmojiStyle = '\uFE0F';
    private string Text => Raw ?? "";

    /// <summary>The text with its line ends and tabs; everything else that is no visible character is shown as a sign.</summary>
    public override string ToString() => Show(Text);

    /// <summary>The text in one line.</summary>
    public string Line
    {
        get
        {
            var line = Show(Text.Trim()).Replace('\n', LineEnd).Replace('\t', ' ');
            return WithFewBlanks(line);
        }
    }

    /// <summary>A line of ours with such text in it: it goes on where it is, and what comes after a line end is marked, so that it can't
    /// pass for a line of ours.</summary>
    public string Marked =>
        Text.AsSpan().IndexOfAny('\n', '\r') < 0 ? WithoutTabs(Show(Text)) : string.Join('\n' + Mark, Lines(Text.TrimEnd('\n', '\r')));

    /// <summary>The text as a block: its lines, each behind a mark; none where the text is blank.</summary>
    /// <param name="mark"><see cref="Mark"/> or <see cref="MarkdownMark"/>.</param>
    public IEnumerable<string> Block(string mark = Mark) =>
        string.IsNullOrWhiteSpace(Text) ? [] : Lines(Text.Trim('\n', '\r')).Select(line => mark + line);

    /// <summary>The text as a quotation in Markdown or a prompt; empty where it is blank.</summary>
    public string Quotation => string.Join('\n', Block(MarkdownMark));

    /// <summary>The text in one line of Markdown, in which nothing is active: no link, no HTML, no heading, no cell's end.</summary>
    public string Markdown
    {
        get
        {
            var line = Line;
            var escaped = new StringBuilder(line.Length + 8);
            for (var i = 0; i < line.Length; i++)
            {
                _ = IsActive(line, i) ? escaped.Append('\\').Append(line[i]) : escaped.Append(line[i]);
            }
            return escaped.ToString();
        }
    }

    /// <summary>True if the text is shown as it is, in one line.</summary>
    public bool IsPlain => Line == Text;

    /// <summary>A JSON document of which no character is one that terminals obey or don't show: outside ASCII they are written as
    /// escapes, which means the same.</summary>
    /// <param name="json">JSON; line ends and tabs in it are between its values.</param>
    public static string EscapeJson(string json)
    {
        if (!json.AsSpan().ContainsAnyExceptInRange('\n', '~'))
        {
            return json;
        }
        var escaped = new StringBuilder(json.Length);
        var marks = 0;
        foreach (var rune in json.EnumerateRunes())
        {
            marks = IsMark(rune) ? marks + 1 : 0;
            if (rune.Value is '\n' or '\r' or '\t' || (!IsHidden(rune, marks) && !IsStrangeBlank(rune)))
            {
                escaped.Append(rune);
                continue;
            }
            foreach (var unit in rune.ToString())
            {
                escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:X4}");
            }
        }
        return escaped.ToString();
    }

    /// <summary>A line with at most four blanks in a row behind its beginning: where a terminal wraps lines, more of them would show what
    /// follows as a line of its own.</summary>
    /// <param name="line">In one line.</param>
    public static string WithFewBlanks(string line)
    {
        if (!line.Contains("     ", StringComparison.Ordinal))
        {
            return line;
        }
        var text = new StringBuilder(line.Length);
        var blanks = 0;
        foreach (var letter in line)
        {
            blanks = letter == ' ' ? blanks + 1 : 0;
            if (blanks <= MostBlanks)
            {
                text.Append(letter);
            }
        }
        return text.ToString();
    }

    private static string[] Lines(string text) => [.. Show(text).Split('\n').Select(line => WithoutTabs(line.TrimEnd()))];

    private static string WithoutTabs(string line) => line.Replace("\t", "    ", StringComparison.Ordinal);

    private static string Show(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }
        var shown = new StringBuilder(text.Length + 16);
        var marks = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n')
            {
                continue;
            }
            if (!Rune.TryGetRuneAt(text, i, out var rune))
            {
                shown.Append(CultureInfo.InvariantCulture, $"⟨U+{(int)text[i]:X4}⟩");
                continue;
            }
            i += rune.Utf16SequenceLength - 1;
            marks = IsMark(rune) ? marks + 1 : 0;
            _ =
                rune.Value is '\n' or '\t' ? shown.Append((char)rune.Value)
                : rune.Value < ' ' ? shown.Append((char)(0x2400 + rune.Value))
                : rune.Value == 0x7F ? shown.Append('\u2421')
                : IsStrangeBlank(rune) ? shown.Append(' ')
                : IsHidden(rune, marks) ? shown.Append(CultureInfo.InvariantCulture, $"⟨U+{rune.Value:X4}⟩")
                : shown.Append(rune);
        }
        return shown.ToString();
    }

    // Controls, direction, joiners and other characters without a form of their own; also what fonts draw as nothing, and what no font
    // knows. Emoji are followed by a selector of their style, which alone is no hidden text.
    private static bool IsHidden(Rune rune, int marks) =>
        marks > (rune.Value == EmojiStyle ? 1 : MostMarks)
        || rune.Value
            is 0x034F
                or 0x115F
                or 0x1160
                or 0x17B4
                or 0x17B5
                or 0x2800
                or 0x3164
                or 0xFFA0
                or 0xFFFC
                or (>= 0x180B and <= 0x180F)
                or (>= 0xFE00 and <= 0xFE0E)
                or (>= 0xE0000 and <= 0xE0FFF)
        || Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.Surrogate
                or UnicodeCategory.OtherNotAssigned
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator;

    private static bool IsMark(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark;

    private static bool IsStrangeBlank(Rune rune) => rune.Value > 0x7F && Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator;

    // A backslash before any ASCII punctuation makes it a letter, in CommonMark and GitHub's. Addresses become links by ':', '@' or 'www.';
    // what stands first could be a heading, a list or a line below one.
    private static bool IsActive(string line, int at) =>
        line[at] switch
        {
            '\\' or '`' or '*' or '[' or ']' or '<' or '>' or '|' or '&' or '~' or '@' or '$' => true,
            '_' => at == 0 || at == line.Length - 1 || !char.IsLetterOrDigit(line[at - 1]) || !char.IsLetterOrDigit(line[at + 1]),
            ':' => line.AsSpan(at + 1).StartsWith("//"),
            '.' => line.AsSpan(0, at).EndsWith("www", StringComparison.OrdinalIgnoreCase) || IsItem(line, at),
            ')' => IsItem(line, at),
            '#' or '-' or '+' or '=' => at == 0,
            _ => false,
        };

    // '12. a', but not '12.5 s'.
    private static bool IsItem(string line, int at) =>
        at > 0 && !line.AsSpan(0, at).ContainsAnyExceptInRange('0', '9') && (at == line.Length - 1 || line[at + 1] == ' ');
}
