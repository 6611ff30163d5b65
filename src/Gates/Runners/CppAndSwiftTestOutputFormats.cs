using static Orchestrator.Gates.Runners.SharedOutputFormatPatterns;
using static Orchestrator.Gates.Runners.SourceLocationSearchRule;

namespace Orchestrator.Gates.Runners;

/// <summary>Output formats of googletest, ctest and Swift.</summary>
internal static class CppAndSwiftTestOutputFormats
{
    public static GateProgramOutputFormat[] Native =>
        [
            new("googletest")
            {
                Failures = @"^\[  FAILED  \] (?<test>[\w./]+\.[\w/]+)",
                // Below ctest, only failed programs print their output.
                CountedBy = ["ctest"],
                Sign = @"^\[=+\] Running \d+ tests?|^\[ RUN      \] |^This program contains tests written using Google Test",
                Counts =
                [
                    new("[  PASSED  ]", @"^\[  PASSED  \] (?<passed>\d+) tests?\.", None),
                    new("[  FAILED  ]", @"^\[  FAILED  \] (?<failed>\d+) tests?, listed below:"),
                    new("[  SKIPPED ]", @"^\[  SKIPPED \] (?<skipped>\d+) tests?, listed below:"),
                ],
                Places = [Here(@"^(?<file>[^\s:(]+)[:(](?<line>\d+)\)?: ")],
                Lines =
                [
                    new(@"^[^\s:(]+[:(]\d+\)?: (?:Failure$|error: )"),
                    new(@"^C\+\+ exception with description ") { Beside = true, Places = [] },
                    new(@"^\[  FAILED  \] \S") { Places = [] },
                    new("^Running main\\(\\) from |^This program contains tests")
                    {
                        Then = "^This program contains tests written using Google Test",
                        EvenIfPassed = true,
                        Kind = Configuration,
                        Places = [],
                    },
                    Nothing(@"^\[=+\] Running 0 tests"),
                    new(@"^\[ RUN      \] ")
                    {
                        Last = true,
                        EvenIfPassed = true,
                        Unless = @"^\[=+\] \d+ tests? from .* ran\.",
                        Places = [],
                    },
                ],
            },
            new("ctest")
            {
                Failures = @"^\s*\d+/\d+ Test\s+#\d+: (?<test>\S+) \.+\*\*\*",
                Sign = @"^Test project /|^\d+% tests passed, |^No tests were found!!!|^Internal ctest changing into directory",
                Command = @"\bctest\b",
                Select = new(@"\bctest\b", "^{0}$") { All = "-R {0}", IsPattern = true },
                Heads = @"^\s*Start +\d+: |^\d+% tests passed",
                Counts =
                [
                    new(
                        "% tests passed",
                        @"^\d+% tests passed, (?<failed>\d+) tests? failed out of (?<all>\d+)$",
                        new TestTally(Skipped: 0)
                    ),
                    new("***Skipped", @"^\s*\d+/\d+ Test +#\d+: .*\*\*\*Skipped", Skipped()),
                    new("No tests were found", "^No tests were found!!!", None),
                ],
                Lines =
                [
                    new("^Internal ctest changing into directory")
                    {
                        Then = "^Failed to change working directory",
                        Kind = Configuration,
                        Places = [],
                    },
                    new("^No tests were found!!!")
                    {
                        Kind = NoTests,
                        EvenIfPassed = true,
                        Places = [],
                    },
                    new("^Could not find executable ")
                    {
                        Kind = OfMachine,
                        Cause = EnvironmentCause.MissingProgram,
                        Places = [],
                    },
                    new(@"^(?<file>[^\s:]+\.\w+):\d+:")
                    {
                        Beside = true,
                        Under = @"^\s*\d+/\d+ Test +#\d+: .*\*\*\*(?!Skipped|Not Run \(Disabled\))",
                        Places = [Here(@"^(?<file>[^\s:]+):(?<line>\d+):")],
                    },
                    new(@"^\s*\d+/\d+ Test +#\d+: .*\*\*\*(?!Skipped|Not Run \(Disabled\))")
                    {
                        Beside = true,
                        Unless = @"^(?!\s)[^\s:]+\.\w+:\d+:",
                        Places = [],
                    },
                    new(@"^\s*\d+/\d+ Test +#\d+: .*\*\*\*(?!Skipped|Not Run \(Disabled\))") { Places = [] },
                    new(@"^(?:CMake Error: |ctest: |Cannot find file: )") { Kind = Configuration, Places = [] },
                ],
            },
            new("swift")
            {
                Failures = @"^Test Case '(?<test>[^']+)' failed",
                Sign = @"^Test Suite '|^[✘✔◇] Test ",
                Command = @"\bswift (?:test|build)\b",
                Counts =
                [
                    new(
                        "Executed ",
                        @"^\s+Executed (?<all>\d+) tests?, with (?:(?<skipped>\d+) tests? skipped and )?(?<failed>\d+) failures? ",
                        new TestTally(Skipped: 0),
                        @"^Test Suite '(?:All|Selected) tests' (?:passed|failed)"
                    ),
                    new(" Test run with ", @"^\S+ Test run with (?<all>\d+) tests?(?: in \d+ suites?)? (?:passed|failed) after"),
                    new(" failed after ", @"^\S+ Test (?!run with).* failed after ", Failed()),
                    new(" skipped", @"^\S+ Test .* skipped(?::|\.|$)", Skipped()),
                ],
                Lines =
                [
                    new(@"^\S+\.swift:\d+:\d+: error: (?!-\[|\S+ : )")
                    {
                        Kind = BuildFailed,
                        Places = [Here(@"^(?<file>[^\s:]+):(?<line>\d+)")],
                    },
                    new(@"^\S+\.swift:\d+: error: ") { Beside = true, Places = [Here(@"^(?<file>[^\s:]+):(?<line>\d+)")] },
                    new(@"^\S+ Test .* recorded an issue at ") { Places = [Here(@" at (?<file>[^\s:]+):(?<line>\d+)")] },
                    new(@"^error: ")
                    {
                        Kind = Configuration,
                        Context = 5,
                        Places = [],
                    },
                ],
            },
        ];
}
