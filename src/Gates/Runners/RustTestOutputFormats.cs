using static Orchestrator.Gates.Runners.SharedOutputFormatPatterns;
using static Orchestrator.Gates.Runners.SourceLocationSearchRule;

namespace Orchestrator.Gates.Runners;

/// <summary>Output formats of cargo and nextest.</summary>
internal static class RustTestOutputFormats
{
    private const string Panic = @"thread '(?<test>[^']+)' (?:\(\d+\) )?panicked at ";

    private static SourceLocationSearchRule[] PanicPlaces =>
        [
            Above(@"^\s*---- (?<file>\S+\.rs) - .*\(line (?<line>\d+)\) stdout ----$", 8),
            Here(@"panicked at (?:'.*', )?(?<file>[^\s:']+):(?<line>\d+):\d+"),
        ];

    private static SourceLocationSearchRule[] Arrow => [Below(@"^\s*--> (?<file>[^\s:]+):(?<line>\d+):\d+", 6)];

    public static GateProgramOutputFormat[] Rust =>
        [
            new("nextest")
            {
                Sign = @"Nextest run ID|^\s+Summary \[",
                Command = @"\bcargo nextest\b",
                Select = new(@"\bcargo nextest run\b", "{0}"),
                Failures = @"^\s+(?:TRY \d+ )?(?:FAIL|SIG\w+|ABORT|TIMEOUT) \[[^\]]*\] (?:\([^)]*\) )?\S+ (?<test>\S+)",
                FailedTest = @"^\s+(?:TRY \d+ )?FAIL \[[^\]]*\] (?:\([^)]*\) )?\S+ (?<test>\S+)",
                Heads = @"^\s+(?:TRY \d+ )?(?:FAIL|PASS|SIG\w+|TIMEOUT) \[",
                Counts =
                [
                    new(
                        "Summary [",
                        @"Summary \[[^\]]*\]\s+\d+(?:/\d+)? tests? run: (?<passed>\d+) passed(?: \([^)]*\))?(?:, "
                            + @"(?:(?<failed>\d+) (?:failed|timed out|exec failed)(?: \([^)]*\))?|"
                            + @"(?<skipped>\d+) skipped))*",
                        None
                    ),
                ],
                Places = PanicPlaces,
                Lines =
                [
                    new(Panic),
                    new(@"^\s+(?:SIG\w+|ABORT|TERMINATING|TIMEOUT|LEAK-FAIL) \[") { Beside = true, Places = [] },
                    Nothing("^error: no tests to run"),
                    Nothing(@"^\s+Starting 0 tests"),
                    new(@"^\s+(?:TRY \d+ )?FAIL \[") { Places = [] },
                ],
            },
            new("cargo")
            {
                Sign =
                    @"^\s+(?:Compiling|Checking|Finished|Running|Updating|Blocking|Doc-tests) |^test result: "
                    + @"|^error(?:\[E\d+\])?: |^running \d+ tests?$",
                Command = @"\bcargo\b",
                Select = new(@"\bcargo(?: \+\S+)? test\b", "{0}") { Begin = "--" },
                CountedBy = ["nextest"],
                Failures = @"^test (?<test>\S.*?)(?: - should panic)? \.\.\. FAILED|^(?<test>\S+) --- FAILED",
                FailedTest = @"^test (?<test>\S+)(?: - should panic)? \.\.\. FAILED|^(?<test>\S+) --- FAILED",
                Heads = @"^---- |^failures:$",
                Counts =
                [
                    new("test result: ", @"^test result: \w+\. (?<passed>\d+) passed; (?<failed>\d+) failed; (?<skipped>\d+) ignored;"),
                ],
                Places = Arrow,
                Lines =
                [
                    new(@"^error\[E\d+\]: ") { Kind = BuildFailed },
                    new("^error: ") { If = @"\bcargo clippy\b", Then = @"^\s*--> \S+\.rs:" },
                    new(@"^Diff in (?<file>\S+?\.rs):\d+") { Places = [Here(@"^Diff in (?<file>\S+?\.rs):(?<line>\d+)")] },
                    new("^error: rustup could not choose a version of ")
                    {
                        Kind = OfMachine,
                        Cause = EnvironmentCause.MissingProgram,
                        Places = [],
                    },
                    new(@"^error: linker .* not found")
                    {
                        Kind = OfMachine,
                        Cause = EnvironmentCause.MissingProgram,
                        Places = [],
                    },
                    new(@"^rustc-LLVM ERROR: ") { Kind = BuildFailed, Places = [] },
                    new(@"^error: no matching package named `(?<module>[^`]+)` found") { Kind = Configuration, Places = [] },
                    new(@"^error: .*(?:rustc [\d.]+ is not supported|requires rustc|requires a newer|toolchain .* is not installed)")
                    {
                        Kind = OfMachine,
                        Cause = EnvironmentCause.WrongVersion,
                        Places = [],
                    },
                    new(@"^\s+.*\(os error \d+\)")
                    {
                        After = @"^error: (?:failed to (?:write|create|open|remove|lock|read)|could not (?:create|write|open|execute))",
                        Kind = Configuration,
                        Places = [],
                    },
                    new(@"^error: (?:failed to (?:get|download|fetch|query|load|sync|select|update)|unable to (?:update|get)|spurious)")
                    {
                        Kind = Configuration,
                        Context = 25,
                        Places = [],
                    },
                    new(@"^error: (?!could not compile|test failed|\d+ targets? failed|aborting|doctest failed|bench failed)")
                    {
                        Then = @"^\s*--> \S+\.rs:",
                        Kind = BuildFailed,
                    },
                    new("^note: panic did not contain expected string")
                    {
                        Under = "^---- .* stdout ----$",
                        Places = [Above(@"panicked at (?:'.*', )?(?<file>[^\s:]+\.rs):(?<line>\d+)", 60)],
                    },
                    new(Panic) { Places = PanicPlaces },
                    new("^note: test did not panic as expected")
                    {
                        Under = "^---- .* stdout ----$",
                        Beside = true,
                        Places = [Here(@" at (?<file>[^\s:]+):(?<line>\d+)")],
                    },
                    new(@"^Error: ")
                    {
                        Under = "^---- .* stdout ----$",
                        Beside = true,
                        Places = [],
                    },
                    new(@"^thread '(?<test>[^']+)'(?: \(\d+\))? has overflowed its stack") { Places = [] },
                    new(@"^\s+process didn't exit successfully: .*\(signal: ") { Places = [] },
                    new(@"^test (?<test>\S+) \.\.\. FAILED") { Places = [] },
                    Nothing("^running 0 tests$"),
                    new(@"^error: could not compile")
                    {
                        Kind = BuildFailed,
                        Context = 12,
                        Places = [],
                    },
                    new(@"^error: (?!test failed|\d+ targets? failed)")
                    {
                        Kind = Configuration,
                        Places = [Below(@"^\s*--> (?<file>[^\s:]+):(?<line>\d+):\d+", 3)],
                    },
                    new(@"^error: ") { Places = [] },
                ],
            },
        ];
}
