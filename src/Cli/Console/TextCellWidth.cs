using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Orchestrator.Cli.Console;

/// <summary>
/// Measures and cuts text in screen cells. Most characters take one cell, East Asian characters and emoji take two, and combining marks
/// take none.
/// </summary>
/// <remarks>Terminals differ for some texts, such as joined emoji. The larger width is used for such texts, so that a line never
/// wraps.</remarks>
internal static partial class TextCellWidth
{
    private const int EmojiStyle = 0xFE0F;

    /// <summary>Ranges of characters with two cells: East Asian Width W and F of Unicode 16, merged across unassigned code
    /// points.</summary>
    private static readonly (int First, int Last)[] Wide =
    [
        (0x1100, 0x115F),
        (0x231A, 0x231B),
        (0x2329, 0x232A),
        (0x23E9, 0x23EC),
        (0x23F0, 0x23F0),
        (0x23F3, 0x23F3),
        (0x25FD, 0x25FE),
        (0x2614, 0x2615),
        (0x2630, 0x2637),
        (0x2648, 0x2653),
        (0x267F, 0x267F),
        (0x268A, 0x268F),
        (0x2693, 0x2693),
        (0x26A1, 0x26A1),
        (0x26AA, 0x26AB),
        (0x26BD, 0x26BE),
        (0x26C4, 0x26C5),
        (0x26CE, 0x26CE),
        (0x26D4, 0x26D4),
        (0x26EA, 0x26EA),
        (0x26F2, 0x26F3),
        (0x26F5, 0x26F5),
        (0x26FA, 0x26FA),
        (0x26FD, 0x26FD),
        (0x2705, 0x2705),
        (0x270A, 0x270B),
        (0x2728, 0x2728),
        (0x274C, 0x274C),
        (0x274E, 0x274E),
        (0x2753, 0x2755),
        (0x2757, 0x2757),
        (0x2795, 0x2797),
        (0x27B0, 0x27B0),
        (0x27BF, 0x27BF),
        (0x2B1B, 0x2B1C),
        (0x2B50, 0x2B50),
        (0x2B55, 0x2B55),
        (0x2E80, 0x303E),
        (0x3041, 0x33FF),
        (0x3400, 0xA4CF),
        (0xA960, 0xA97F),
        (0xAC00, 0xD7A3),
        (0xF900, 0xFAFF),
        (0xFE10, 0xFE19),
        (0xFE30, 0xFE6F),
        (0xFF01, 0xFF60),
        (0xFFE0, 0xFFE6),
        (0x16FE0, 0x18CFF),
        (0x1AFF0, 0x1B2FF),
        (0x1D300, 0x1D376),
        (0x1F004, 0x1F004),
        (0x1F0CF, 0x1F0CF),
        (0x1F18E, 0x1F18E),
        (0x1F191, 0x1F19A),
        (0x1F200, 0x1F320),
        (0x1F32D, 0x1F335),
        (0x1F337, 0x1F37C),
        (0x1F37E, 0x1F393),
        (0x1F3A0, 0x1F3CA),
        (0x1F3CF, 0x1F3D3),
        (0x1F3E0, 0x1F3F0),
        (0x1F3F4, 0x1F3F4),
        (0x1F3F8, 0x1F43E),
        (0x1F440, 0x1F440),
        (0x1F442, 0x1F4FC),
        (0x1F4FF, 0x1F53D),
        (0x1F54B, 0x1F54E),
        (0x1F550, 0x1F567),
        (0x1F57A, 0x1F57A),
        (0x1F595, 0x1F596),
        (0x1F5A4, 0x1F5A4),
        (0x1F5FB, 0x1F64F),
        (0x1F680, 0x1F6C5),
        (0x1F6CC, 0x1F6CC),
        (0x1F6D0, 0x1F6D2),
        (0x1F6D5, 0x1F6DF),
        (0x1F6EB, 0x1F6EC),
        (0x1F6F4, 0x1F6FC),
        (0x1F7E0, 0x1F7F0),
        (0x1F90C, 0x1F93A),
        (0x1F93C, 0x1F945),
        (0x1F947, 0x1F9FF),
        (0x1FA70, 0x1FAFF),
        (0x20000, 0x3FFFD),
    ];

    /// <summary>Returns the width of a string in screen cells.</summary>
    public static int Of(string text)
    {
        var cells = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            cells += Of(rune);
        }
        return cells;
    }

    /// <summary>Returns the width of a character in cells.</summary>
    public static int Of(Rune rune)
    {
        if (rune.Value < 0x300)
        {
            return 1;
        }
        if (rune.Value == EmojiStyle)
        {
            return 1;
        }
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format)
        {
            return 0;
        }
        return IsWide(rune.Value) ? 2 : 1;
    }

    /// <summary>
    /// Returns the text if it fits into the given number of cells. Otherwise, returns its first words followed by an ellipsis. Breaks a
    /// word only if the word is long.
    /// </summary>
    public static string Cut(string text, int cells)
    {
        if (text.Length * 2 <= cells || Of(text) <= cells)
        {
            return text;
        }
        var end = 0;
        var used = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            used += Of(rune);
            if (used >= cells)
            {
                break;
            }
            end += rune.Utf16SequenceLength;
        }

        // A long word at the cut is a path or an id, so its first part is kept.
        var blank = end < text.Length && text[end] != ' ' ? text.AsSpan(0, end).LastIndexOf(' ') : -1;
        end = blank > end / 2 ? blank : end;
        return cells < 1 ? "" : text[..end].TrimEnd(' ') + "…";
    }

    /// <summary>
    /// Returns the text if it fits into the given number of cells. Otherwise, replaces its middle with an ellipsis, so that the file name
    /// at the end of a path remains.
    /// </summary>
    public static string CutMiddle(string text, int cells)
    {
        if (Of(text) <= cells || cells < 8)
        {
            return Cut(text, cells);
        }
        var tail = text.Length;
        for (var used = 0; tail > 0 && used + Of(text[(tail - 1)..tail]) <= cells / 2; tail--)
        {
            used += Of(text[(tail - 1)..tail]);
        }
        tail += tail < text.Length && char.IsLowSurrogate(text[tail]) ? 1 : 0;
        return Cut(text, cells - Of(text[tail..])) + text[tail..];
    }

    /// <summary>Pads the text with spaces on the right to the given width in cells.</summary>
    public static string Pad(string text, int cells) => text + new string(' ', Math.Max(0, cells - Of(text)));

    /// <summary>
    /// Returns the first line of untrusted text. Color sequences are removed, and other invisible characters are replaced with visible
    /// symbols.
    /// </summary>
    public static string OneLine(string text)
    {
        var line = text.Trim();
        var end = line.AsSpan().IndexOfAny('\r', '\n');
        line = end < 0 ? line : line[..end];
        return new UntrustedText(line.Contains('\u001b', StringComparison.Ordinal) ? EscapeSequence().Replace(line, "") : line).Line;
    }

    private static bool IsWide(int value)
    {
        var (low, high) = (0, Wide.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (value > Wide[middle].Last)
            {
                low = middle + 1;
            }
            else if (value < Wide[middle].First)
            {
                high = middle - 1;
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Matches ECMA-48 escape sequences: control sequences, and commands that send a string to the terminal.</summary>
    [GeneratedRegex(@"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(\x07|\x1b\\)?", RegexOptions.CultureInvariant)]
    private static partial Regex EscapeSequence();
}
