using static Orchestrator.Gates.Runners.SharedOutputFormatPatterns;
using static Orchestrator.Gates.Runners.SourceLocationSearchRule;

namespace Orchestrator.Gates.Runners;

/// <summary>Output formats of Maven, Gradle, JUnit and ScalaTest.</summary>
internal static class JvmTestOutputFormats
{
    private const string JavaFrame =
        @"^\s+at (?:\S+/)?(?!(?:java|jdk|sun|kotlin|scala|groovy|junit|org\.(?:junit|opentest4j"
        + @"|assertj|hamcrest|mockito|gradle|apache|testng|codehaus)|com\.sun)\.)"
        + @"(?<class>[\w.$]+)\.[\w$<>-]+\((?<file>\w+\.(?:java|kt|scala|groovy)):(?<line>\d+)\)";

    public static GateProgramOutputFormat[] Jvm =>
        [
            new("maven")
            {
                Failures = @"^\[ERROR\] (?<test>[\w.$]+(?:\([\w.$]*\))?) .*<<< (?:FAILURE|ERROR)!",
                Sign = @"^\[(?:INFO|ERROR|FATAL|WARNING)\] ",
                Command = @"\bmvnw?\b",
                Select = new(@"\bmvnw?\b", "{0}") { All = "-Dsurefire.failIfNoSpecifiedTests=false -Dtest=*#{0}", Between = "+" },
                Counts =
                [
                    new(
                        "Tests run:",
                        @"^(?:\[[A-Z]+\] )?Tests run:\s*(?<all>\d+), Failures:\s*(?<failed>\d+), Errors:\s*"
                            + @"(?<errors>\d+), Skipped:\s*(?<skipped>\d+)(?:, Flakes:\s*\d+)?\s*$"
                    ),
                    new(
                        "No tests matching pattern",
                        @"^\[ERROR\] Failed to execute goal .*: No tests (?:matching pattern|were executed)",
                        None
                    ),
                ],
                Places = [Below(JavaFrame, 40)],
                Lines =
                [
                    new("^The JAVA_HOME environment variable is not defined correctly|^Error: JAVA_HOME ")
                    {
                        Kind = OfMachine,
                        Cause = EnvironmentCause.MissingProgram,
                        Places = [],
                    },
                    new(@"^\[FATAL\] ") { Kind = Configuration, Places = [Here(@" (?:POM|pom) (?<file>/[^\s:]+)(?::| @)")] },
                    new(
                        @"^\[ERROR\] (?:The goal you specified requires|Unknown lifecycle phase"
                            + @"|No goals have been specified|Could not find the selected project"
                            + @"|The project .* has \d+ error|Unrecognized option|'\S+' for )"
                    )
                    {
                        Kind = Configuration,
                        Places = [],
                    },
                    new(@"^\[ERROR\] (?:file://)?\S+\.(?:java|kt|scala|groovy):\[?\d+")
                    {
                        Kind = BuildFailed,
                        Places = [Here(@"(?<file>/[^\s:]+):\[?(?<line>\d+)")],
                    },
                    new(@"^[\w.$]+(?:Error|Exception|Failure|Throwable)\b") { After = @"<<< (?:FAILURE|ERROR)!", Context = 3 },
                    new(@"^\[ERROR\] .*: No tests (?:matching pattern|were executed)") { Kind = NoTests, Places = [] },
                    new(@"^\[ERROR\] The forked VM terminated|^\[ERROR\] .*(?:Crashed tests:|There was a timeout)") { Places = [] },
                    new(@"^\[ERROR\] .*in offline mode and the artifact|^\[ERROR\] .*(?:Cannot access .* in offline mode)")
                    {
                        Kind = OfMachine,
                        Cause = EnvironmentCause.MissingPackage,
                        Places = [],
                    },
                    new(@"^\[ERROR\] Could not create local repository ")
                    {
                        Kind = OfMachine,
                        Cause = EnvironmentCause.ReadOnly,
                        Places = [],
                    },
                    new(
                        @"^\[ERROR\] .*(?:Could not (?:transfer|find) artifact|Could not resolve dependencies"
                            + @"|Unresolveable build extension|could not be resolved)"
                    )
                    {
                        Kind = Configuration,
                        Context = 4,
                        Places = [],
                    },
                    Nothing(@"^\[INFO\] No tests to run\.|^\[INFO\] Tests are skipped"),
                    new(@"^\[ERROR\] Failed to execute goal ") { Context = 3, Places = [] },
                    new(@"^\[ERROR\] \S") { Kind = Configuration, Places = [] },
                ],
            },
            new("gradle")
            {
                Failures = @"^(?<test>[\w.$]+ > .+?) FAILED$",
                Sign = @"^\* What went wrong:|^BUILD (?:FAILED|SUCCESSFUL) in |^\d+ actionable tasks?: |^\d+ tests completed, ",
                Command = @"\bgradlew?\b",
                Select = new(@"\bgradlew?\b", "--tests *{0}"),
                Counts =
                [
                    new(
                        " completed",
                        @"^(?<all>\d+) tests? completed(?:, (?<failed>\d+) failed)?(?:, (?<skipped>\d+) skipped)?$",
                        new TestTally(Failed: 0, Skipped: 0)
                    ),
                ],
                Places =
                [
                    Here(@"^(?<class>[\w.$]+) > "),
                    Below(@"^\s+.* at (?<file>\w+\.(?:java|kt|scala|groovy)):(?<line>\d+)$", 4),
                    Below(JavaFrame, 30),
                ],
                Lines =
                [
                    new(@"^(?:e: )?(?:file://)?/\S+\.(?:java|kt|scala|groovy):\d+(?::\d+)?:? (?:error: )?")
                    {
                        Kind = BuildFailed,
                        Places = [Here(@"(?<file>/[^\s:]+):(?<line>\d+)")],
                    },
                    new(@"^(?<class>[\w.$]+) > .+ FAILED$") { Context = 4 },
                    new(@"^(?:> )?(?:No tests found for given includes|No tests found)") { Kind = NoTests, Places = [] },
                    new(@"^\S")
                    {
                        Under = @"^\* What went wrong:",
                        Kind = Configuration,
                        Context = 12,
                        Places =
                        [
                            Below(@"'(?<file>/[^']+\.gradle(?:\.kts)?)'.* line: (?<line>\d+)", 1),
                            Above(@"'(?<file>/[^']+\.gradle(?:\.kts)?)' line: (?<line>\d+)", 5),
                        ],
                    },
                ],
            },
            new("gradle, single tests")
            {
                CountedBy = ["gradle"],
                Counts =
                [
                    new(" > ", @"^\S.* > .+ PASSED$", Passed()),
                    new(" > ", @"^\S.* > .+ FAILED$", Failed()),
                    new(" > ", @"^\S.* > .+ SKIPPED$", Skipped()),
                ],
            },
            new("JUnit")
            {
                Counts =
                [
                    new(
                        " tests ",
                        @"^\[\s*(?:(?<passed>\d+) tests successful|(?<failed>\d+) tests failed|"
                            + @"(?<skipped>\d+) tests (?:skipped|aborted))\s*\]$",
                        None
                    ),
                    new("OK (", @"^OK \((?<passed>\d+) tests?\)$", None),
                ],
            },
            new("ScalaTest")
            {
                Failures = @"^\[info\] - (?<test>.+?) \*\*\* FAILED",
                Counts =
                [
                    new(
                        "Tests: succeeded",
                        @"^(?:\[info\] )?Tests: succeeded (?<passed>\d+), failed (?<failed>\d+), canceled "
                            + @"(?<skipped>\d+), ignored (?<skipped>\d+), pending (?<skipped>\d+)"
                    ),
                ],
            },
        ];
}
