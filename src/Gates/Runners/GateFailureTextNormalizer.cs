namespace Orchestrator.Gates.Runners;

/// <summary>
/// Assigns names to the failures of a gate run, so that the failures of two runs can be compared as sets. The names are those of failed
/// tests if the runner prints them, and otherwise diagnostics with their files. Order, line numbers, durations and folders are ignored, and
/// there are no side effects.
/// </summary>
internal static partial class GateFailureTextNormalizer
{
    private const int Most = 200;
    private const int Longest = 160;

    /// <summary>Returns the names of failures. If several failures have the same name, a number is appended to all but the first.</summary>
    /// <param name="failures">Text of each failure with its file, or null if the file is unknown.</param>
    public static IReadOnlyList<string> Of(IEnumerable<(string? File, string Text)> failures) =>
        [
            .. failures
                .Select(failure => Named(failure.File, failure.Text))
                .GroupBy(name => name, StringComparer.Ordinal)
                .SelectMany(group => group.Select((name, i) => i == 0 ? name : $"{name} ({i + 1})"))
                .Order(StringComparer.Ordinal)
                .Take(Most),
        ];

    private static string Named(string? file, string text)
    {
        var plain = Spaces().Replace(Changing().Replace(text, ""), " ").Trim();
        var name = file is null || plain.Contains(file, StringComparison.Ordinal) ? plain : $"{file}: {plain}";
        return name.Length <= Longest ? name : name[..Longest];
    }

    // Line numbers, durations, times, addresses and local folders.
    [GeneratedRegex(
        @"(?<=\.\w+):\d+(:\d+)?|\(\d+,\d+\)|^\s*\d+:\d+\s|\b\d+(\.\d+)?\s?(ms|s|sec|seconds?)\b|\b\d+:\d\d(:\d\d)?(\.\d+)?\b"
            + @"|0x[0-9a-fA-F]+|(?<![\w.])(/[^\s:/]+){2,}/|,? line \d+",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Changing();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
