namespace Orchestrator.Gates;

/// <summary>Replaces the placeholders for changed files in a gate's command. Has no side effects.</summary>
public static class ChangedFileNames
{
    internal const string FilesPlaceholder = "{modified_files}";
    internal const string TestsPlaceholder = "{modified_tests}";

    /// <summary>True if the gate's command has a placeholder for changed files.</summary>
    public static bool AreAskedFor(Gate gate) => gate.Command.Contains("{modified_", StringComparison.Ordinal);

    /// <summary>
    /// Returns the command with the placeholders replaced by the names of changed files, or null if a placeholder matches no existing
    /// changed file.
    /// </summary>
    public static string? Fill(string command, IReadOnlyList<string> existingFiles)
    {
        var wantsFiles = command.Contains(FilesPlaceholder, StringComparison.Ordinal);
        var wantsTests = command.Contains(TestsPlaceholder, StringComparison.Ordinal);
        string[] tests = wantsTests ? [.. existingFiles.Where(Ecosystems.IsTest)] : [];
        return (wantsFiles && existingFiles.Count == 0) || (wantsTests && tests.Length == 0)
            ? null
            : command
                .Replace(FilesPlaceholder, Names(existingFiles), StringComparison.Ordinal)
                .Replace(TestsPlaceholder, Names(tests), StringComparison.Ordinal);
    }

    private static string Names(IEnumerable<string> paths) => string.Join(' ', paths.Select(Quote));

    /// <summary>
    /// Quotes a path for the shell. Adds "./" before a leading "-", because programs would otherwise parse the path as an option.
    /// </summary>
    private static string Quote(string path) =>
        "'" + (path.StartsWith('-') ? "./" + path : path).Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
