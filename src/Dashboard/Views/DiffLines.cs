using System.Collections.Concurrent;

namespace Orchestrator.Dashboard.Views;

/// <summary>A line of a patch.</summary>
/// <param name="Look">What it is, as a class of the style sheet.</param>
/// <param name="Parts">The line, escaped for pages.</param>
internal sealed record DiffLine(string Look, IReadOnlyList<CodePart> Parts)
{
    /// <summary>The file as it is after the change; empty: the line is in none.</summary>
    public string File { get; init; } = "";

    /// <summary>Number of the line there; 0: it has none.</summary>
    public int Number { get; init; }
}

/// <summary>The lines of a patch, each with what it is.</summary>
internal static class DiffLines
{
    /// <summary>Lines that a page shows; the command line shows all.</summary>
    public const int Most = 5000;

    private const string NewFile = "+++ b/";

    private const int MostColoured = 1500;
    private const int MostKept = 8;

    // A page that is looked at is made anew at every change, which mostly is none of the difference.
    private static readonly ConcurrentDictionary<string, IReadOnlyList<DiffLine>> Kept = new(StringComparer.Ordinal);

    /// <summary>The lines, of which so many have colours and numbers.</summary>
    /// <param name="patch">As git prints it.</param>
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
        var colours = new CodeColours();
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

    // "@@ -12,3 +14,4 @@ …": 14; 0 where it is none.
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

    private static string Shown(string line) => Words.Line(line.Length == 0 ? " " : line, keepIndent: true);

    /// <summary>The files of a patch, by their new names.</summary>
    /// <param name="patch">As git prints it.</param>
    public static IEnumerable<string> Files(string patch) =>
        patch.Split('\n').Where(line => line.StartsWith(NewFile, StringComparison.Ordinal)).Select(NameOf).Distinct(StringComparer.Ordinal);
}
