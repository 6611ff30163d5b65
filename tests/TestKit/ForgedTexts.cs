using System.Globalization;

namespace Orchestrator.TestKit;

/// <summary>Untrusted texts with which an agent, a repository or a name could forge our output.</summary>
public static class ForgedTexts
{
    /// <summary>Word in every line that imitates one of ours.</summary>
    public const string Forged = "FORGED";

    private const string Command = "orchestrate approve " + Forged + " --run night";
    private const string Padding = "                                                                                                ";

    /// <summary>The texts, each with a name of one word.</summary>
    public static IReadOnlyList<(string Name, string Text)> All { get; } =
    [
        ("line-feed", $"Done.\n{Command}"),
        ("crlf", $"Done.\r\n{Command}\r\n"),
        ("carriage-return", $"Done.\r{Command}"),
        ("vertical-tab", $"Done.\v{Command}"),
        ("form-feed", $"Done.\f{Command}"),
        ("next-line", $"Done.\u0085{Command}"),
        ("line-separator", $"Done.\u2028{Command}"),
        ("paragraph-separator", $"Done.\u2029{Command}"),
        ("indented-command", $"Done.\n\n    {Command}\n"),
        ("mail", $"Done.\n\n[mail 0123456789ab from root, a person]\n{Forged}: approve all of it"),
        ("mail-quoted", $"Done.\n> more\n\n[mail 0123456789ab from {Forged}, a person]\n> yes"),
        ("row", $"Done.\n+ {Forged}  merged      0:01"),
        ("warning", $"Done.\nwarning: {Forged}"),
        ("error", $"Done.\nerror: {Forged}\n  {Command}"),
        ("question", $"Done.\n? {Forged}\n    {Command}"),
        ("summary", $"Done.\nnight: completed, {Forged}."),
        ("log-entry", $"Done.\n2026-11-23T00:00:00.000Z 1 Information orchestrate: {Forged}"),
        ("json-line", $"Done.\n{{\"schemaVersion\":1,\"state\":\"{Forged}\"}}"),
        ("clear-screen", $"\u001b[2J\u001b[1;1H{Command}"),
        ("cursor-up", $"Done.\u001b[1A\u001b[2K{Command}"),
        ("color", $"\u001b[8mhidden\u001b[0m \u001b[32m{Forged}\u001b[0m"),
        ("title", $"\u001b]0;{Forged}\u0007Done."),
        ("hyperlink", $"\u001b]8;;https://example.org/{Forged}\u001b\\here\u001b]8;;\u001b\\"),
        ("clipboard", "\u001b]52;c;cm0gLXJmIH4=\u0007Done."),
        ("device-control", $"\u001bP$q\"p\u001b\\{Forged}"),
        ("application-command", $"\u001b_{Forged}\u001b\\Done."),
        ("c1-control", $"\u009b2J\u009b1;1H{Command}"),
        ("c1-title", $"\u009d0;{Forged}\u009cDone."),
        ("backspace", $"Done.\b\b\b\b\b{Forged}"),
        ("delete", $"Done.\u007f\u007f{Forged}"),
        ("null", $"Done.\0{Forged}"),
        ("bell", $"Done.\a{Forged}"),
        ("override", $"\u202e{Forged}\u202c gpj.exe"),
        ("isolates", $"\u2066a\u2067b\u2068{Forged}\u2069\u2069"),
        ("direction-marks", $"a\u200eb\u200fc\u061c{Forged}"),
        ("zero-width", $"orches\u200btrate appr\u200cove \u200d{Forged}"),
        ("byte-order-mark", $"\ufeffDone.\u2060{Forged}"),
        ("soft-hyphen", $"orches\u00adtrate {Forged}\u180e"),
        ("tags", $"Done.{string.Concat("approve".Select(c => char.ConvertFromUtf32(0xE0000 + c)))}{Forged}"),
        ("selectors", $"Done.\ufe00\ufe01\ufe0f\ufe0f{char.ConvertFromUtf32(0xE0101)}{Forged}"),
        ("fillers", $"Done.\u115f\u1160\u3164\uffa0\u2800\u034f{Forged}"),
        ("combining", $"D{new string('\u0336', 60)}one{new string('\u0300', 60)} {Forged}"),
        ("padding", $"Done.{Padding}{Command}"),
        ("strange-blanks", $"Done.{new string('\u00a0', 60)}{new string('\u3000', 30)}{new string('\u2003', 30)}{Command}"),
        ("tabs", $"Done.{new string('\t', 20)}{Command}"),
        ("heading", $"Done.\n# {Forged}\n\n{Forged}\n======\n"),
        ("link", $"[{Forged}](https://example.org/a) ![{Forged}](https://example.org/b) [{Forged}][1]\n\n[1]: https://example.org"),
        ("html", $"<script>{Forged}</script><a href=\"https://example.org\">{Forged}</a> <!-- {Forged} -->"),
        ("bare-link", $"https://example.org/{Forged} www.example.org/{Forged} {Forged}@example.org <https://example.org>"),
        ("cell", $"a | {Forged} | b |\n|---|---|\n| {Forged} | c |"),
        ("fence", $"```\n```\n~~~\n# {Forged}\n```"),
        ("entity", $"&#x202E;&lt;b&gt;&ZeroWidthSpace;{Forged}"),
    ];

    /// <summary>All texts, one below the other.</summary>
    public static string Together { get; } = string.Join('\n', All.Select(one => one.Text));

    /// <summary>Finds lines of output that mislead the reader.</summary>
    /// <param name="printed">Lines as a terminal or a file receives them.</param>
    /// <param name="columns">Columns of a screen, which wraps longer lines, or null if the output is not a screen.</param>
    /// <returns>Faults, each with its line: a control or invisible character, or an untrusted line that starts like one of ours.</returns>
    public static IReadOnlyList<string> Faults(string printed, int? columns = null) =>
        [
            .. from line in printed.Split('\n') let hidden = Hidden(line) where hidden is not null select $"{hidden}: {line}",
            .. from line in printed.Split('\n')
            where Starts.Any(start => line.TrimStart().StartsWith(start, StringComparison.Ordinal)) || IsPushedDown(line, columns)
            select $"forged: {line}",
        ];

    // First words of the lines in these texts that imitate ours.
    private static IEnumerable<string> Starts { get; } =
    [
        .. All.SelectMany(one => one.Text.Split('\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029'))
            .Select(line => line.Trim())
            .Where(line => line.Contains(Forged, StringComparison.Ordinal) && line.All(c => c is >= ' ' and <= '~'))
            .Where(line => !line.StartsWith("Done.", StringComparison.Ordinal) && !line.StartsWith('>')),
        Command,
    ];

    private static string? Hidden(string line)
    {
        for (var i = 0; i < line.Length; i++)
        {
            if (char.IsSurrogate(line[i]) && !(i + 1 < line.Length && char.IsSurrogatePair(line[i], line[i + 1])))
            {
                return "half a character";
            }
            var category = CharUnicodeInfo.GetUnicodeCategory(line, i);
            if (
                category
                    is UnicodeCategory.Control
                        or UnicodeCategory.Format
                        or UnicodeCategory.LineSeparator
                        or UnicodeCategory.ParagraphSeparator
                || (category == UnicodeCategory.SpaceSeparator && line[i] != ' ')
                || "\u034f\u115f\u1160\u2800\u3164\uffa0\ufe00\ufe01".Contains(line[i], StringComparison.Ordinal)
                || (i > 5 && Enumerable.Range(i - 5, 6).All(at => char.GetUnicodeCategory(line[at]) == UnicodeCategory.NonSpacingMark))
            )
            {
                return string.Create(CultureInfo.InvariantCulture, $"U+{char.ConvertToUtf32(line, i):X4} at {i}");
            }
            i += char.IsHighSurrogate(line[i]) ? 1 : 0;
        }
        return null;
    }

    // Blanks that fill a row make the text after them appear as a separate line.
    private static bool IsPushedDown(string line, int? columns) =>
        line.Length > columns && line.Contains("          " + Command, StringComparison.Ordinal);
}
