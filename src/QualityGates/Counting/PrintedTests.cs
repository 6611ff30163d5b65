using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestrator.QualityGates.Counting;

/// <summary>
/// Counts tests by the lines that the common runners end with. Several suites in one output are added up. It holds a few numbers, however
/// much is printed; several threads may hand it lines.
/// </summary>
internal sealed partial class PrintedTests
{
    private const int LongestLine = 2000;
    private readonly Lock _gate = new();
    private int _ran;
    private int _skipped;
    private bool _isCounted;

    // Lines that say the number first and what is to be taken from it in a later one.
    private int _unittest;
    private bool _isUnittest;
    private bool _isVstest;

    /// <summary>Tests that ran and that were skipped; null: no line of a runner was there.</summary>
    public (int Ran, int Skipped)? Result
    {
        get
        {
            lock (_gate)
            {
                return _isCounted ? (_ran, _skipped) : null;
            }
        }
    }

    /// <summary>Takes a line.</summary>
    public void Take(string line)
    {
        // Every line of a runner has a digit, but for those of go.
        if (line.Length is < 4 or > LongestLine || !(line.AsSpan().IndexOfAnyInRange('0', '9') >= 0))
        {
            return;
        }
        var plain = line.Contains('\u001b', StringComparison.Ordinal) ? Colours().Replace(line, "") : line;
        lock (_gate)
        {
            _ = TakeGo(plain) || TakeSummary(plain) || TakeVstest(plain) || TakeUnittest(plain);
        }
    }

    private bool TakeGo(string line)
    {
        if (
            line.StartsWith('{')
            && GoJson().Match(line) is { Success: true } json
            && line.Contains("\"Test\":\"", StringComparison.Ordinal)
        )
        {
            return json.Groups["what"].Value == "skip" ? Add(0, 1) : Add(1, 0);
        }
        var trimmed = line.AsSpan().TrimStart();
        return trimmed.StartsWith("--- PASS: ", StringComparison.Ordinal) || trimmed.StartsWith("--- FAIL: ", StringComparison.Ordinal)
            ? Add(1, 0)
            : trimmed.StartsWith("--- SKIP: ", StringComparison.Ordinal) && Add(0, 1);
    }

    private bool TakeSummary(string line)
    {
        foreach (var summary in Summaries)
        {
            if (summary.Match(line) is { Success: true } found)
            {
                var skipped = Sum(found, "skipped");
                return Add(found.Groups["all"].Success ? Math.Max(0, Sum(found, "all") - skipped) : Sum(found, "ran"), skipped);
            }
        }
        return false;
    }

    // Only below "Total tests: 312" these are words of a runner.
    private bool TakeVstest(string line)
    {
        if (VstestBegin().IsMatch(line))
        {
            return _isVstest = true;
        }
        if (_isVstest && VstestTotal().Match(line) is { Success: true } found)
        {
            return Add(Sum(found, "ran"), Sum(found, "skipped"));
        }
        return _isVstest = false;
    }

    // "Ran 12 tests in 0.1s" comes first, then "OK (skipped=2)" or "FAILED (failures=1, skipped=2)".
    private bool TakeUnittest(string line)
    {
        if (Unittest().Match(line) is { Success: true } ran)
        {
            (_unittest, _isUnittest) = (Sum(ran, "all"), true);
            return Add(_unittest, 0);
        }
        if (_isUnittest && UnittestEnd().Match(line) is { Success: true } end)
        {
            var skipped = Math.Min(_unittest, Sum(end, "skipped"));
            _isUnittest = false;
            return Add(-skipped, skipped);
        }
        return false;
    }

    private bool Add(int ran, int skipped)
    {
        _isCounted = true;
        _ran = (int)Math.Min(int.MaxValue, (long)_ran + ran);
        _skipped = (int)Math.Min(int.MaxValue, (long)_skipped + skipped);
        return true;
    }

    private static int Sum(Match found, string group) =>
        (int)
            Math.Min(
                int.MaxValue,
                found
                    .Groups[group]
                    .Captures.Sum(capture =>
                        long.TryParse(capture.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
                            ? Math.Min(n, int.MaxValue)
                            : 0
                    )
            );

    /// <summary>
    /// Each with the groups <c>ran</c> (added up) or <c>all</c> (skipped ones among them), and <c>skipped</c>.
    /// </summary>
    private static readonly Regex[] Summaries =
    [
        Pytest(),
        Jest(),
        Vitest(),
        MochaOrSpec(),
        NodeTest(),
        Vstest(),
        TestSummary(),
        Cargo(),
        Nextest(),
        Surefire(),
        Rspec(),
        PhpunitOk(),
        Phpunit(),
    ];

    [GeneratedRegex("\u001b\\[[0-9;]*[A-Za-z]", RegexOptions.CultureInvariant)]
    private static partial Regex Colours();

    [GeneratedRegex("""^\{.*"Action":"(?<what>pass|fail|skip)".*\}\s*$""", RegexOptions.CultureInvariant)]
    private static partial Regex GoJson();

    // ==== 1 failed, 309 passed, 2 skipped, 1 warning in 1.20s (0:01:00) ====
    [GeneratedRegex(
        """^=*\s*(?:(?:(?<ran>\d+) (?:passed|failed|xfailed|xpassed)|(?<skipped>\d+) skipped|\d+ (?:errors?|warnings?|deselected|rerun|subtests passed))(?:, )?)+ in [\d.:]+s?\b.*$""",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Pytest();

    // Tests:       1 failed, 2 skipped, 309 passed, 312 total
    [GeneratedRegex(
        """^Tests:\s+(?:(?:(?<ran>\d+) (?:failed|passed)|(?<skipped>\d+) (?:skipped|todo))(?:, ))*\d+ total\s*$""",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Jest();

    //       Tests  1 failed | 309 passed | 2 skipped (312)
    [GeneratedRegex(
        """^\s+Tests\s+(?:(?:(?<ran>\d+) (?:failed|passed|expected fail)|(?<skipped>\d+) (?:skipped|todo))(?: \| )?)+ \(\d+\)\s*$""",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Vitest();

    //   309 passing (2s)   1 failing   2 pending
    [GeneratedRegex(
        """^\s+(?:(?<ran>\d+) (?:passing(?: \([\d.]+ ?[a-z]+\))?|failing)|(?<skipped>\d+) pending)\s*$""",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex MochaOrSpec();

    // # pass 309   ℹ fail 1   ℹ skipped 2
    [GeneratedRegex("""^(?:#|ℹ) (?:(?:pass|fail) (?<ran>\d+)|(?:skipped|todo) (?<skipped>\d+))\s*$""", RegexOptions.CultureInvariant)]
    private static partial Regex NodeTest();

    // Passed!  - Failed:     0, Passed:   309, Skipped:     2, Total:   311, Duration: 2 s - A.dll (net10.0)
    [GeneratedRegex(
        """^(?:Passed|Failed|Skipped)!\s+- Failed:\s*(?<ran>\d+), Passed:\s*(?<ran>\d+), Skipped:\s*(?<skipped>\d+), Total:""",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Vstest();

    // Test summary: total: 312, failed: 1, succeeded: 309, skipped: 2, duration: 1.2s
    [GeneratedRegex(
        """^\s*Test summary: total: \d+, failed: (?<ran>\d+), succeeded: (?<ran>\d+), skipped: (?<skipped>\d+)""",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex TestSummary();

    // Total tests: 312
    [GeneratedRegex("""^Total tests: \d+\s*$""", RegexOptions.CultureInvariant)]
    private static partial Regex VstestBegin();

    //      Passed: 309
    [GeneratedRegex("""^\s{4,}(?:(?:Passed|Failed): (?<ran>\d+)|Skipped: (?<skipped>\d+))\s*$""", RegexOptions.CultureInvariant)]
    private static partial Regex VstestTotal();

    // test result: ok. 309 passed; 1 failed; 2 ignored; 0 measured; 3 filtered out; finished in 0.00s
    [GeneratedRegex(
        """^test result: \w+\. (?<ran>\d+) passed; (?<ran>\d+) failed; (?<skipped>\d+) ignored;""",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Cargo();

    //      Summary [   0.5s] 309 tests run: 308 passed, 1 failed, 2 skipped
    [GeneratedRegex(
        """^\s+Summary \[\s*[\d.]+s\] (?<ran>\d+) tests? run: .*?(?:(?<skipped>\d+) skipped)?\s*$""",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Nextest();

    // [INFO] Tests run: 312, Failures: 0, Errors: 0, Skipped: 2      (a class has ", Time elapsed" behind it)
    [GeneratedRegex(
        """^(?:\[[A-Z]+\] )?Tests run:\s*(?<all>\d+), Failures:\s*\d+, Errors:\s*\d+, Skipped:\s*(?<skipped>\d+)\s*$""",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Surefire();

    // 312 examples, 1 failure, 2 pending
    [GeneratedRegex("""^(?<all>\d+) examples?, \d+ failures?(?:, (?<skipped>\d+) pending)?(?:, .*)?\s*$""", RegexOptions.CultureInvariant)]
    private static partial Regex Rspec();

    // OK (312 tests, 500 assertions)
    [GeneratedRegex("""^OK \((?<all>\d+) tests?, \d+ assertions?\)\s*$""", RegexOptions.CultureInvariant)]
    private static partial Regex PhpunitOk();

    // Tests: 312, Assertions: 500, Failures: 1, Skipped: 2.
    [GeneratedRegex(
        """^Tests: (?<all>\d+), Assertions: \d+(?:, (?:Skipped: (?<skipped>\d+)|[A-Z][A-Za-z ]*: \d+))*\.\s*$""",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Phpunit();

    // Ran 12 tests in 0.003s
    [GeneratedRegex("""^Ran (?<all>\d+) tests? in [\d.]+s\s*$""", RegexOptions.CultureInvariant)]
    private static partial Regex Unittest();

    [GeneratedRegex("""^(?:OK|FAILED)(?: \((?:(?:skipped=(?<skipped>\d+)|[a-z ]+=\d+)(?:, )?)+\))?\s*$""", RegexOptions.CultureInvariant)]
    private static partial Regex UnittestEnd();
}
