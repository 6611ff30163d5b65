namespace Orchestrator.Gates.Tampering;

/// <summary>Matches test names that runners print to test names in source code. Has no side effects.</summary>
internal static partial class TestNames
{
    /// <summary>True if a test runner's name for a failed test refers to the test with this name in source code.</summary>
    /// <param name="failed">Name such as <c>tests/test_a.py::test_sum[1]</c>, <c>calc › adds</c> or
    /// <c>com.example.CalcTest.adds</c>.</param>
    /// <param name="name">Name such as <c>test_sum</c>.</param>
    public static bool RefersTo(string failed, string name) =>
        failed == name
        // Matches a file that counts as one test.
        || failed == Path.GetFileNameWithoutExtension(name)
        || Parts(failed).Contains(name)
        || failed.EndsWith(" " + name, StringComparison.Ordinal);

    /// <summary>Converts a runner's test name to the name in the source, without file, suites and parameters.</summary>
    public static string Simple(string spelled)
    {
        var name = Parameters().Replace(spelled, "").TrimEnd();
        foreach (var separator in (string[])[" › ", " > ", "::", "#"])
        {
            name = name[(name.LastIndexOf(separator, StringComparison.Ordinal) is >= 0 and var at ? at + separator.Length : 0)..];
        }
        return Dotted().IsMatch(name) ? name[(name.LastIndexOf('.') + 1)..]
            : Nested().Match(name) is { Success: true } parent ? parent.Value
            : name;
    }

    /// <summary>
    /// True if a failed test may be in a file, because the runner's name for the test contains the file's name. If the runner's name
    /// contains no file name, true if the file contains a test of that name.
    /// </summary>
    public static bool MayBeIn(string failed, string path, IReadOnlyList<ParsedTestDefinition> tests) =>
        FileIn().Match(failed) is { Success: true } file
            ? path == file.Value
                || path.EndsWith("/" + file.Value, StringComparison.Ordinal)
                || file.Value.EndsWith("/" + path, StringComparison.Ordinal)
            : tests.Any(test => RefersTo(failed, test.Name));

    private static IEnumerable<string> Parts(string failed)
    {
        var plain = Parameters().Replace(failed, "");
        yield return plain;
        foreach (var separator in (string[])["::", " > ", " › ", "#", ".", "/", " "])
        {
            foreach (var part in plain.Split(separator))
            {
                yield return part.Trim();
            }
        }
    }

    [GeneratedRegex(@"^[\w./@+-]+\.\w{1,4}(?=::| > | › )", RegexOptions.CultureInvariant)]
    private static partial Regex FileIn();

    [GeneratedRegex(@"^[\w.$]+$", RegexOptions.CultureInvariant)]
    private static partial Regex Dotted();

    [GeneratedRegex(@"^\w+(?=/)", RegexOptions.CultureInvariant)]
    private static partial Regex Nested();

    [GeneratedRegex(@"\[.*\]$|\(.*\)$", RegexOptions.CultureInvariant)]
    private static partial Regex Parameters();
}
