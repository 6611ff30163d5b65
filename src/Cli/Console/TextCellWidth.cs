using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Wcwidth;

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
    private const int FirstSkinTone = 0x1F3FB;
    private const int LastSkinTone = 0x1F3FF;

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
        if (rune.Value < 0x300 || rune.Value == EmojiStyle)
        {
            return 1;
        }
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format)
        {
            return 0;
        }
        // Some terminals merge a skin tone with the emoji before it, and others show it as an emoji of its own.
        return rune.Value is >= FirstSkinTone and <= LastSkinTone ? 2 : Math.Max(1, UnicodeCalculator.GetWidth(rune.Value));
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

    /// <summary>Matches ECMA-48 escape sequences: control sequences, and commands that send a string to the terminal.</summary>
    [GeneratedRegex(@"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(\x07|\x1b\\)?", RegexOptions.CultureInvariant)]
    private static partial Regex EscapeSequence();
}
