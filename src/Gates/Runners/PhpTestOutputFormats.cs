using static Orchestrator.Gates.Runners.SharedOutputFormatPatterns;
using static Orchestrator.Gates.Runners.SourceLocationSearchRule;

namespace Orchestrator.Gates.Runners;

/// <summary>Output formats of phpunit and Pest.</summary>
internal static class PhpTestOutputFormats
{
    public static GateProgramOutputFormat[] Php =>
        [
            new("phpunit")
            {
                Failures = @"^\d+\) (?<test>[\w\\]+::\w+.*)$",
                Sign = @"^PHPUnit \d|^\s+Tests:\s+\d",
                Command = @"\bphpunit\b|\bpest\b",
                Select = new(@"\bphpunit\b", "{0}") { All = "--filter {0}", IsPattern = true },
                Heads = @"^\d+\) |^There (?:was|were) |^(?:FAILURES|ERRORS|OK|WARNINGS)\b",
                Counts =
                [
                    new("OK (", @"^OK \((?<passed>\d+) tests?, \d+ assertions?\)", None with { Errors = 0 }),
                    new(
                        "Assertions: ",
                        @"^Tests: (?<all>\d+), Assertions: \d+(?:, (?:Failures: (?<failed>\d+)|Errors: "
                            + @"(?<errors>\d+)|(?:Skipped|Incomplete): (?<skipped>\d+)|[A-Z][A-Za-z ]*: \d+))*\.$",
                        new TestTally(Failed: 0, Skipped: 0, Errors: 0)
                    ),
                    new("No tests executed", "^No tests executed!", None with { Errors = 0 }),
                    new(
                        "Tests:  ",
                        @"^\s+Tests:\s+(?:(?:(?<failed>\d+) failed|(?<passed>\d+) passed|(?<skipped>\d+) "
                            + @"(?:skipped|todos?)|\d+ \w+)(?:, )?)+ \(\d+ assertions\)$",
                        None
                    ),
                ],
                Places = [Below(@"^(?<file>[^\s:]+\.php):(?<line>\d+)$", 40), Below(@"^\s+at (?<file>[^\s:]+\.php):(?<line>\d+)$", 20)],
                Lines =
                [
                    new(
                        @"^(?:Cannot open file|Test (?:file|directory) .*not found|unrecognized option"
                            + @"|Unknown option|Could not (?:read|load) )"
                    )
                    {
                        Kind = Configuration,
                        Places = [],
                    },
                    new(@"^(?:PHP )?Parse error: ") { Kind = BuildFailed, Places = [Here(@" in (?<file>\S+) on line (?<line>\d+)")] },
                    new(@"^\S") { After = @"^There (?:was|were) \d+ (?:failure|error|warning)s?:", Under = @"^\d+\) \S" },
                    new(@"^(?:PHP )?Fatal error: |^Error: ") { Places = [Here(@" in (?<file>[^\s:]+)(?: on line |:)(?<line>\d+)")] },
                    Nothing("^No tests (?:executed!|found)"),
                ],
            },
        ];
}
