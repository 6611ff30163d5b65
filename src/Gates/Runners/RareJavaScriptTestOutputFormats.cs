using static Orchestrator.Gates.Runners.SharedOutputFormatPatterns;
using static Orchestrator.Gates.Runners.SourceLocationSearchRule;

namespace Orchestrator.Gates.Runners;

/// <summary>Output formats of less common JavaScript test runners and of test reports on standard output.</summary>
internal static class RareJavaScriptTestOutputFormats
{
    /// <summary>
    /// Output formats that must precede the format of node:test in the table, because node:test prints the same symbols for passed and
    /// failed tests.
    /// </summary>
    public static GateProgramOutputFormat[] Small =>
        [
            new("ava")
            {
                Failures = @"^\s+(?:✘ \[fail\]: |✖ )(?<test>\S.* › .*?)(?: Error thrown in test)?\s*$",
                Sign = @"^\s+✘ \[fail\]: |^\s+─$|^  Uncaught exception in ",
                Command = @"\bava\b",
                Demands = @"^  \d+ (?:tests?|hooks?) (?:passed|failed|skipped)$|^  \d+ uncaught exceptions?$",
                Counts =
                [
                    new("✔ ", @"^  ✔ \S", Passed()),
                    new(" passed", @"^  \d+ tests? passed$", None),
                    new(" failed", @"^  (?<failed>\d+) tests? failed$", None),
                    new(" skipped", @"^  (?<skipped>\d+) tests? skipped$", None),
                ],
                Places =
                [
                    Below($@"^  {ScriptFile}:(?<line>\d+)$"),
                    Below($@"^  › (?:file://)?{ScriptFile}:(?<line>\d+):\d+$"),
                    .. ScriptPlaces,
                ],
                Lines =
                [
                    new(@"^  (?:\w*SyntaxError: |Error(?: \[\w+\])?: Cannot find (?:module|package) '(?<module>[^']+)')")
                    {
                        After = "^  Uncaught exception in ",
                        Kind = BuildFailed,
                        Places = [Above($"^  Uncaught exception in {ScriptFile}$", 4)],
                    },
                    new(@"^\s+[✘✖] Based on your configuration, .* did not match the (?:filters|CLI arguments)")
                    {
                        Kind = Configuration,
                        Places = [],
                    },
                    Nothing(@"^\s+[✘✖] (?:Couldn.t find any (?:files|tests)|No tests found)"),
                    new(@"^\s+(?:✘ \[fail\]: |✖ (?!\d+ tests? remaining|.* exited ))\S") { Context = 40 },
                    new(@"^  [\w$]*(?:Error|Exception)\b") { After = "^  Uncaught exception in |^  Unhandled rejection in " },
                ],
            },
            new("jasmine")
            {
                Failures = @"^\d+\) (?<test>\S.*)$",
                FailuresEnd = "^Pending:$",
                Sign = @"^\d+ specs?, \d+ failures?\b|^Incomplete: No specs found",
                Command = @"\bjasmine\b",
                Heads = @"^\d+\) |^  (?:Message|Stack):$",
                Counts =
                [
                    new(
                        " spec",
                        @"^(?<all>\d+) specs?, (?<failed>\d+) failures?(?:, (?<skipped>\d+) pending specs?)?$",
                        new TestTally(Skipped: 0)
                    ),
                ],
                Places = ScriptPlaces,
                Lines = [new(@"^\s+\S") { Under = "^  Message:$", Context = 3 }, Nothing("^No specs found")],
            },
            new("uvu")
            {
                Failures = @"^\s+FAIL +""(?<test>.+)""$",
                Sign = @"^  Total:     \d+$",
                Command = @"\buvu\b",
                Heads = @"^\s+FAIL +""|^  Total: ",
                Counts =
                [
                    new("Passed: ", @"^  Passed:    (?<passed>\d+)$", None, @"^  Total:     \d+$"),
                    new("Skipped: ", @"^  Skipped:   (?<skipped>\d+)$", null, @"^  Passed:    \d+$"),
                    new("FAIL ", @"^\s+FAIL +"".+""$", Failed()),
                ],
                Places = ScriptPlaces,
                Lines = [new(@"^\s+\S") { Under = @"^\s+FAIL +"".+""$", Context = 12 }],
            },
            new("tap")
            {
                Sign = @"^Asserts:  ",
                Failures = @"^ *✖ (?<test>\S.*)$",
                Places = [Below($@"\({ScriptFile}:(?<line>\d+):\d+\)$", 40)],
                Lines = [new(@"^ *✖ \S")],
            },
        ];

    public static GateProgramOutputFormat[] JavaScript =>
        [
            new("JUnit on standard output")
            {
                CountedBy = ["mocha", "vitest", "jest", "node"],
                Counts =
                [
                    new("<testcase", "^\\s*<testcase ", new TestTally(1, 0, 0)),
                    new("<failure", "<(?:failure|error)\\b", new TestTally(-1, 1)),
                    new("<skipped", "<skipped\\b", new TestTally(Passed: -1, Skipped: 1)),
                ],
                Demands = "^<testsuites?\\b",
                Sign = "^<testsuites?\\b",
                Places = [Below($@"(?:\(|\bat |❯ (?:.* )?)(?:file://)?{ScriptFile}:(?<line>\d+):\d+\)?", 40)],
                Lines =
                [
                    new(@"^\s*[\w$]*(?:Error|Exception)\b") { After = @"<(?:failure|error)\b" },
                    new(@"^\s*<(?:failure|error)\b") { Beside = true },
                ],
            },
            new("bun")
            {
                Failures = @"^\(fail\) (?<test>.+?)(?: \[[^\]]*\])?$",
                Sign = "^bun test v",
                Counts =
                [
                    new(" pass", @"^ (?<passed>\d+) pass$", None),
                    new(" fail", @"^ (?<failed>\d+) fail$"),
                    new(" skip", @"^ (?<skipped>\d+) skip$"),
                ],
                Places = ScriptPlaces,
                Lines = [new(@"^error: "), new(@"^\(fail\) ")],
            },
            new("deno")
            {
                Failures = @"^(?<test>\S.*?) (?:=> \S+:\d+:\d+|\.\.\. FAILED.*)$",
                Sign = @"^running \d+ tests? from ",
                Counts =
                [
                    new(
                        " passed",
                        @"^(?:ok|FAILED) \| (?<passed>\d+) passed(?: \([^)]*\))? \| (?<failed>\d+) failed"
                            + @"(?: \([^)]*\))?(?: \| (?<skipped>\d+) ignored)?",
                        None
                    ),
                ],
                Places = ScriptPlaces,
                Lines = [new(@"^error: ")],
            },
            new("playwright")
            {
                Failures = @"^\s+\d+\) (?<test>\[\w+\] › .+?)[ ─]*$",
                Sign = @"^Running \d+ tests? using \d+ worker",
                Counts =
                [
                    new(" passed", @"^  (?<passed>\d+) passed \(", None),
                    new(" failed", @"^  (?<failed>\d+) failed$"),
                    new(" skipped", @"^  (?<skipped>\d+) skipped$"),
                    new(" flaky", @"^  (?<passed>\d+) flaky$"),
                ],
                Places = ScriptPlaces,
                Lines = [new(@"^\s+(?:Error|TimeoutError): ") { Under = @"^\s+\d+\) " }],
            },
        ];
}
