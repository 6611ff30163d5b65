using System.Collections.Concurrent;

namespace Orchestrator.Dashboard.Views;

/// <summary>A line of a patch.</summary>
/// <param name="Look">CSS class for the kind of line.</param>
/// <param name="Parts">Parts of the line, escaped for HTML.</param>
public sealed record DiffLine(string Look, IReadOnlyList<HighlightedCodeSpan> Parts)
{
    /// <summary>True for a header line that repeats the names of the files or contains their blob ids.</summary>
    public bool IsHead => Look == "place" && Parts is [var only] && Heads.Any(head => only.Text.StartsWith(head, StringComparison.Ordinal));

    private static string[] Heads { get; } = ["index ", "--- ", "+++ "];

    /// <summary>Name of the new file. Empty if the line is not in the new file.</summary>
    public string File { get; init; } = "";

    /// <summary>Line number in the new file. 0 if the line is not in the new file.</summary>
    public int Number { get; init; }

    /// <summary>Name of the old file. Empty if the line is not in the old file.</summary>
    public string OldFile { get; init; } = "";

    /// <summary>Line number in the old file. 0 if the line is not in the old file.</summary>
    public int OldNumber { get; init; }
}

/// <summary>Parses the lines of a patch and determines the kind of each line.</summary>
internal static class DiffLineParser
{
    /// <summary>Maximum number of lines on a page. The <c>diff</c> command shows all lines.</summary>
    public const int Most = 5000;

    private const string NewFile = "+++ b/";
    private const string OldFile = "--- a/";

    private const int MostColored = 1500;
    private const int MostKept = 8;

    // Cached, because an open page is rendered again after every change, which rarely affects the diff.
    private static readonly ConcurrentDictionary<string, IReadOnlyList<DiffLine>> Kept = new(StringComparer.Ordinal);

    /// <summary>
    /// Returns at most <see cref="Most"/> lines of a patch. Only a limited number of lines at the start are highlighted and numbered.
    /// </summary>
    /// <param name="patch">Patch as printed by git.</param>
    public static IReadOnlyList<DiffLine> Of(string patch)
    {
        if (Kept.TryGetValue(patch, out var kept))
        {
            return kept;
        }
        IReadOnlyList<DiffLine> lines = [.. Read(patch)];
        if (Kept.Count >= MostKept)
        {
            Kept.Clear();
        }
        Kept[patch] = lines;
        return lines;
    }

    private static IEnumerable<DiffLine> Read(string patch)
    {
        var colors = new SyntaxHighlighter();
        var place = new ParserPosition();
        foreach (var (line, number) in patch.Split('\n').Take(Most).Select((line, number) => (line, number)))
        {
            if (line.StartsWith("diff ", StringComparison.Ordinal))
            {
                place = new ParserPosition();
                colors.Begin(line);
                yield return new DiffLine("file", [new HighlightedCodeSpan(null, FormatLine(line))]);
                continue;
            }
            var look = place.Enter(line);
            if (look == "place" && place.InHunk)
            {
                colors.BeginHunk();
            }
            var text = FormatLine(line);
            IReadOnlyList<HighlightedCodeSpan> parts =
                look == "place" || text.Length == 1 || number > MostColored
                    ? [new HighlightedCodeSpan(null, text)]
                    : [new HighlightedCodeSpan(null, text[..1]), .. colors.Of(text[1..], look == "added", look == "removed")];
            var isCounted = look != "place" && line.Length > 0 && line[0] != '\\' && number <= MostColored;
            yield return isCounted ? place.Count(new DiffLine(look, parts)) : new DiffLine(look, parts);
        }
    }

    /// <summary>Position of the parser, namely the current old and new file and the next line number in each.</summary>
    private sealed class ParserPosition
    {
        private string _newFile = "";
        private string _oldFile = "";
        private int _next;
        private int _nextOld;

        /// <summary>True after the first hunk has begun.</summary>
        public bool InHunk { get; private set; }

        /// <summary>Reads a line and returns its kind.</summary>
        public string Enter(string line)
        {
            if (line.StartsWith("@@", StringComparison.Ordinal))
            {
                (InHunk, _next, _nextOld) = (true, FirstOf(line, '+'), FirstOf(line, '-'));
                return "place";
            }
            if (InHunk)
            {
                return line.StartsWith('+') ? "added"
                    : line.StartsWith('-') ? "removed"
                    : "same";
            }
            _newFile = line.StartsWith(NewFile, StringComparison.Ordinal) ? NameOf(line) : _newFile;
            _oldFile = line.StartsWith(OldFile, StringComparison.Ordinal) ? NameOf(line) : _oldFile;
            return "place";
        }

        /// <summary>Returns a copy of the line with its line numbers in the old and the new file.</summary>
        public DiffLine Count(DiffLine line)
        {
            if (line.Look != "removed" && _next > 0)
            {
                line = line with { File = _newFile, Number = _next++ };
            }
            return line.Look != "added" && _nextOld > 0 ? line with { OldFile = _oldFile, OldNumber = _nextOld++ } : line;
        }
    }

    // Parses 14 from "@@ -12,3 +14,4 @@ …", or 12 for a minus; 0 if the line has another format.
    private static int FirstOf(string line, char sign) =>
        line.IndexOf(sign, StringComparison.Ordinal) is > 0 and var plus
        && int.TryParse(
            line.AsSpan(plus + 1, line.AsSpan(plus + 1).IndexOfAny(' ', ',') is > 0 and var length ? length : 0),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var first
        )
            ? first
            : 0;

    private static string NameOf(string line) => line[NewFile.Length..].TrimEnd('\t');

    private static string FormatLine(string line) => DashboardValueFormatter.Line(line.Length == 0 ? " " : line, keepIndent: true);
}
