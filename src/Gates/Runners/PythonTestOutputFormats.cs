using static Orchestrator.Gates.Runners.SharedOutputFormatPatterns;
using static Orchestrator.Gates.Runners.SourceLocationSearchRule;

namespace Orchestrator.Gates.Runners;

/// <summary>Output formats of pytest, unittest and plain Python.</summary>
internal static class PythonTestOutputFormats
{
    private const string PythonError = @"[A-Za-z_][\w.]*";

    private const string PytestSummary =
        @"^(?:(?:(?<passed>\d+) passed|(?<failed>\d+) failed|(?<skipped>\d+) skipped|"
        + @"(?<errors>\d+) errors?|(?<other>\d+) (?:xfailed|xpassed)"
        + @"|\d+ (?:deselected|warnings?|rerun|subtests (?:passed|failed|skipped)))(?:, | (?=in )))+in \d[\d.]*s\b";

    private static SourceLocationSearchRule[] PythonFrames =>
        [Above("""^\s*(?:INTERNALERROR> |E\s+)?\s*File "(?<file>[^"]+)", line (?<line>\d+)""", 400)];

    private static SourceLocationSearchRule[] PytestPlaces =>
        [
            Above("""^E\s+File "(?<file>[^"]+)", line (?<line>\d+)""", 6),
            Below(@"^(?<file>[^\s:]+\.py):(?<line>\d+)(?:: ?[A-Z][\w.]*)?$", 40),
            Above(@"^(?<file>[^\s:]+\.py):(?<line>\d+): ", 200),
            Below(@"^(?<file>[^\s:]+\.py):(?<line>\d+): ", 200),
        ];

    public static GateProgramOutputFormat[] Python =>
        [
            new("pytest")
            {
                Failures = @"^(?:FAILED|ERROR) (?<test>\S+\.py(?:::.*?)?)(?: - .*)?$",
                Sign =
                    @"^=+ test session starts =+$|^(?:=+ )?\d+ [a-z]+(?:, \d+ [a-z]+)* in [\d.]+s"
                    + @"|^(?:=+ )?no tests ran in |^ImportError while loading"
                    + @"|^(?:FAILED|ERROR) \S+\.py|^\S*pytest\S*: error: |^ERROR: .*(?:pytest|\.py|\.ini"
                    + @"|not found: )|No module named '?pytest",
                Command = @"\b(?:pytest|py\.test)\b",
                Select = new(@"\bpytest\b", "{0}") { All = "-k {0}", Between = " or " },
                Heads = @"^_{3,} .* _{3,}$|^={3,} .* ={3,}$",
                Counts =
                [
                    new(" in ", "^=+ " + PytestSummary[1..], None with { Errors = 0 }),
                    new("no tests ran", "^=+ no tests ran in ", None with { Errors = 0 }),
                    new("SUBFAILED", @"^SUBFAILED\S* \S+ - ", Failed(-1)),
                ],
                Places = PytestPlaces,
                Lines =
                [
                    new(@"^ERROR: (?:file or directory not found: (?<file>\S+)|not found: (?<file>[^\s:]+))")
                    {
                        Kind = Configuration,
                        Places = [Here(@": (?:file or directory )?not found: (?<file>[^\s:]+)")],
                    },
                    new(@"^ERROR: (?<file>[^\s:]+): .*requires pytest-")
                    {
                        Kind = OfMachine,
                        Cause = EnvironmentCause.WrongVersion,
                        Places = [Here(@"^ERROR: (?<file>[^\s:]+):")],
                    },
                    new(@"^ERROR: (?!Coverage|usage: )\S")
                    {
                        Kind = Configuration,
                        Places = [Here(@"^ERROR: (?<file>[^\s:]+\.(?:ini|toml|cfg)):(?:(?<line>\d+):)?")],
                    },
                    new(@"^\S+: error: unrecognized arguments: (?<option>-[-\w]+)") { Kind = Configuration, Places = [] },
                    new(@"^\S*(?:pytest\S*|py): error: ") { Kind = Configuration, Places = [] },
                    new(@"^\S*python[\d.]*(?:\.exe)?: No module named '?(?<tool>\w+)") { Kind = Configuration, Places = [] },
                    new(@"^INTERNALERROR> (?!Traceback)[A-Za-z_][\w.]*(?::|$)") { Kind = BuildFailed, Places = PythonFrames },
                    new($@"^E\s+{PythonError}(?:Error|Exception|Exit|Interrupt|Failed|Skipped|Warning)\b")
                    {
                        Under = "^_+ ERROR collecting |^ImportError while (?:loading|importing)|^_+ ERROR collecting",
                        Kind = BuildFailed,
                    },
                    new(@"^E\s+(?:SyntaxError|IndentationError|TabError): ") { Kind = BuildFailed },
                    new(@"^(?<file>/?[^\s:]+\.py):(?<line>\d+): \S")
                    {
                        Under = "^=+ (?:FAILURES|ERRORS) =+$",
                        Places = [Here(@"^(?<file>[^\s:]+):(?<line>\d+): ")],
                    },
                    new(@"^E\s{2,}\S"),
                    new($"^{PythonError}(?::.*)?$")
                    {
                        Under = "^_{3,} .* _{3,}$",
                        After = @"^Traceback \(most recent call last\):",
                        Context = 3,
                        Places = PythonFrames,
                    },
                    new(@"^(?!E\s|\S+:\d+:)\S")
                    {
                        Under = "^_+ ERROR collecting ",
                        Kind = BuildFailed,
                        Places = [Above(@"^_+ ERROR collecting (?<file>\S+) _+$", 3)],
                    },
                    new(@"^\[XPASS\(strict\)\]") { Places = [Below(@"^FAILED (?<file>[^\s:]+)::", 500)] },
                    new(@"^Fatal Python error: ") { Places = [Below("""^\s+File "(?<file>[^"]+)", line (?<line>\d+)""")] },
                    new(@"^!+ KeyboardInterrupt !+$") { Kind = OfMachine, Places = [Below(@"^(?<file>\S+\.py):(?<line>\d+): ", 3)] },
                    new(@"^\[gw\d+\] node down: |worker 'gw\d+' crashed while running") { Places = [] },
                    new(@"^[^\s:]+\.py:\d+: DocTestFailure") { Places = Colons },
                    new(@"^(?:FAILED|ERROR) (?<file>[^\s:]+\.py)") { Places = [Here(@"^\w+ (?<file>[^\s:]+)")] },
                    Nothing("^(?:=+ )?(?:no tests ran in |(?:\\d+ (?:skipped|deselected|warnings?)(?:, | ))+in )"),
                    new(@"^(?<file>\S+\.py)::\S+ *(?!PASSED|SKIPPED|XFAIL)\S*(?:\s.*)?$")
                    {
                        Last = true,
                        EvenIfPassed = true,
                        After = "^=+ test session starts =+$",
                        Unless = @"^(?:=+ )?\d+ [a-z]+(?:, \d+ [a-z]+)* in \d[\d.]*s|no tests ran in ",
                        Places = [Here(@"^(?<file>[^\s:]+)::")],
                    },
                ],
            },
            new("pytest -q")
            {
                CountedBy = ["pytest"],
                Counts =
                [
                    new(" in ", PytestSummary, None with { Errors = 0 }),
                    new("no tests ran", "^no tests ran in ", None with { Errors = 0 }),
                    new("SUBFAILED", @"^SUBFAILED\S* \S+ - ", Failed(-1)),
                ],
            },
            new("unittest")
            {
                Select = new(@"-m unittest\b(?: discover\b)?", "-k {0}"),
                Failures = @"^(?:FAIL|ERROR|UNEXPECTED SUCCESS): (?<test>\w+ \([\w.<>]+\))",
                Sign = @"^Ran \d+ tests? in |^(?:FAIL|ERROR): \w+ \(|\(unittest\.loader\.",
                Command = @"\bunittest\b|\bmanage\.py test\b|\bnose2\b",
                Heads = @"^={20,}$|^Ran \d+ tests? in ",
                Counts =
                [
                    new("Ran ", @"^Ran (?<all>\d+) tests? in [\d.]+s", None with { Passed = null, Errors = 0 }),
                    new("FAIL: ", @"^FAIL: (?<test>\w+ \([\w.<>]+\))", Failed(), null, TestResultLineCountingMode.Once),
                    new("ERROR: ", @"^ERROR: (?<test>\w+ \([\w.<>]+\))", new TestTally(Errors: 1), null, TestResultLineCountingMode.Once),
                    new(
                        "=",
                        @"^(?:OK|FAILED|NO TESTS RAN) \((?:(?:skipped=(?<skipped>\d+)|(?:expected failures"
                            + @"|unexpected successes)=(?<other>\d+)|[a-z]+=\d+)(?:, )?)+\)$"
                    ),
                ],
                Places = PythonFrames,
                Lines =
                [
                    new("^ImportError: Start directory is not importable") { Kind = Configuration, Places = [] },
                    new($"^(?!ImportError: Failed to import){PythonError}(?:Error|Exception|Exit|Interrupt)\\b.*")
                    {
                        Under = @"^ERROR: \S+ \(unittest\.loader\._FailedTest",
                        Kind = BuildFailed,
                    },
                    new($"^{PythonError}(?::.*)?$")
                    {
                        Under = @"^(?:FAIL|ERROR): (?<test>\w+)",
                        After = "^Traceback",
                        Context = 2,
                    },
                    new("^UNEXPECTED SUCCESS: ") { Places = [] },
                    Nothing(@"^Ran \d+ tests? in "),
                ],
            },
            new("python")
            {
                Sign =
                    @"^Traceback \(most recent call last\):|^\s+File ""[^""]+"", line \d+"
                    + @"|python[\d.]*: (?:No module named|can't open file)",
                Heads = @"^Traceback \(most recent call last\):",
                Places = PythonFrames,
                Lines =
                [
                    new(@"^\S*python[\d.]*: No module named '?(?<tool>\w+)") { Kind = Configuration, Places = [] },
                    new(@"^\S*python[\d.]*: can't open file ") { Kind = Configuration, Places = [] },
                    new(@"^(?:SyntaxError|IndentationError|TabError): ") { Kind = BuildFailed },
                    new($"^{PythonError}(?::.*)?$") { Under = @"^Traceback \(most recent call last\):" },
                ],
            },
        ];
}
