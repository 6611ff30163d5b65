using Orchestrator.Gates.Counting;

namespace Orchestrator.Gates.Tests.Counting;

public sealed class PrintedTestsTests
{
    /// <summary>What each runner writes at its end, with one failed and two skipped of 312 where it says so.</summary>
    [Theory]
    [InlineData("pytest", "====== 1 failed, 309 passed, 2 skipped, 1 warning in 1.20s ======", 310, 2)]
    [InlineData("pytest -q", "310 passed, 2 skipped in 61.20s (0:01:01)", 310, 2)]
    [InlineData("pytest, xfail", "3 passed, 1 xfailed, 1 xpassed in 0.02s", 5, 0)]
    [InlineData("pytest, none", "======= no tests ran in 0.01s =======", null, null)]
    [InlineData("unittest", "Ran 312 tests in 0.003s\n\nFAILED (failures=1, skipped=2)", 310, 2)]
    [InlineData("unittest, good", "Ran 1 test in 0.000s\n\nOK", 1, 0)]
    [InlineData("jest", "Test Suites: 1 failed, 3 passed, 4 total\nTests:       1 failed, 2 skipped, 309 passed, 312 total", 310, 2)]
    [InlineData("vitest", " Test Files  1 failed | 3 passed (4)\n      Tests  1 failed | 309 passed | 2 skipped (312)", 310, 2)]
    [InlineData(
        "vitest, coloured",
        "\u001b[2m      Tests \u001b[22m \u001b[1m\u001b[32m310 passed\u001b[39m\u001b[22m\u001b[90m (310)\u001b[39m",
        310,
        0
    )]
    [InlineData("mocha", "  309 passing (2s)\n  2 pending\n  1 failing", 310, 2)]
    [InlineData("node --test", "ℹ tests 312\nℹ suites 4\nℹ pass 309\nℹ fail 1\nℹ cancelled 0\nℹ skipped 2\nℹ todo 0", 310, 2)]
    [InlineData("node --test, TAP", "# tests 3\n# pass 3\n# fail 0\n# skipped 0", 3, 0)]
    [InlineData(
        "dotnet test",
        "Failed!  - Failed:     1, Passed:   309, Skipped:     2, Total:   312, Duration: 2 s - A.dll (net10.0)",
        310,
        2
    )]
    [InlineData(
        "dotnet test, several",
        "Passed!  - Failed:     0, Passed:   10, Skipped:     0, Total:   10, Duration: 2 s - A.dll\nPassed!  - Failed:     0, Passed:   "
            + "5, Skipped:     1, Total:   6, Duration: 2 s - B.dll",
        15,
        1
    )]
    [InlineData("dotnet test, summary", "Test summary: total: 312, failed: 1, succeeded: 309, skipped: 2, duration: 1.2s", 310, 2)]
    [InlineData("vstest", "Total tests: 312\n     Passed: 309\n     Failed: 1\n    Skipped: 2\n Total time: 1.2 Seconds", 310, 2)]
    [InlineData(
        "cargo test",
        "test result: FAILED. 300 passed; 1 failed; 2 ignored; 0 measured; 3 filtered out; finished in 0.00s\ntest result: ok. 9 passed; 0 "
            + "failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        310,
        2
    )]
    [InlineData("cargo nextest", "     Summary [   0.512s] 310 tests run: 309 passed, 1 failed, 2 skipped", 310, 2)]
    [InlineData(
        "go test -v",
        "=== RUN   TestA\n--- PASS: TestA (0.00s)\n    --- PASS: TestA/one (0.00s)\n--- SKIP: TestB (0.00s)\n--- FAIL: TestC (0.10s)\nok  "
            + "\tx/y\t0.1s",
        3,
        1
    )]
    [InlineData(
        "go test -json",
        "{\"Time\":\"2026-01-01T00:00:00Z\",\"Action\":\"pass\",\"Package\":\"p\",\"Test\":\"TestA\",\"Elapsed\":0}\n"
            + "{\"Action\":\"skip\",\"Package\":\"p\",\"Test\":\"TestB\",\"Elapsed\":0}\n"
            + "{\"Action\":\"pass\",\"Package\":\"p\",\"Elapsed\":0.1}",
        1,
        1
    )]
    [InlineData(
        "maven",
        "[INFO] Tests run: 300, Failures: 0, Errors: 0, Skipped: 2, Time elapsed: 0.1 s - in A\n[INFO] Tests run: 312, Failures: 1, "
            + "Errors: 0, Skipped: 2",
        310,
        2
    )]
    [InlineData("rspec", "312 examples, 1 failure, 2 pending", 310, 2)]
    [InlineData("phpunit", "OK (312 tests, 500 assertions)", 312, 0)]
    [InlineData("phpunit, bad", "Tests: 312, Assertions: 500, Failures: 1, Skipped: 2.", 310, 2)]
    [InlineData("other words", "Passed: 12\n 5 passed the door\n{\"tests\": 3}\nTests: many\nRan 3 tests\n12 tests", null, null)]
    public void Take_EndOfARunner_CountsWhatRan(string runner, string output, int? ran, int? skipped)
    {
        var counted = Count(output);

        Assert.True((ran, skipped) == (counted?.Ran, counted?.Skipped), $"{runner}: {counted}");
    }

    [Fact]
    public void Take_AnyNumberOfTestNames_KeepsNoneOfThem()
    {
        var printed = new PrintedTests();
        for (var i = 0; i < 200_000; i++)
        {
            printed.Take($"tests/test_{i}.py::test_something PASSED");
        }
        printed.Take("=== 99999999999999999999 passed in 1s ===");

        Assert.Equal((0, 0), printed.Result);
    }

    private static (int Ran, int Skipped)? Count(string output)
    {
        var printed = new PrintedTests();
        foreach (var line in output.Split('\n'))
        {
            printed.Take(line);
        }
        return printed.Result;
    }
}
