namespace Orchestrator.QualityGates;

/// <summary>Fills the names of changed files into a gate's command. Pure.</summary>
public static partial class ChangedFileNames
{
    internal const string FilesPlaceholder = "{modified_files}";
    internal const string TestsPlaceholder = "{modified_tests}";

    /// <summary>Whether a gate's command has a placeholder for changed files.</summary>
    public static bool AreAskedFor(Gate gate) => gate.Command.Contains("{modified_", StringComparison.Ordinal);

    /// <summary>The command with the names filled in, or null when it has a placeholder and there are no names.</summary>
    internal static string? Fill(string command, IReadOnlyList<string> existingFiles)
    {
        var wantsFiles = command.Contains(FilesPlaceholder, StringComparison.Ordinal);
        var wantsTests = command.Contains(TestsPlaceholder, StringComparison.Ordinal);
        string[] tests = wantsTests ? [.. existingFiles.Where(IsTest)] : [];
        return (wantsFiles && existingFiles.Count == 0) || (wantsTests && tests.Length == 0)
            ? null
            : command
                .Replace(FilesPlaceholder, Names(existingFiles), StringComparison.Ordinal)
                .Replace(TestsPlaceholder, Names(tests), StringComparison.Ordinal);
    }

    /// <summary>Whether a path is a test by common naming conventions.</summary>
    internal static bool IsTest(string path) => TestName().IsMatch(path);

    private static string Names(IEnumerable<string> paths) => string.Join(' ', paths.Select(Quote));

    /// <summary>A name that begins with "-" would be taken for an option.</summary>
    private static string Quote(string path) =>
        "'" + (path.StartsWith('-') ? "./" + path : path).Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    [GeneratedRegex(
        """
            (^|/)test_[^/]*\.py$ | _test\.(py|go|rb|exs|dart|cc|cpp|c)$ | \.(test|spec)\.[cm]?[jt]sx?$ | _spec\.rb$
            | (Test|Tests|IT)\.(cs|fs|vb|java|kt|scala|swift|php)$
            | (^|/)(tests?|__tests__|spec)/[^/]+.*\.(py|[cm]?[jt]sx?|rs|rb|php|sh|bats|cs|java|kt|go)$
            """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture
    )]
    private static partial Regex TestName();
}
