using Orchestrator.Gates.Runners;
using Orchestrator.Plans;

namespace Orchestrator.Gates.Tests.Runners;

/// <summary>Formats of runners as their manuals state them, in shapes that no recording has.</summary>
public sealed class RunnerFormatTests
{
    [Theory]
    [InlineData("pytest", "===== 1 failed, 309 passed, 2 skipped, 1 warning in 1.20s =====", "309/1/2")]
    [InlineData("pytest -q", "310 passed, 2 skipped in 61.20s (0:01:01)", "310/0/2")]
    [InlineData("pytest", "3 passed, 1 xfailed, 1 xpassed in 0.02s", "3/0/0")]
    [InlineData("pytest", "= 3 passed in 0.02s =\n= 2 passed, 1 failed in 1s =", "5/1/0")]
    [InlineData("python -m unittest", "Ran 312 tests in 0.003s\n\nFAILED (failures=1, skipped=2)\nFAIL: test_a (x.Y.test_a)", "309/1/2")]
    [InlineData("python -m unittest", "Ran 1 test in 0.000s\n\nOK", "1/0/0")]
    [InlineData("jest", "Test Suites: 1 failed, 3 passed, 4 total\nTests:       1 failed, 2 skipped, 309 passed, 312 total", "309/1/2")]
    [InlineData("vitest run", " Test Files  1 failed | 3 passed (4)\n      Tests  1 failed | 309 passed | 2 skipped (312)", "309/1/2")]
    [InlineData(
        "vitest run",
        "\u001b[2m      Tests \u001b[22m \u001b[1m\u001b[32m310 passed\u001b[39m\u001b[22m\u001b[90m (310)\u001b[39m",
        "310/0/0"
    )]
    [InlineData("mocha", "  309 passing (2s)\n  2 pending\n  1 failing", "309/1/2")]
    [InlineData("mocha", "  10 passing (2s)", "10/0/0")]
    [InlineData("node --test", "ℹ tests 312\nℹ pass 309\nℹ fail 1\nℹ cancelled 0\nℹ skipped 2\nℹ todo 0", "309/1/2")]
    [InlineData(
        "node --test",
        "TAP version 13\nok 1 - a\nok 2 - b\n1..2\n# tests 2\n# pass 2\n# fail 0\n# cancelled 0\n# skipped 0",
        "2/0/0"
    )]
    [InlineData("bun test", "bun test v1.2\n\n 3 pass\n 1 fail\nRan 4 tests across 1 files.", "3/1/0")]
    [InlineData("deno test", "running 3 tests from ./a.test.ts\nFAILED | 2 passed | 1 failed | 0 ignored (12ms)", "2/1/0")]
    [InlineData(
        "dotnet test",
        "Failed!  - Failed:     1, Passed:   309, Skipped:     2, Total:   312, Duration: 2 s - A.dll (net10.0)\n"
            + "Passed!  - Failed:     0, Passed:   5, Skipped:     1, Total:   6, Duration: 2 s - B.dll",
        "314/1/3"
    )]
    [InlineData("dotnet test", "Test summary: total: 312, failed: 1, succeeded: 309, skipped: 2, duration: 1.2s", "309/1/2")]
    [InlineData(
        "dotnet test",
        "Test run summary: Failed!\n  total: 12\n  failed: 1\n  succeeded: 10\n  skipped: 1\n  duration: 1s",
        "10/1/1"
    )]
    [InlineData(
        "dotnet vstest a.dll",
        "Total tests: 312\n     Passed: 309\n     Failed: 1\n    Skipped: 2\n Total time: 1 Seconds",
        "309/1/2"
    )]
    [InlineData(
        "cargo test",
        "running 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n"
            + "running 5 tests\n\ntest result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        "5/0/1"
    )]
    [InlineData("cargo nextest run", "     Summary [   0.512s] 310 tests run: 309 passed (1 slow), 1 failed, 2 skipped", "309/1/2")]
    [InlineData(
        "go test -v ./...",
        "=== RUN   TestA\n=== RUN   TestA/one\n--- PASS: TestA (0.00s)\n    --- PASS: TestA/one (0.00s)\n=== RUN   TestB\n"
            + "--- SKIP: TestB (0.00s)\n=== RUN   TestC\n--- FAIL: TestC (0.10s)\nFAIL\tx/y\t0.1s",
        "1/1/1"
    )]
    [InlineData("go test ./...", "ok  \tx/y\t0.1s\n?   \tx/z\t[no test files]", "-/0/-")]
    [InlineData("go test ./...", "?   \tx/z\t[no test files]\nok  \tx/y\t0.1s [no tests to run]", "0/0/0")]
    [InlineData(
        "go test -json ./...",
        "{\"Action\":\"output\",\"Package\":\"p\",\"Test\":\"TestA\",\"Output\":\"=== RUN   TestA\\n\"}\n"
            + "{\"Action\":\"output\",\"Package\":\"p\",\"Test\":\"TestA\",\"Output\":\"--- PASS: TestA (0.00s)\\n\"}\n"
            + "{\"Action\":\"pass\",\"Package\":\"p\",\"Test\":\"TestA\",\"Elapsed\":0}\n{\"Action\":\"pass\",\"Package\":\"p\"}",
        "1/0/0"
    )]
    [InlineData(
        "mvn test",
        "[INFO] Tests run: 300, Failures: 0, Errors: 0, Skipped: 2, Time elapsed: 0.1 s - in A\n"
            + "[ERROR] Tests run: 312, Failures: 1, Errors: 0, Skipped: 2\n[INFO] Tests run: 4, Failures: 0, Errors: 0, Skipped: 0",
        "313/1/2"
    )]
    [InlineData("gradle test", "5 tests completed, 1 failed, 1 skipped", "3/1/1")]
    [InlineData("gradle test", "A > one() PASSED\nA > two() SKIPPED\nA > three() PASSED", "2/-/1")]
    [InlineData("rspec", "312 examples, 1 failure, 2 pending", "309/1/2")]
    [InlineData("ruby test.rb", "4 runs, 6 assertions, 1 failures, 0 errors, 1 skips", "2/1/1")]
    [InlineData("phpunit", "OK (312 tests, 500 assertions)", "312/0/0")]
    [InlineData("phpunit", "Tests: 312, Assertions: 500, Failures: 1, Skipped: 2.", "309/1/2")]
    [InlineData("pest", "  Tests:    1 failed, 1 skipped, 8 passed (20 assertions)", "8/1/1")]
    [InlineData("ctest", "75% tests passed, 1 tests failed out of 4", "3/1/0")]
    [InlineData("./check", "[  PASSED  ] 7 tests.\n[  FAILED  ] 2 tests, listed below:", "7/2/0")]
    [InlineData("bats test", "1..3\nok 1 a\nnot ok 2 b\nok 3 c # skip later", "1/1/1")]
    [InlineData("bats test", "3 tests, 1 failure, 1 skipped", "1/1/1")]
    [InlineData("mix test", "2 doctests, 4 tests, 1 failure, 1 excluded", "3/1/0")]
    [InlineData(
        "swift test",
        "Test Suite 'A' passed at 2026.\n\t Executed 3 tests, with 0 failures (0 unexpected) in 0.1 (0.1) seconds\n"
            + "Test Suite 'All tests' failed at 2026.\n\t Executed 5 tests, with 1 test skipped and 1 failure (0 unexpected) in 1 s",
        "3/1/1"
    )]
    [InlineData("sbt test", "[info] Tests: succeeded 3, failed 1, canceled 0, ignored 2, pending 0", "3/1/2")]
    [InlineData("make test", "Passed: 12\n 5 passed the door\n{\"tests\": 3}\nTests: many\n12 tests\nok 3 is fine\n# fail 1", null)]
    public void Read_SummaryOfARunner_CountsItsTests(string command, string output, string? counts)
    {
        var read = Read(command, output, 0).Counts;

        Assert.Equal(counts, read is null ? null : $"{Word(read.Passed)}/{Word(read.Failed)}/{Word(read.Skipped)}");

        static string Word(int? number) => number?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "-";
    }

    [Theory]
    [InlineData("pytest", "no tests ran in 0.1s")]
    [InlineData("python -m unittest", "Ran 0 tests in 0.000s\n\nOK")]
    [InlineData("cargo test", "running 0 tests\ntest result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 3 filtered out;")]
    [InlineData("go test ./...", "ok  \tx/y\t0.1s [no tests to run]")]
    [InlineData("mocha", "  0 passing (1ms)")]
    [InlineData("dotnet test", "No test is available in a.dll. Make sure that test discoverer is registered.")]
    [InlineData("dotnet test", "No test matches the given testcase filter `FullyQualifiedName~x` in a.dll")]
    [InlineData("vitest run --passWithNoTests", "No test files found, exiting with code 0")]
    [InlineData("jest --passWithNoTests", "No tests found, exiting with code 0")]
    [InlineData("prove t", "Files=0, Tests=0,  0 wallclock secs\nResult: NOTESTS")]
    public void Read_NothingRan_IsNoTests(string command, string output) =>
        Assert.Equal(GateOutcomeKind.NoTests, Read(command, output, 0).Kind);

    [Theory]
    [InlineData(
        "cargo test",
        "running 0 tests\ntest result: ok. 0 passed; 0 failed; 0 ignored;\nrunning 1 test\ntest result: ok. 1 passed; 0 failed; 0 ignored;"
    )]
    [InlineData("mocha", "  10 passing (1ms)")]
    [InlineData("go test ./...", "?   \tx\t[no test files]\nok  \ty\t0.1s")]
    [InlineData("go test -bench . ./...", "ok  \tx\t0.1s")]
    [InlineData("make test", "no errors")]
    [InlineData("npm test", "mentions: no tests ran in the log of yesterday\n  3 passing (1ms)")]
    public void Read_SomethingRan_IsPassed(string command, string output) =>
        Assert.Equal(GateOutcomeKind.Passed, Read(command, output, 0).Kind);

    /// <summary>Each with the kind, the decisive line and its place, as the formats state them.</summary>
    [Theory]
    [InlineData(
        "pytest",
        "E       fixture 'db' not found\n>       available fixtures: a\n\n/w/p/tests/test_a.py:3",
        "failed",
        1,
        "tests/test_a.py:3"
    )]
    [InlineData("cargo build", "error: expected `;`, found `}`\n --> src/main.rs:4:13\n  |", "build-failed", 1, "src/main.rs:4")]
    [InlineData("cargo test", "thread 'a::b' panicked at 'no', src/lib.rs:9:5\nnote: run with", "failed", 1, "src/lib.rs:9")]
    [InlineData("go vet ./...", "# x/y\n./a.go:3:2: unreachable code", "failed", 2, "a.go:3")]
    [InlineData("go build ./...", "# x/y\nsub/a.go:3:2: undefined: b", "build-failed", 2, "sub/a.go:3")]
    [InlineData(
        "go test ./...",
        "--- FAIL: TestA (0.00s)\n    --- FAIL: TestA/b (0.00s)\n        a_test.go:8: no\nFAIL",
        "failed",
        3,
        "a_test.go:8"
    )]
    [InlineData(
        "go test -v ./...",
        "=== RUN   TestA\n    a_test.go:3: only a log\n--- PASS: TestA (0.00s)\n=== RUN   TestB\n    a_test.go:9: got 1, want 2\n"
            + "--- FAIL: TestB (0.00s)",
        "failed",
        5,
        "a_test.go:9"
    )]
    [InlineData("tsc --noEmit", "src/a.ts(3,1): error TS2304: Cannot find name 'x'.\nFound 1 error.", "build-failed", 1, "src/a.ts:3")]
    [InlineData("eslint .", "\n/w/p/a.js\n  1:1  warning  no\n\n/w/p/src/b.js\n  7:9  error  bad  rule", "failed", 6, "src/b.js:7")]
    [InlineData("ruff check", "src/a.py:3:1: F401 [*] `os` imported but unused\nFound 1 error.", "failed", 1, "src/a.py:3")]
    [InlineData(
        "mypy .",
        "src/a.py:3: error: Bad  [arg-type]\nFound 1 error in 1 file (checked 15 source files)",
        "failed",
        1,
        "src/a.py:3"
    )]
    [InlineData("gcc a.c", "a.c:4:2: error: expected ';'", "build-failed", 1, "a.c:4")]
    [InlineData("make", "cc a.c\nmake: *** No rule to make target 'x'.  Stop.", "configuration", 2)]
    [InlineData("make test", "sh check.sh\nthree of four are wrong\n\nmake: *** [Makefile:2: test] Error 1", "failed", 2)]
    [InlineData(
        "dotnet build",
        "/w/p/src/A.cs(3,5): error CS0103: The name 'x' does not exist [/w/p/src/a.csproj]",
        "build-failed",
        1,
        "src/A.cs:3"
    )]
    [InlineData(
        "dotnet test",
        "  Failed A.B.C [12 ms]\n  Error Message:\n   Assert.Equal() Failure: Values differ\nExpected: 1\nActual:   2\n  Stack Trace:\n"
            + "     at A.B.C() in /w/p/tests/B.cs:line 14",
        "failed",
        3,
        "tests/B.cs:14"
    )]
    [InlineData("dotnet test nowhere", "MSBUILD : error MSB1009: Project file does not exist.\nSwitch: nowhere", "configuration", 1)]
    [InlineData(
        "mvn test",
        "[ERROR] o.e.ATest.b -- Time elapsed: 0.05 s <<< ERROR!\njava.lang.NullPointerException: no\n\tat o.e.A.c(A.java:4)\n"
            + "\tat o.e.ATest.b(ATest.java:9)\n[ERROR] To see the full stack trace",
        "failed",
        2,
        "src/main/java/o/e/A.java:4"
    )]
    [InlineData(
        "gradle build",
        "/w/p/src/main/java/A.java:3: error: ';' expected\n\n* What went wrong:\nExecution failed",
        "build-failed",
        1,
        "src/main/java/A.java:3"
    )]
    [InlineData(
        "swift test",
        "/w/p/Tests/ATests.swift:7: error: -[A.ATests testB] : XCTAssertEqual failed",
        "failed",
        1,
        "Tests/ATests.swift:7"
    )]
    [InlineData(
        "cargo test",
        "---- a::b stdout ----\nnote: test did not panic as expected at src/lib.rs:12:8",
        "failed",
        2,
        "src/lib.rs:12"
    )]
    [InlineData("cargo clippy -- -D warnings", "error: unused variable: `x`\n --> src/lib.rs:2:9", "failed", 1, "src/lib.rs:2")]
    [InlineData(
        "go test -race .",
        "=== RUN   TestA\nWARNING: DATA RACE\n  /w/p/a.go:5 +0x1\n    testing.go:9: race\n--- FAIL: TestA (0.0s)",
        "failed",
        2,
        "a.go:5"
    )]
    [InlineData(
        "node --test",
        "Error: Cannot find module './x'\n    at require (/w/p/a.test.js:5:1)\n✖ a.test.js (2ms)\n  'test failed'",
        "build-failed",
        1,
        "a.test.js:5"
    )]
    [InlineData("make -C nowhere", "make: *** nowhere: No such file or directory.  Stop.", "configuration", 1)]
    [InlineData("bash nowhere.sh", "bash: nowhere.sh: No such file or directory", "configuration", 1)]
    [InlineData("node nowhere.js", "Error: Cannot find module '/w/p/nowhere.js'\n    at x (node:internal/a:1:1)", "configuration", 1)]
    [InlineData("npx jest --coverage", "Jest: \"global\" coverage threshold for lines (80%) not met: 50%", "failed", 1)]
    [InlineData("bash gate.sh", "begin\ngate.sh: line 2: echo: write error: No space left on device", "environment", 2)]
    [InlineData("sh gate.sh", "gate.sh: 3: Syntax error: \"fi\" unexpected", "build-failed", 1, "gate.sh:3")]
    public void Read_FailureOfARunner_LeadsWithItsDecisiveLine(string command, string output, string kind, int line, string? place = null)
    {
        var read = Read(command, output, 1);

        Assert.Equal(
            (kind, line, place),
            (
                System.Text.Json.JsonSerializer.Serialize(read.Kind).Trim('"'),
                read.Decisive!.Line,
                read.Decisive.File is { } file ? $"{file}:{read.Decisive.FileLine}" : null
            )
        );
    }

    [Theory]
    [InlineData("pytest", "E   OSError: [Errno 30] Read-only file system: 'a'", EnvironmentCause.ReadOnly)]
    [InlineData("go test ./...", "--- FAIL: TestA (0.00s)\n    a_test.go:3: write a: no space left on device", EnvironmentCause.NoSpace)]
    [InlineData(
        "cargo test",
        "error: failed to create directory `/h/.cargo/registry`\n\nCaused by:\n  Read-only file system (os error 30)",
        EnvironmentCause.ReadOnly
    )]
    [InlineData(
        "mvn test",
        "[ERROR] Could not create local repository at /root/.m2/repository\nRead-only file system",
        EnvironmentCause.ReadOnly
    )]
    [InlineData(
        "go test ./...",
        "a.go:3:2: x@v1: Get \"https://p/x\": dial tcp: lookup p: Temporary failure in name resolution",
        EnvironmentCause.NoNetwork
    )]
    [InlineData(
        "dotnet restore",
        "/w/p/a.csproj : error NU1301: Unable to load the service index for source https://x.",
        EnvironmentCause.NoNetwork
    )]
    [InlineData("rake", "sh: 1: rake: not found", EnvironmentCause.MissingProgram)]
    public void Read_MachineAtFault_IsEnvironment(string command, string output, EnvironmentCause cause)
    {
        var read = Read(command, output, 1);

        Assert.Equal((GateOutcomeKind.Environment, cause), (read.Kind, read.Environment));
    }

    /// <summary>A test may be about the same words, and one that fails for another reason makes it a verdict.</summary>
    [Theory]
    [InlineData("pytest", "E   AssertionError: assert 'Read-only file system' == 'x'")]
    [InlineData("go test ./...", "--- FAIL: TestA (0.00s)\n    a_test.go:3: got \"no space left on device\", want \"x\"")]
    [InlineData("pytest", "____ a ____\nE   OSError: [Errno 30] Read-only file system: 'a'\n____ b ____\nE   assert 1 == 2")]
    [InlineData("cargo test", "thread 'a' panicked at src/a.rs:3:4:\nassertion failed\n  left: \"No space left on device\"")]
    public void Read_VerdictThatQuotesAFault_IsFailed(string command, string output) =>
        Assert.Equal(GateOutcomeKind.Failed, Read(command, output, 1).Kind);

    [Theory]
    [InlineData("requests>=2", GateOutcomeKind.Environment)]
    [InlineData("flask", GateOutcomeKind.BuildFailed)]
    public void Read_MissingModule_IsTheEnvironmentOnlyIfAManifestNamesIt(string manifest, GateOutcomeKind kind)
    {
        const string Output = "___ ERROR collecting a.py ___\nE   ModuleNotFoundError: No module named 'requests'";

        Assert.Equal(kind, Read("pytest", Output, 2, manifest).Kind);
    }

    [Fact]
    public void Take_AnyNumberOfLines_CountsAllAndKeepsTheEnds()
    {
        var output = new GateOutputCollector();
        output.ProcessLine("begin");
        for (var i = 0; i < 100_000; i++)
        {
            output.ProcessLine($"--- PASS: Test{i} (0.00s) and some more words");
        }
        output.ProcessLine("=== 99999999999999999999 passed in 1s ===");
        output.ProcessLine("end");

        Assert.Equal("begin", output.Lines[0].Text);
        Assert.Equal(new GateOutputLine(100_003, "end"), output.Lines[^1]);
        Assert.InRange(output.Lines.Sum(line => line.Text.Length), 0, 2_100_000);
        Assert.Equal(100_000, output.Counted!.Passed);
    }

    private static ClassifiedGateResult Read(string command, string output, int exitCode, params string[] manifests) =>
        GateProgramOutputClassifier.Read(
            new GateCommandResult
            {
                Output = GateOutputCollector.Of(output),
                Command = command,
                ExitCode = exitCode,
                Directory = "/w/p",
                Manifests = manifests,
            }
        );
}
