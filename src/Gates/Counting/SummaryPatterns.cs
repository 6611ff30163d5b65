namespace Orchestrator.Gates.Counting;

/// <summary>Summary lines of test runners.</summary>
internal static partial class SummaryPatterns
{
    [GeneratedRegex("\u001b\\[[0-9;]*[A-Za-z]", RegexOptions.CultureInvariant)]
    public static partial Regex Colours();

    [GeneratedRegex("""^\{.*"Action":"(?<what>pass|fail|skip)".*\}\s*$""", RegexOptions.CultureInvariant)]
    public static partial Regex GoJson();

    // ==== 1 failed, 309 passed, 2 skipped, 1 warning in 1.20s (0:01:00) ====
    [GeneratedRegex(
        """^=*\s*(?:(?:(?<ran>\d+) (?:passed|failed|xfailed|xpassed)|(?<skipped>\d+) skipped|\d+ (?:errors?|warnings?|deselected|"""
            + """rerun|subtests passed))(?:, )?)+ in [\d.:]+s?\b.*$""",
        RegexOptions.CultureInvariant
    )]
    public static partial Regex Pytest();

    // Tests:       1 failed, 2 skipped, 309 passed, 312 total
    [GeneratedRegex(
        """^Tests:\s+(?:(?:(?<ran>\d+) (?:failed|passed)|(?<skipped>\d+) (?:skipped|todo))(?:, ))*\d+ total\s*$""",
        RegexOptions.CultureInvariant
    )]
    public static partial Regex Jest();

    //       Tests  1 failed | 309 passed | 2 skipped (312)
    [GeneratedRegex(
        """^\s+Tests\s+(?:(?:(?<ran>\d+) (?:failed|passed|expected fail)|(?<skipped>\d+) (?:skipped|todo))(?: \| )?)+ \(\d+\)\s*$""",
        RegexOptions.CultureInvariant
    )]
    public static partial Regex Vitest();

    //   309 passing (2s)   1 failing   2 pending
    [GeneratedRegex(
        """^\s+(?:(?<ran>\d+) (?:passing(?: \([\d.]+ ?[a-z]+\))?|failing)|(?<skipped>\d+) pending)\s*$""",
        RegexOptions.CultureInvariant
    )]
    public static partial Regex MochaOrSpec();

    // # pass 309   ℹ fail 1   ℹ skipped 2
    [GeneratedRegex("""^(?:#|ℹ) (?:(?:pass|fail) (?<ran>\d+)|(?:skipped|todo) (?<skipped>\d+))\s*$""", RegexOptions.CultureInvariant)]
    public static partial Regex NodeTest();

    // Passed!  - Failed:     0, Passed:   309, Skipped:     2, Total:   311, Duration: 2 s - A.dll (net10.0)
    [GeneratedRegex(
        """^(?:Passed|Failed|Skipped)!\s+- Failed:\s*(?<ran>\d+), Passed:\s*(?<ran>\d+), Skipped:\s*(?<skipped>\d+), Total:""",
        RegexOptions.CultureInvariant
    )]
    public static partial Regex Vstest();

    // Test summary: total: 312, failed: 1, succeeded: 309, skipped: 2, duration: 1.2s
    [GeneratedRegex(
        """^\s*Test summary: total: \d+, failed: (?<ran>\d+), succeeded: (?<ran>\d+), skipped: (?<skipped>\d+)""",
        RegexOptions.CultureInvariant
    )]
    public static partial Regex TestSummary();

    // Total tests: 312
    [GeneratedRegex("""^Total tests: \d+\s*$""", RegexOptions.CultureInvariant)]
    public static partial Regex VstestBegin();

    //      Passed: 309
    [GeneratedRegex("""^\s{4,}(?:(?:Passed|Failed): (?<ran>\d+)|Skipped: (?<skipped>\d+))\s*$""", RegexOptions.CultureInvariant)]
    public static partial Regex VstestTotal();

    // test result: ok. 309 passed; 1 failed; 2 ignored; 0 measured; 3 filtered out; finished in 0.00s
    [GeneratedRegex(
        """^test result: \w+\. (?<ran>\d+) passed; (?<ran>\d+) failed; (?<skipped>\d+) ignored;""",
        RegexOptions.CultureInvariant
    )]
    public static partial Regex Cargo();

    //      Summary [   0.5s] 309 tests run: 308 passed, 1 failed, 2 skipped
    [GeneratedRegex(
        """^\s+Summary \[\s*[\d.]+s\] (?<ran>\d+) tests? run: .*?(?:(?<skipped>\d+) skipped)?\s*$""",
        RegexOptions.CultureInvariant
    )]
    public static partial Regex Nextest();

    // [INFO] Tests run: 312, Failures: 0, Errors: 0, Skipped: 2      (a class has ", Time elapsed" behind it)
    [GeneratedRegex(
        """^(?:\[[A-Z]+\] )?Tests run:\s*(?<all>\d+), Failures:\s*\d+, Errors:\s*\d+, Skipped:\s*(?<skipped>\d+)\s*$""",
        RegexOptions.CultureInvariant
    )]
    public static partial Regex Surefire();

    // 312 examples, 1 failure, 2 pending
    [GeneratedRegex("""^(?<all>\d+) examples?, \d+ failures?(?:, (?<skipped>\d+) pending)?(?:, .*)?\s*$""", RegexOptions.CultureInvariant)]
    public static partial Regex Rspec();

    // OK (312 tests, 500 assertions)
    [GeneratedRegex("""^OK \((?<all>\d+) tests?, \d+ assertions?\)\s*$""", RegexOptions.CultureInvariant)]
    public static partial Regex PhpunitOk();

    // Tests: 312, Assertions: 500, Failures: 1, Skipped: 2.
    [GeneratedRegex(
        """^Tests: (?<all>\d+), Assertions: \d+(?:, (?:Skipped: (?<skipped>\d+)|[A-Z][A-Za-z ]*: \d+))*\.\s*$""",
        RegexOptions.CultureInvariant
    )]
    public static partial Regex Phpunit();

    // Ran 12 tests in 0.003s
    [GeneratedRegex("""^Ran (?<all>\d+) tests? in [\d.]+s\s*$""", RegexOptions.CultureInvariant)]
    public static partial Regex Unittest();

    [GeneratedRegex("""^(?:OK|FAILED)(?: \((?:(?:skipped=(?<skipped>\d+)|[a-z ]+=\d+)(?:, )?)+\))?\s*$""", RegexOptions.CultureInvariant)]
    public static partial Regex UnittestEnd();
}
