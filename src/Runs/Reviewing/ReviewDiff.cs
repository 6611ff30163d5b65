using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Orchestrator.Git.Commits;
using Orchestrator.Git.Program;
using Orchestrator.QualityGates.Secrets;

namespace Orchestrator.Runs.Reviewing;

/// <summary>What changed in one file, as a reviewer reads it.</summary>
/// <param name="Path">The file.</param>
/// <param name="Text">Its part of the patch, without secrets; of a file that nobody reads a line that says so.</param>
/// <param name="Lines">Lines that were added or removed.</param>
/// <param name="Asides">Lines that speak to whoever reads them as a reviewer.</param>
internal sealed record ReviewedFile(string Path, string Text, int Lines, IReadOnlyList<int> Asides);

/// <summary>Reads what is to be reviewed, and divides it into questions of which each holds whole files.</summary>
internal static partial class ReviewDiff
{
    /// <summary>Characters of changes in one question: some 40,000 tokens.</summary>
    public const int LargestPart = 140_000;

    /// <summary>More questions than these are no review any more: a person has to say how to go on.</summary>
    public const int MostParts = 40;

    private const int MostBytes = 64 * 1024 * 1024;

    private static readonly string[] LockFiles =
    [
        "package-lock.json",
        "npm-shrinkwrap.json",
        "yarn.lock",
        "pnpm-lock.yaml",
        "bun.lockb",
        "uv.lock",
        "poetry.lock",
        "Pipfile.lock",
        "packages.lock.json",
        "Cargo.lock",
        "go.sum",
        "composer.lock",
        "Gemfile.lock",
    ];

    /// <summary>The changed files between two commits; null: the change is larger than anybody reads.</summary>
    public static async Task<IReadOnlyList<ReviewedFile>?> ReadAsync(
        GitRepository repository,
        string from,
        string to,
        CancellationToken stop
    )
    {
        var patch = await new Diffs(repository).PatchAsync(from, to, limit: MostBytes, cancellationToken: stop);
        return patch.IsCut ? null : [.. Sections(patch.Text).Select(Of)];
    }

    /// <summary>
    /// Questions of whole files, as many of them in each as fit. A file that is too large for one question alone is cut at lines, and each
    /// piece says so.
    /// </summary>
    public static IReadOnlyList<string> Divide(IReadOnlyList<ReviewedFile> files, int largest = LargestPart)
    {
        var parts = new List<string>();
        var part = new StringBuilder();
        foreach (var file in files)
        {
            if (part.Length > 0 && part.Length + file.Text.Length > largest)
            {
                Close();
            }
            if (file.Text.Length <= largest)
            {
                part.Append(file.Text);
                continue;
            }
            var pieces = Pieces(file.Text, largest);
            for (var i = 0; i < pieces.Count; i++)
            {
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"(piece {i + 1} of {pieces.Count} of {file.Path})\n{pieces[i]}"));
            }
        }
        Close();
        return parts;

        void Close()
        {
            if (part.Length > 0)
            {
                parts.Add(part.ToString());
                part.Clear();
            }
        }
    }

    // Lines of content begin with a blank, a plus or a minus: only a header begins with this.
    private static IEnumerable<string> Sections(string patch)
    {
        const string Header = "diff --git ";
        for (var start = patch.StartsWith(Header, StringComparison.Ordinal) ? 0 : -1; start >= 0; )
        {
            var next = patch.IndexOf('\n' + Header, start, StringComparison.Ordinal);
            yield return next < 0 ? patch[start..] : patch[start..(next + 1)];
            start = next < 0 ? -1 : next + 1;
        }
    }

    private static ReviewedFile Of(string section)
    {
        var end = section.IndexOf('\n', StringComparison.Ordinal);
        var path = PathOf(end < 0 ? section : section[..end]);
        var lines = section.Split('\n');
        var changed = lines.Count(IsChange);
        if (lines.Any(line => line.StartsWith("Binary files ", StringComparison.Ordinal)))
        {
            return new ReviewedFile(path, $"{lines[0]}\n(a binary file has changed; it is not shown)\n", 0, []);
        }
        if (LockFiles.Contains(Path.GetFileName(path)))
        {
            return new ReviewedFile(path, $"{lines[0]}\n(a lock file, {changed} lines changed; it is not shown)\n", changed, []);
        }
        return new ReviewedFile(path, SecretScanner.Redact(section), changed, AsidesOf(lines));
    }

    private static bool IsChange(string line) =>
        (line.StartsWith('+') && !line.StartsWith("+++ ", StringComparison.Ordinal))
        || (line.StartsWith('-') && !line.StartsWith("--- ", StringComparison.Ordinal));

    /// <summary>Both sides name the same file, since renames are told as a removal and an addition.</summary>
    private static string PathOf(string header)
    {
        var names = header["diff --git ".Length..];
        var first = names[..(names.Length / 2)];
        return first.StartsWith('"') ? first.Trim('"')[2..] : first[2..];
    }

    /// <summary>Numbers, in the new file, of added lines that tell a reviewer what to say.</summary>
    private static List<int> AsidesOf(string[] lines)
    {
        var asides = new List<int>();
        var number = 0;
        foreach (var line in lines)
        {
            if (Hunk().Match(line) is { Success: true } hunk)
            {
                number = int.Parse(hunk.Groups[1].ValueSpan, CultureInfo.InvariantCulture) - 1;
                continue;
            }
            if (line.StartsWith('+') || line.StartsWith(' '))
            {
                number++;
            }
            if (line.StartsWith('+') && Aside().IsMatch(line))
            {
                asides.Add(number);
            }
        }
        return asides;
    }

    private static List<string> Pieces(string text, int largest)
    {
        var pieces = new List<string>();
        for (var start = 0; start < text.Length; )
        {
            var end = Math.Min(start + largest, text.Length);
            var line = end < text.Length ? text.LastIndexOf('\n', end - 1, end - start) : end - 1;
            end = line > start ? line + 1 : end;
            pieces.Add(text[start..end]);
            start = end;
        }
        return pieces;
    }

    [GeneratedRegex(@"^@@ -[0-9,]+ \+([0-9]+)", RegexOptions.NonBacktracking)]
    private static partial Regex Hunk();

    [GeneratedRegex(
        @"(ignore|disregard|forget|override) (all |any |everything |the |your |of )*(previous|above|prior|earlier|preceding|instructions|rules)|(reviewer|ai|model|assistant|llm)[^a-z].{0,40}(must|should|please|has to) (accept|approve)|(answer|respond|reply)( only)? (with|by) .{0,20}accept|""verdict"" ?: ?""accept""",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase
    )]
    private static partial Regex Aside();
}
