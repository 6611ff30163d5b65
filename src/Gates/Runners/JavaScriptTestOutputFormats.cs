using static Orchestrator.Gates.Runners.SharedOutputFormatPatterns;
using static Orchestrator.Gates.Runners.SourceLocationSearchRule;

namespace Orchestrator.Gates.Runners;

/// <summary>Output formats of JavaScript and TypeScript test runners.</summary>
internal static class JavaScriptTestOutputFormats
{
    private static SourceLocationSearchRule[] VitestPlaces =>
        [
            Below($@"(?:❯ (?:.* )?|^\s*(?:At file|File): /?|^/?){ScriptFile}:(?<line>\d+):\d+", 40),
            Above($@"^ FAIL  (?:\|[^|]*\| )?{ScriptFile}", 8),
        ];

    // Node prints the location of a syntax error above the message. The stack below is that of the loader or of the test's declaration.
    private static SourceLocationSearchRule[] SyntaxPlaces => [Above($@"^(?:file://)?{ScriptFile}:(?<line>\d+)$", 8), .. ScriptPlaces];

    public static GateProgramOutputFormat[] JavaScript =>
        [
            new("jest")
            {
                Failures = @"^\s+● (?!Console|Validation|Test suite failed|Deprecation)(?<test>\S.*)$",
                Sign = @"^(?:PASS|FAIL) \S+\.[cm]?[jt]sx?\b|^Test Suites: |^\s*● ",
                Command = @"\bjest\b",
                Select = new(@"\bjest\b", "{0}") { All = "-t {0}", IsPattern = true },
                Heads = @"^\s*● |^(?:PASS|FAIL) |^Test Suites: ",
                Counts =
                [
                    new(
                        "Tests: ",
                        @"^Tests:\s+(?:(?:(?<failed>\d+) failed|(?<passed>\d+) passed|(?<skipped>\d+) skipped|\d+ todo), )*\d+ total$",
                        None,
                        "^Test Suites: "
                    ),
                    new("No tests found", "^No tests found, exiting with code", None),
                ],
                Places = [Below($@"(?:\(|\bat ){ScriptFile}:(?<line>\d+):\d+\)?", 60), Above($@"^FAIL (?:\S+ )?{ScriptFile}", 200)],
                Lines =
                [
                    new(@"^● (?:Unrecognized CLI Parameter|Validation Error|Multiple configurations|Deprecation)")
                    {
                        Kind = Configuration,
                        Places = [],
                    },
                    new("^Provided path to resolve: ") { Kind = Configuration, Places = [] },
                    new(
                        @"^Error: .*(?:Can't find a root directory|Preset|configuration|config file)|^\s*"
                            + @"(?:● )?.*Module \S+ in the .* option was not found"
                    )
                    {
                        Kind = Configuration,
                        Places = [],
                    },
                    Nothing("^No tests found, exiting with code"),
                    new(@"^\s+(?:\w*SyntaxError): ")
                    {
                        Under = "^\\s*● Test suite failed to run",
                        Kind = BuildFailed,
                        Places = [Below(@"^\s*> (?<line>\d+) \|", 10), Here($@"SyntaxError: {ScriptFile}: ")],
                    },
                    new(@"^\s+Cannot find module '(?<module>[^']+)'") { Under = "^\\s*● Test suite failed to run", Kind = BuildFailed },
                    new(@"^\s+Your test suite must contain at least one test")
                    {
                        Under = "^\\s*● Test suite failed to run",
                        Places = [Above($@"^FAIL (?:\S+ )?{ScriptFile}", 200)],
                    },
                    new(@"^\s+(?!Jest encountered)\S") { Under = "^\\s*● Test suite failed to run", Kind = BuildFailed },
                    new(@"^\s+(?:thrown: ""Exceeded timeout|Failing test passed even though)")
                    {
                        Under = @"^\s*● \S",
                        Places = [Above($@"^FAIL (?:\S+ )?{ScriptFile}", 200)],
                    },
                    new(@"^\s+\S")
                    {
                        Under = @"^\s*● (?!Console$)\S",
                        Beside = true,
                        Context = 3,
                    },
                    Nothing(@"^Tests:\s+"),
                ],
            },
            new("vitest")
            {
                Failures = @"^\s*(?:FAIL|×)\s+(?<test>\S+ > .+?)(?: \d+ms)?$",
                Sign = @"^ (?:RUN|DEV)  v\d|^\s+Test Files  |^ FAIL  |^⎯+ ",
                Command = @"\bvitest\b",
                Select = new(@"\bvitest\b", "{0}") { All = "-t {0}", IsPattern = true },
                Heads = @"^ FAIL  |^⎯+|^\s+Test Files  ",
                Counts =
                [
                    new(
                        " Tests  ",
                        @"^\s+Tests  (?:(?:(?<failed>\d+) failed|(?<passed>\d+) passed|(?<skipped>\d+) skipped|"
                            + @"(?<other>\d+) expected fail|\d+ todo)(?: \| )?)+ \(\d+\)$",
                        None
                    ),
                    new(" Tests  ", @"^\s+Tests  no tests$", None),
                    new("No test files found", "^No test files found", None),
                ],
                Places = VitestPlaces,
                Lines =
                [
                    Nothing("^No test files found"),
                    new(@"^failed to load config from |^CACError: |^Error: Could not resolve .*config")
                    {
                        Kind = Configuration,
                        Places = [],
                    },
                    new(@"^Error: No test suite found") { Places = [Above($@"^ FAIL  {ScriptFile}", 3)] },
                    new(
                        @"^(?:Error: (?:Cannot find (?:module|package) '(?<module>[^']+)'"
                            + @"|Failed to resolve import ""(?<module>[^""]+)"")|(?!.* > )\S)"
                    )
                    {
                        Under = $@"^ FAIL  (?:\|[^|]*\| )?{ScriptFile}(?: \[ .* \])?$",
                        Kind = BuildFailed,
                    },
                    new(@"^\S") { Under = @"^ FAIL  .* > ", Context = 14 },
                    new(@"^[\w$]*(?:Error|Exception)\b")
                    {
                        After = @"Unhandled (?:Errors?|Rejections?)|Uncaught Exception|Unhandled Rejection",
                        Context = 10,
                    },
                    new("Waiting for file changes")
                    {
                        Kind = OfMachine,
                        Cause = EnvironmentCause.TimeOut,
                        Places = [],
                    },
                    Nothing(@"^\s+Tests  "),
                ],
            },
            new("node")
            {
                Failures = @"^\s*✖ (?<test>\S.*?) \([\d.]+ms\)",
                Sign = @"^# Subtest: |^(?:ℹ|#) tests \d|^TAP version 13|^✖ failing tests:|^\s*✖ ",
                Command = @"\bnode --test\b",
                Select = new(@"\bnode\b.*? --test(?!\S)", "{0}")
                {
                    All = "--test-name-pattern={0}",
                    IsPattern = true,
                    IsFirst = true,
                },
                Heads = @"^\s*(?:not )?ok \d+|^\s*[✖✔▶﹣]|^ℹ ",
                // Other runners that print TAP end with similar lines.
                Demands = @"^(?:#|ℹ) cancelled \d|^Could not find '",
                Counts =
                [
                    new(" pass ", @"^(?:#|ℹ) pass (?<passed>\d+)$", None, @"^(?:#|ℹ) (?:tests|suites) \d"),
                    new(" fail ", @"^(?:#|ℹ) fail (?<failed>\d+)$", null, @"^(?:#|ℹ) pass \d"),
                    new(" cancelled ", @"^(?:#|ℹ) cancelled (?<failed>\d+)$", null, @"^(?:#|ℹ) fail \d"),
                    new(" skip", @"^(?:#|ℹ) skipped (?<skipped>\d+)$", null, @"^(?:#|ℹ) cancelled \d"),
                    new("Could not find '", "^Could not find '", None),
                    // Node reports a file without tests as a passed test.
                    new("ok ", @"^ok \d+ - \S+\.[cm]?[jt]sx?$", Passed(-1)),
                    new("✔ ", @"^✔ \S+\.[cm]?[jt]sx? \([\d.]+ms\)$", Passed(-1)),
                ],
                Places = ScriptPlaces,
                Lines =
                [
                    new("^Could not find '") { Kind = Configuration, Places = [] },
                    new(@"^(?:# )?SyntaxError: ") { Kind = BuildFailed, Places = SyntaxPlaces },
                    new(@"^(?:# )?Error(?: \[\w+\])?: Cannot find (?:module|package) '(?<module>[^']+)'")
                    {
                        Kind = BuildFailed,
                        Beside = true,
                    },
                    new("^1: ") { Under = "^-+ JavaScript stack trace -+$", Places = [Here(@"(?<file>/[^\s:]+):\d+:\d+$")] },
                    new(@"^\s+error: ['""](?!\d+ subtests? failed|test failed)")
                    {
                        Under = @"^\s*not ok \d+(?!.*# (?:TODO|SKIP))",
                        Context = 2,
                    },
                    new(@"^\s*not ok \d+(?!.*# (?:TODO|SKIP))") { Then = @"^\s+error: \|-", Beside = true },
                    new(@"^\s+(?!'test did not finish before its parent|'\d+ subtests? failed')\S")
                    {
                        Under = @"^\s*✖ (?!failing tests)",
                        Context = 12,
                    },
                    Nothing(@"^(?:ℹ|#) tests \d"),
                ],
            },
            new("mocha")
            {
                Failures = @"^\s+\d+\) (?<test>\S.*?):?$|^\[""fail"",\{.*?""fullTitle"":""(?<test>[^""]+)""",
                Sign = @"^\s+\d+ (?:passing|failing)\b|^ Exception during run: |^Error: No test files found|<testsuite name=""Mocha",
                Command = @"\bmocha\b",
                Select = new(@"\bmocha\b", "{0}") { All = "-g {0}", IsPattern = true },
                Heads = @"^\s+\d+\) |^ok \d|^not ok \d",
                Counts =
                [
                    new(" passing", @"^\s+(?<passed>\d+) passing(?: \(.*\))?$", None),
                    new(" failing", @"^\s+(?<failed>\d+) failing$"),
                    new(" pending", @"^\s+(?<skipped>\d+) pending$"),
                    new("\"passes\": ", @"^    ""passes"": (?<passed>\d+),$", None, @"^    ""tests"": \d+,$"),
                    new("\"pending\": ", @"^    ""pending"": (?<skipped>\d+),$", null, @"^    ""passes"": \d+,$"),
                    new("\"failures\": ", @"^    ""failures"": (?<failed>\d+),$", null, @"^    ""pending"": \d+,$"),
                    new(
                        "[\"end\",{",
                        @"^\[""end"",\{.*""passes"":(?<passed>\d+),""pending"":(?<skipped>\d+),""failures"":(?<failed>\d+),",
                        None
                    ),
                    new("No test files found", "^Error: No test files found", None),
                ],
                Places = ScriptPlaces,
                Lines =
                [
                    new(@"^Error: No test files found: ""[^""*?{]+""") { Kind = Configuration, Places = [] },
                    Nothing("^Error: No test files found"),
                    new(@"Unable to read/parse |^Error: (?:Unknown argument|Invalid|unsupported|--\S+)")
                    {
                        Kind = Configuration,
                        Places = [],
                    },
                    new(@"^(?:\w*SyntaxError): ")
                    {
                        After = "^ Exception during run: ",
                        Kind = BuildFailed,
                        Places = [Above($@"(?:run: |^)(?:file://)?{ScriptFile}:(?<line>\d+)$", 10)],
                    },
                    new(@"^(?: Exception during run: )?Error: `\.\w+` forbidden by --forbid"),
                    new(@"^ Exception during run: (?!\S+:\d+$)(?:.*Cannot find (?:module|package) '(?<module>[^']+)')?")
                    {
                        Kind = BuildFailed,
                        Places =
                        [
                            Below($@"(?:\(|\bat )(?:file://)?{ScriptFile}:(?<line>\d+)", 40),
                            Below($@"imported from {ScriptFile}", 3),
                            Here(@"SyntaxError\[ @(?:file://)?(?<file>\S+) \]"),
                        ],
                    },
                    new(@"^\s+Error: Timeout of \d+ms exceeded") { Places = [Here($@"\((?<file>/[^)]+)\)")] },
                    new(@"^\s+(?:Uncaught )?[\w$]*(?:Error|Exception)\b")
                    {
                        Under = @"^\s+\d+\) ",
                        After = @"^\s+\d+ failing",
                        Beside = true,
                        Context = 12,
                    },
                    new(@"^<testcase .*<(?:failure|error)\b")
                    {
                        Places = [Below($@"\({ScriptFile}:(?<line>\d+):\d+\)", 40), Here(@"file=""(?<file>[^""]+)""")],
                    },
                    new(@"^\[""fail"",\{") { Places = [Here(@"""file"":""(?<file>[^""]+)""")] },
                    new(@"^        ""message"": ")
                    {
                        After = @"^  ""stats"": \{",
                        Places = [Above(@"^      ""file"": ""(?<file>[^""]+)""", 20)],
                    },
                    Nothing(@"^\s+0 passing"),
                ],
            },
            new("JavaScript")
            {
                Places = ScriptPlaces,
                Lines =
                [
                    new("^FATAL ERROR: .*heap out of memory")
                    {
                        Kind = OfMachine,
                        Cause = EnvironmentCause.OutOfMemory,
                        Places = [],
                    },
                    new(@"^\w*SyntaxError: ")
                    {
                        After = $@"^(?:file://)?{ScriptFile}:\d+$",
                        Kind = BuildFailed,
                        Places = SyntaxPlaces,
                    },
                    new(@"^\w*SyntaxError\[ @\S+ \]: ") { Kind = BuildFailed, Places = [Here(@"\[ @(?:file://)?(?<file>\S+) \]")] },
                    new(@"^(?:Uncaught )?Error(?: \[\w+\])?: Cannot find (?:module|package) '(?<module>[^']+)'") { Kind = BuildFailed },
                    new(@"^(?:Uncaught )?[\w$]*Error(?: \[\w+\])?: ") { After = $@"^(?:file://|node:)?\S+:\d+$" },
                ],
            },
        ];
}
