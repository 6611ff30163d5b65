using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestrator.Git.Commits;

/// <summary>Diff of one file, taken from a patch that git created.</summary>
/// <param name="Path">Path of the file.</param>
/// <param name="Text">The file's part of the patch, including the header.</param>
public sealed partial record FileDiff(string Path, string Text)
{
    private const string Header = "diff --git ";
    private const int MostBytes = 64 * 1024 * 1024;

    /// <summary>Returns the diffs of all files that differ between two commits, or null if the patch is too large to review.</summary>
    public static async Task<IReadOnlyList<FileDiff>?> ReadAsync(GitRepository repository, string from, string to, CancellationToken stop)
    {
        var patch = await new GitDiffReader(repository).PatchAsync(from, to, limit: MostBytes, cancellationToken: stop);
        return patch.IsCut ? null : [.. Divide(patch.Text)];
    }

    /// <summary>True if the file is binary, in which case the patch does not contain its lines.</summary>
    public bool IsBinary => Text.Contains('\n' + GitDiffReader.Binary, StringComparison.Ordinal);

    /// <summary>
    /// Line of the patch that states the old and new sizes of a binary file instead of its content. Empty if the file is not binary.
    /// </summary>
    public string BinarySizes =>
        Array.Find(Text.Split('\n'), line => line.StartsWith(GitDiffReader.Binary, StringComparison.Ordinal)) ?? "";

    /// <summary>Blob id of the file after the change, or an empty string if only the file's mode changed.</summary>
    public string NewId => Index().Match(Text) is { Success: true } line ? line.Groups[2].Value : "";

    /// <summary>Blob id of the file before the change, or an empty string if only the file's mode changed.</summary>
    public string OldId => Index().Match(Text) is { Success: true } line ? line.Groups[1].Value : "";

    /// <summary>Returns the added lines, each with its line number in the new version of the file.</summary>
    public IEnumerable<(int Number, string Text)> AddedLines() => Lines('+');

    /// <summary>Returns the removed lines.</summary>
    public IEnumerable<string> RemovedLines() => Lines('-').Select(line => line.Text);

    private IEnumerable<(int Number, string Text)> Lines(char sign)
    {
        int? number = null;
        foreach (var line in Text.Split('\n'))
        {
            if (Hunk().Match(line) is { Success: true } hunk)
            {
                number = int.Parse(hunk.Groups[1].ValueSpan, CultureInfo.InvariantCulture) - 1;
                continue;
            }

            // With diff.suppressBlankEmpty, git writes an unchanged empty line without the leading space.
            number += line.Length == 0 || line[0] is '+' or ' ' ? 1 : 0;
            if (number is { } at && line.StartsWith(sign))
            {
                yield return (at, line[1..]);
            }
        }
    }

    // Content lines start with a space, a plus or a minus, so only a header line can start with this text.
    private static IEnumerable<FileDiff> Divide(string patch)
    {
        for (var start = patch.StartsWith(Header, StringComparison.Ordinal) ? 0 : -1; start >= 0; )
        {
            var next = patch.IndexOf('\n' + Header, start, StringComparison.Ordinal);
            var text = next < 0 ? patch[start..] : patch[start..(next + 1)];
            var end = text.IndexOf('\n', StringComparison.Ordinal);
            yield return new FileDiff(PathOf(end < 0 ? text : text[..end]), text);
            start = next < 0 ? -1 : next + 1;
        }
    }

    /// <summary>
    /// Returns the path named in a <c>diff --git</c> header line. Both sides of the line name the same file, because renames are shown as a
    /// removal and an addition.
    /// </summary>
    private static string PathOf(string header)
    {
        var names = header[Header.Length..];
        var first = names[..(names.Length / 2)];
        return first.StartsWith('"') ? first.Trim('"')[2..] : first[2..];
    }

    [GeneratedRegex(@"^index ([0-9a-f]+)\.\.([0-9a-f]+)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Index();

    [GeneratedRegex(@"^@@ -[0-9,]+ \+([0-9]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Hunk();
}
