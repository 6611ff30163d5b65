using Orchestrator.Gates.Runners;

namespace Orchestrator.Gates.Tests.Runners;

/// <summary>Two runs that fail in the same tests or diagnostics have the same names, in whatever order, lines and time.</summary>
public sealed class GateFailureTextNormalizerTests
{
    private const string Pytest = "=================================== FAILURES ===================================\n";

    [Theory]
    [InlineData(
        "python3 -m mypy .",
        "a.py:3: error: Name \"x\" is not defined  [name-defined]\nb.py:9: error: Missing return statement  [return]\n"
            + "Found 2 errors in 2 files (checked 15 source files)\n",
        "b.py:12: error: Missing return statement  [return]\na.py:30: error: Name \"x\" is not defined  [name-defined]\n"
            + "Found 2 errors in 2 files (checked 16 source files)\n",
        "a.py:3: error: Name \"y\" is not defined  [name-defined]\nFound 1 error in 1 file (checked 15 source files)\n"
    )]
    [InlineData(
        "npx tsc",
        "src/a.ts(3,7): error TS2304: Cannot find name 'x'.\nsrc/b.ts(1,1): error TS2322: Type 'a' is not assignable.\n",
        "src/b.ts(8,1): error TS2322: Type 'a' is not assignable.\nsrc/a.ts(4,9): error TS2304: Cannot find name 'x'.\n",
        "src/c.ts(3,7): error TS2304: Cannot find name 'x'.\n"
    )]
    [InlineData(
        "npx eslint .",
        "/w/a.js\n  3:5  error  'x' is not defined  no-undef\n\n/w/b.js\n  1:1  error  'y' is not defined  no-undef\n"
            + "\n✖ 2 problems (2 errors, 0 warnings)\n",
        "/w/b.js\n  7:2  error  'y' is not defined  no-undef\n\n/w/a.js\n  9:5  error  'x' is not defined  no-undef\n"
            + "\n✖ 2 problems (2 errors, 0 warnings)\n",
        "/w/c.js\n  3:5  error  'x' is not defined  no-undef\n\n✖ 1 problem (1 error, 0 warnings)\n"
    )]
    [InlineData(
        "go test ./...",
        "--- FAIL: TestA (0.00s)\n    a_test.go:7: got 1, want 2\n--- FAIL: TestB (0.10s)\n    a_test.go:9: no\nFAIL\nFAIL\tx\t0.2s\n",
        "--- FAIL: TestB (1.30s)\n    a_test.go:12: no\n--- FAIL: TestA (0.00s)\n    a_test.go:17: got 1, want 2\nFAIL\nFAIL\tx\t2.2s\n",
        "--- FAIL: TestC (0.00s)\n    a_test.go:7: got 1, want 2\nFAIL\nFAIL\tx\t0.2s\n"
    )]
    [InlineData(
        "cargo test",
        "running 2 tests\ntest a ... FAILED\ntest b ... ok\n\nfailures:\n\n---- a stdout ----\nthread 'a' panicked "
            + "at src/lib.rs:3:5:\nassertion failed: x\n\n\nfailures:\n    a\n\ntest result: FAILED. 1 passed; 1 failed; "
            + "0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n",
        "running 2 tests\ntest b ... ok\ntest a ... FAILED\n\nfailures:\n\n---- a stdout ----\nthread 'a' panicked "
            + "at src/lib.rs:30:5:\nassertion failed: x\n\n\nfailures:\n    a\n\ntest result: FAILED. 1 passed; 1 failed; "
            + "0 ignored; 0 measured; 0 filtered out; finished in 1.20s\n",
        "running 2 tests\ntest a ... ok\ntest b ... FAILED\n\nfailures:\n\n---- b stdout ----\nthread 'b' panicked "
            + "at src/lib.rs:3:5:\nassertion failed: x\n\n\nfailures:\n    b\n\ntest result: FAILED. 1 passed; 1 failed; "
            + "0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n"
    )]
    [InlineData(
        "python3 -m pytest",
        Pytest
            + "_____ test_a _____\n\n    def test_a():\n>       assert f() == 2\nE       assert 1 == 2\n\ntests/test_a.py:7: "
            + "AssertionError\n=== short test summary info ===\nFAILED tests/test_a.py::test_a - assert 1 == 2\n=== "
            + "1 failed, 3 passed in 0.12s ===\n",
        Pytest
            + "_____ test_a _____\n\n    def test_a():\n>       assert f() == 2\nE       assert 1 == 2\n\ntests/test_a.py:19: "
            + "AssertionError\n=== short test summary info ===\nFAILED tests/test_a.py::test_a - assert 1 == 2\n=== "
            + "1 failed, 3 passed in 3.12s ===\n",
        Pytest
            + "_____ test_c _____\n\n    def test_c():\n>       assert g() == 2\nE       assert 1 == 2\n\ntests/test_c.py:7: "
            + "AssertionError\n=== short test summary info ===\nFAILED tests/test_c.py::test_c - assert 1 == 2\n=== "
            + "1 failed, 3 passed in 0.12s ===\n"
    )]
    [InlineData(
        "mvn test",
        "[ERROR] Tests run: 2, Failures: 1, Errors: 0, Skipped: 0, Time elapsed: 0.05 s <<< FAILURE! -- in g.ATest\n"
            + "[ERROR] g.ATest.a -- Time elapsed: 0.01 s <<< FAILURE!\norg.opentest4j.AssertionFailedError: expected: "
            + "<2> but was: <1>\n\tat g.ATest.a(ATest.java:9)\n\n[ERROR] Failures: \n[ERROR]   ATest.a:9 expected: "
            + "<2> but was: <1>\n[ERROR] Tests run: 2, Failures: 1, Errors: 0, Skipped: 0\n",
        "[ERROR] Tests run: 2, Failures: 1, Errors: 0, Skipped: 0, Time elapsed: 1.05 s <<< FAILURE! -- in g.ATest\n"
            + "[ERROR] g.ATest.a -- Time elapsed: 0.91 s <<< FAILURE!\norg.opentest4j.AssertionFailedError: expected: "
            + "<2> but was: <1>\n\tat g.ATest.a(ATest.java:19)\n\n[ERROR] Failures: \n[ERROR]   ATest.a:19 expected: "
            + "<2> but was: <1>\n[ERROR] Tests run: 2, Failures: 1, Errors: 0, Skipped: 0\n",
        "[ERROR] Tests run: 2, Failures: 1, Errors: 0, Skipped: 0, Time elapsed: 0.05 s <<< FAILURE! -- in g.BTest\n"
            + "[ERROR] g.BTest.b -- Time elapsed: 0.01 s <<< FAILURE!\norg.opentest4j.AssertionFailedError: expected: "
            + "<3> but was: <1>\n\tat g.BTest.b(BTest.java:9)\n\n[ERROR] Failures: \n[ERROR]   BTest.b:9 expected: "
            + "<3> but was: <1>\n[ERROR] Tests run: 2, Failures: 1, Errors: 0, Skipped: 0\n"
    )]
    public void Failures_SameTestsInAnotherOrder_AreTheSame(string command, string before, string same, string other)
    {
        var known = Read(command, before);

        Assert.NotNull(known);
        Assert.Equal(known, Read(command, same));
        Assert.NotEmpty(Read(command, other)!.Except(known));
    }

    private static IReadOnlyList<string>? Read(string command, string output) =>
        GateProgramOutputClassifier
            .Read(
                new GateCommandResult
                {
                    Output = GateOutputCollector.Of(output),
                    Command = command,
                    ExitCode = 1,
                    Directory = "/w",
                }
            )
            .Failures;
}
