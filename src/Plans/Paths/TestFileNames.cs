using System.Text.RegularExpressions;

namespace Orchestrator.Plans;

/// <summary>Which files are tests, by the naming conventions of the ecosystems.</summary>
public static partial class TestFileNames
{
    /// <summary>Whether a path is a test that its ecosystem's runner would find, or an interpreter would run.</summary>
    public static bool IsTest(string path) => TestName().IsMatch(path);

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
