namespace Orchestrator.Gates.Results;

/// <summary>Determines whether the output of a failed gate mentions changed files.</summary>
public static class GateFailureFileMentionDetector
{
    /// <summary>Minimum length of a file name without its extension. A shorter name could occur in the output by chance.</summary>
    private const int ShortestStem = 3;

    /// <summary>
    /// True if the output or a failed test's name mentions one of the files by path, by file name, or by name without extension.
    /// </summary>
    /// <param name="files">Paths of the files, relative to the repository.</param>
    /// <param name="failure">Verdict of the failed gate.</param>
    public static bool AnyOf(IReadOnlyCollection<string> files, GateVerdict failure)
    {
        var text = string.Join('\n', (failure.FailedTests ?? []).Append(failure.Tail));
        return files.Any(file => Names(text, Path.GetFileName(file)) || IsStemNamed(text, Path.GetFileNameWithoutExtension(file)));
    }

    private static bool IsStemNamed(string text, string stem) => stem.Length >= ShortestStem && Names(text, stem);

    // Languages spell a module differently: src/parser.py is 'src.parser' and 'test_parser' tests it.
    private static bool Names(string text, string name) =>
        name.Length > 0
        && Regex.IsMatch(
            text,
            $"(?<![A-Za-z0-9]){Regex.Escape(name)}(?![A-Za-z0-9])",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
        );
}
