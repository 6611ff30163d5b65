using System.Text.RegularExpressions;
using Orchestrator.Gates.Secrets;

namespace Orchestrator.Runs.Merging.ReviewMaterial;

/// <summary>The changes of one file, as a reviewer sees them.</summary>
/// <param name="Path">Path of the file.</param>
/// <param name="Text">The file's part of the patch with secrets removed, or a line with the reason why the file is not reviewed.</param>
/// <param name="Lines">Number of added and removed lines.</param>
/// <param name="Instructions">Numbers of the added lines that try to instruct a reviewer.</param>
public sealed record ReviewedFile(string Path, string Text, int Lines, IReadOnlyList<int> Instructions);

/// <summary>
/// Reads the changes to review, and divides them into parts, one for each question to the reviewer. A part consists of whole files if
/// possible.
/// </summary>
internal static partial class ReviewDiff
{
    /// <summary>Maximum length of the changes in one question to the reviewer, in characters. This is about 40,000 tokens.</summary>
    public const int LargestPart = 140_000;

    /// <summary>
    /// Maximum number of questions to the reviewer about one change. If a change needs more, a user must decide how to continue.
    /// </summary>
    public const int MostParts = 40;

    /// <summary>Reads the changes of each file between two commits. Returns null if the change is too large for a review.</summary>
    public static async Task<IReadOnlyList<ReviewedFile>?> ReadAsync(
        GitRepository repository,
        string from,
        string to,
        CancellationToken stop
    ) => (await FileDiff.ReadAsync(repository, from, to, stop))?.Select(Of).ToList();

    /// <summary>
    /// Divides the changes into questions to the reviewer, each with as many whole files as possible. A file that is too large for one
    /// question is split at the ends of lines, and each piece is marked as such.
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

    private static ReviewedFile Of(FileDiff file)
    {
        var lines = file.Text.Split('\n');
        var changed = lines.Count(IsChange);
        if (file.IsBinary)
        {
            return new ReviewedFile(file.Path, $"{lines[0]}\n({file.BinarySizes}: it is not shown)\n", 0, []);
        }
        if (Ecosystems.IsLockFile(file.Path))
        {
            return new ReviewedFile(
                file.Path,
                $"{lines[0]}\n(a lock file, {Plural.Of(changed, "line")} changed; it is not shown)\n",
                changed,
                []
            );
        }

        // Line numbers refer to the new version of the file.
        var instructions = file.AddedLines().Where(line => ReviewerInstruction().IsMatch(line.Text)).Select(line => line.Number).ToList();
        return new ReviewedFile(file.Path, SecretScanner.Redact(file.Text), changed, instructions);
    }

    private static bool IsChange(string line) =>
        (line.StartsWith('+') && !line.StartsWith("+++ ", StringComparison.Ordinal))
        || (line.StartsWith('-') && !line.StartsWith("--- ", StringComparison.Ordinal));

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

    [GeneratedRegex(
        @"(ignore|disregard|forget|override) "
            + @"(all |any |everything |the |your |of )*(previous|above|prior|earlier|preceding|instructions|rules)"
            + @"|(reviewer|ai|model|assistant|llm)[^a-z].{0,40}(must|should|please|has to) (accept|approve)"
            + @"|(answer|respond|reply)( only)? (with|by) .{0,20}accept|""verdict"" ?: ?""accept""",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase
    )]
    private static partial Regex ReviewerInstruction();
}
