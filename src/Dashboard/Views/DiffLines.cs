using System.Collections.Concurrent;

namespace Orchestrator.Dashboard.Views;

/// <summary>Line of a patch.</summary>
/// <param name="Look">CSS class for the kind of line.</param>
/// <param name="Parts">Parts of the line, escaped for HTML.</param>
public sealed record DiffLine(string Look, IReadOnlyList<CodePart> Parts)
{
    /// <summary>Name of the new file; empty if the line is in no file.</summary>
    public string File { get; init; } = "";

    /// <summary>Line number in the new file; 0 if there is none.</summary>
    public int Number { get; init; }
}

/// <summary>Parses the lines of a patch with their kinds.</summary>
internal static class DiffLines
{
    /// <summary>Maximum number of lines on a page. The command line shows all.</summary>
    public const int Most = 5000;

    private const string NewFile = "+++ b/";

    private const int MostColoured = 1500;
    private const int MostKept = 8;

    // An open page is rendered again after every change, which rarely affects the diff.
    private static readonly ConcurrentDictionary<string, IReadOnlyList<DiffLine>> Kept = new(StringComparer.Ordinal);

    /// <summary>Returns the lines of a patch. Only the first lines are highlighted and numbered, up to a limit.</summary>
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
        var colours = new SyntaxHighlighter();
        var inHunk = false;
        var (newFile, next) = ("", 0);
        foreach (var (line, number) in patch.Split('\n').Take(Most).Select((line, number) => (line, number)))
        {
            if (line.StartsWith("diff ", StringComparison.Ordinal))
            {
                (inHunk, newFile) = (false, "");
                colours.Begin(line);
                yield return new DiffLine("file", [new CodePart(null, Shown(line))]);
                continue;
            }
            if (line.StartsWith("@@", StringComparison.Ordinal))
            {
                (inHunk, next) = (true, FirstOf(line));
                colours.BeginHunk();
            }
            else if (!inHunk && line.StartsWith(NewFile, StringComparison.Ordinal))
            {
                newFile = NameOf(line);
            }
            var look =
                !inHunk || line.StartsWith("@@", StringComparison.Ordinal) ? "place"
                : line.StartsWith('+') ? "added"
                : line.StartsWith('-') ? "removed"
                : "same";
            var text = Shown(line);
            IReadOnlyList<CodePart> parts =
                look == "place" || text.Length == 1 || number > MostColoured
                    ? [new CodePart(null, text)]
                    : [new CodePart(null, text[..1]), .. colours.Of(text[1..], look == "added", look == "removed")];
            yield return look is "added" or "same" && line.Length > 0 && line[0] != '\\' && next > 0 && number <= MostColoured
                ? new DiffLine(look, parts) { File = newFile, Number = next++ }
                : new DiffLine(look, parts);
        }
    }

    // Parses 14 from "@@ -12,3 +14,4 @@ …"; 0 if the line has another format.
    private static int FirstOf(string line) =>
        line.IndexOf('+', StringComparison.Ordinal) is > 0 and var plus
        && int.TryParse(
            line.AsSpan(plus + 1, line.AsSpan(plus + 1).IndexOfAny(' ', ',') is > 0 and var length ? length : 0),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var first
        )
            ? first
            : 0;

    private static string NameOf(string line) => line[NewFile.Length..].TrimEnd('\t');

    private static string Shown(string line) => PageFormatter.Line(line.Length == 0 ? " " : line, keepIndent: true);

    /// <summary>Returns the new names of the files in a patch.</summary>
    /// <param name="patch">Patch as printed by git.</param>
    public static IEnumerable<string> Files(string patch) =>
        patch.Split('\n').Where(line => line.StartsWith(NewFile, StringComparison.Ordinal)).Select(NameOf).Distinct(StringComparer.Ordinal);
}
