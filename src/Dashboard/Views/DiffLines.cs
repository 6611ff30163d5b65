namespace Orchestrator.Dashboard.Views;

/// <summary>The lines of a patch, each with what it is.</summary>
internal static class DiffLines
{
    /// <summary>Lines that a page shows; the command line shows all.</summary>
    public const int Most = 5000;

    private const string NewFile = "+++ b/";

    // A page that is looked at is made anew at every change.
    private const int MostColoured = 1500;

    /// <summary>The lines with their classes of the style sheet, escaped for pages.</summary>
    /// <param name="patch">As git prints it.</param>
    public static IEnumerable<(string Look, IReadOnlyList<CodePart> Parts)> Of(string patch)
    {
        var inHunk = false;
        var file = "";
        foreach (var (line, number) in patch.Split('\n').Take(Most).Select((line, number) => (line, number)))
        {
            if (line.StartsWith("diff ", StringComparison.Ordinal))
            {
                (inHunk, file) = (false, line);
                yield return ("file", [new CodePart(null, Shown(line))]);
                continue;
            }
            inHunk |= line.StartsWith("@@", StringComparison.Ordinal);
            var look =
                !inHunk || line.StartsWith("@@", StringComparison.Ordinal) ? "place"
                : line.StartsWith('+') ? "added"
                : line.StartsWith('-') ? "removed"
                : "same";
            var text = Shown(line);
            yield return (
                look,
                look == "place" || text.Length == 1 || number > MostColoured
                    ? [new CodePart(null, text)]
                    : [new CodePart(null, text[..1]), .. CodeColours.Of(text[1..], file)]
            );
        }
    }

    private static string Shown(string line) => Words.Line(line.Length == 0 ? " " : line, keepIndent: true);

    /// <summary>The files of a patch, by their new names.</summary>
    /// <param name="patch">As git prints it.</param>
    public static IEnumerable<string> Files(string patch) =>
        patch
            .Split('\n')
            .Where(line => line.StartsWith(NewFile, StringComparison.Ordinal))
            .Select(line => line[NewFile.Length..].TrimEnd('\t'))
            .Distinct(StringComparer.Ordinal);
}
