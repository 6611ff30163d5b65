namespace Orchestrator.Dashboard.Views;

/// <summary>The lines of a patch, each with what it is.</summary>
internal static class DiffLines
{
    /// <summary>Lines that a page shows; the command line shows all.</summary>
    public const int Most = 5000;

    private const string NewFile = "+++ b/";

    /// <summary>The lines with their classes of the style sheet.</summary>
    /// <param name="patch">As git prints it.</param>
    public static IEnumerable<(string Look, string Text)> Of(string patch)
    {
        var inHunk = false;
        foreach (var line in patch.Split('\n').Take(Most))
        {
            if (line.StartsWith("diff ", StringComparison.Ordinal))
            {
                inHunk = false;
                yield return ("file", line);
                continue;
            }
            inHunk |= line.StartsWith("@@", StringComparison.Ordinal);
            yield return (
                !inHunk || line.StartsWith("@@", StringComparison.Ordinal) ? "place"
                : line.StartsWith('+') ? "added"
                : line.StartsWith('-') ? "removed"
                : "same",
                line
            );
        }
    }

    /// <summary>The files of a patch, by their new names.</summary>
    /// <param name="patch">As git prints it.</param>
    public static IEnumerable<string> Files(string patch) =>
        patch
            .Split('\n')
            .Where(line => line.StartsWith(NewFile, StringComparison.Ordinal))
            .Select(line => line[NewFile.Length..].TrimEnd('\t'))
            .Distinct(StringComparer.Ordinal);
}
