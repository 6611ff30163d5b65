namespace Orchestrator.Gates.Runners;

/// <summary>Names the failures of a run, so that two runs can be compared as sets: failed tests where the runner names them, else the lines
/// of diagnostics with their files. Order, numbers of lines, durations and folders differ without meaning. Pure.</summary>
internal static partial class FailureNames
{
    private const int Most = 200;
    private const int Longest = 160;

    /// <summary>The names; a diagnostic that a run prints several times has a name for each.</summary>
    /// <param name="failures">A file, or null, with the text of each failure.</param>
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

    // Places of lines, durations, times, addresses, folders of the machine.
    [GeneratedRegex(
        @"(?<=\.\w+):\d+(:\d+)?|\(\d+,\d+\)|^\s*\d+:\d+\s|\b\d+(\.\d+)?\s?(ms|s|sec|seconds?)\b|\b\d+:\d\d(:\d\d)?(\.\d+)?\b"
            + @"|0x[0-9a-fA-F]+|(?<![\w.])(/[^\s:/]+){2,}/|,? line \d+",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Changing();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
