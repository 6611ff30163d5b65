using System.Globalization;

namespace Orchestrator.Plans;

/// <summary>
/// Text from a source that is not trusted, such as an agent, a repository, a program or a file name. All such text passes through this type
/// before it reaches a terminal, report, log or prompt. The text stays readable, but control, bidirectional and invisible characters become
/// visible symbols. No line can be mistaken for the orchestrator's own output.
/// </summary>
/// <param name="Raw">Original text, where null means empty. For programs only; never display it.</param>
public readonly record struct UntrustedText(string? Raw)
{
    /// <summary>Prefix of each line of untrusted text on terminals and in logs. The orchestrator's own lines never start with
    /// it.</summary>
    public const string Mark = "  │ ";

    /// <summary>Prefix of each line of untrusted text in Markdown and prompts.</summary>
    public const string MarkdownMark = "> ";

    /// <summary>Symbol that replaces a line break if the text must stay on one line.</summary>
    public const char LineEnd = '⏎';

    private const int MostBlanks = 4;

    /// <summary>
    /// Maximum number of combining marks on a letter. No script needs more, and hundreds of marks would cover the lines above.
    /// </summary>
    private const int MostMarks = 4;

    private const char EmojiStyle = '\uFE0F';
    private string Text => Raw ?? "";

    /// <summary>
    /// Returns the text with its line breaks and tabs preserved. Other invisible characters are replaced with visible symbols.
    /// </summary>
    public override string ToString() => Show(Text);

    /// <summary>The text on a single line, with symbols for invisible characters.</summary>
    public string Line
    {
        get
        {
            var line = Show(Text.Trim()).Replace('\n', LineEnd).Replace('\t', ' ');
            return WithFewBlanks(line);
        }
    }

    /// <summary>
    /// The text for use within one of the orchestrator's own lines. Each line after the first gets a prefix, so that it can't be mistaken
    /// for an orchestrator line.
    /// </summary>
    public string Marked =>
        Text.AsSpan().IndexOfAny('\n', '\r') < 0 ? WithoutTabs(Show(Text)) : string.Join('\n' + Mark, Lines(Text.TrimEnd('\n', '\r')));

    /// <summary>Returns the lines of the text with a prefix before each line. Empty if the text is blank.</summary>
    /// <param name="mark">Prefix of each line: <see cref="Mark"/> or <see cref="MarkdownMark"/>.</param>
    public IEnumerable<string> Block(string mark = Mark) =>
        string.IsNullOrWhiteSpace(Text) ? [] : Lines(Text.Trim('\n', '\r')).Select(line => mark + line);

    /// <summary>The text as a quotation in Markdown or in a prompt; empty if the text is blank.</summary>
    public string Quotation => string.Join('\n', Block(MarkdownMark));

    /// <summary>The text on a single line of Markdown, escaped so that it forms no link, HTML, heading or end of a table cell.</summary>
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

    /// <summary>True if the text is displayed unchanged on one line.</summary>
    public bool IsPlain => Line == Text;

    /// <summary>Escapes characters of a JSON document that terminals interpret or do not display. The meaning of the document does not
    /// change.</summary>
    /// <param name="json">JSON document in which line ends and tabs occur only between values.</param>
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

    /// <summary>
    /// Shortens runs of spaces in a line to four. If a terminal wraps the line, a longer run could make the text after it look like a
    /// separate line.
    /// </summary>
    /// <param name="line">Text without line ends.</param>
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

    // Hides control, bidirectional, joining and other format characters, characters that fonts draw as nothing, and unassigned ones. An
    // emoji may be followed by one variation selector, which hides no text.
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

    // In CommonMark and GitHub Markdown, a backslash makes any ASCII punctuation literal. URLs and addresses become links by ':', '@' or
    // 'www.'. Characters at the start could form a heading, a list or an underline.
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

    // Matches '12. a' but not '12.5 s'.
    private static bool IsItem(string line, int at) =>
        at > 0 && !line.AsSpan(0, at).ContainsAnyExceptInRange('0', '9') && (at == line.Length - 1 || line[at + 1] == ' ');
}
