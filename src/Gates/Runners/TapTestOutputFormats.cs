using static Orchestrator.Gates.Runners.SharedOutputFormatPatterns;
using static Orchestrator.Gates.Runners.SourceLocationSearchRule;

namespace Orchestrator.Gates.Runners;

/// <summary>Output formats of runners that print TAP, and of runners that belong to no other group.</summary>
internal static class TapTestOutputFormats
{
    private static TestCountRule Point(string pattern, TestTally each) =>
        new("ok ", $@"^(?<indent> *){pattern}(?:.*(?<open>\{{)$)?", each, null, TestResultLineCountingMode.Nested);

    public static GateProgramOutputFormat[] TestAnything =>
        [
            new("TAP")
            {
                Failures = @"^\s*not ok \d+(?: -)? (?<test>(?!.*# (?:TODO|SKIP))\S.*?)(?: # .*)?$",
                Command = @"\bbats\b",
                Sign = @"^\s*(?:not )?ok \d+\b|^1\.\.\d+|^\d+ tests?, \d+ failures?",
                CountedBy = ["node", "mocha"],
                Demands = @"^1\.\.\d+",
                Heads = @"^\s*(?:not )?ok \d+\b",
                Counts =
                [
                    new("1..", @"^1\.\.\d+", None),
                    Point(@"ok \d+\b(?!.*# (?:skip|SKIP|todo|TODO))", Passed()),
                    Point(@"not ok \d+\b(?!.*# (?:skip|SKIP|todo|TODO)| setup_file failed)", Failed()),
                    Point(@"ok \d+\b.*# (?:skip|SKIP)", Skipped()),
                ],
                Places =
                [
                    Below(@"in (?:test )?file (?<file>[^,]+), line (?<line>\d+)", 6),
                    Below(@"^\s+at: ""?(?:file://)?(?<file>[^\s:""]+):(?<line>\d+)", 10),
                    Below($@"(?:\(|\bat ){ScriptFile}:(?<line>\d+):\d+\)?", 20),
                    Above(@"^#\s+at (?<file>\S+) line (?<line>\d+)\.", 30),
                ],
                Lines =
                [
                    new(@"^# (?<file>[^\s:]+): line \d+: syntax error") { Kind = BuildFailed, Places = [Here(@"^# (?<file>[^\s:]+):")] },
                    new(@"^\s*not ok \d+\b(?!.*# (?:skip|SKIP|todo|TODO)|.* \{$)") { Context = 10 },
                    new(@"✗ ") { Beside = true, Context = 8 },
                    new(@"^Error: Test file ""(?<file>[^""]+)"" does not exist")
                    {
                        Kind = Configuration,
                        Places = [Here(@"""(?<file>[^""]+)""")],
                    },
                    new(@"^Bail out!") { Places = [] },
                    Nothing(@"^1\.\.0\b"),
                ],
            },
            new("bats, ExUnit")
            {
                Failures = @"^\s*✗ (?<test>.+?)\s*$|^\s+\d+\) test (?<test>.+?) \(",
                CountedBy = ["minitest", "TAP"],
                Counts =
                [
                    new(
                        " failure",
                        @"^(?:\d+ doctests?, )?(?<all>\d+) tests?, (?<failed>\d+) failures?(?:, (?:"
                            + @"(?<skipped>\d+) skipped|\d+ excluded|\d+ not run))*$",
                        new TestTally(Skipped: 0)
                    ),
                ],
            },
            new("prove")
            {
                Failures = @"^#\s+Failed (?:\(TODO\) )?test (?:'(?<test>[^']+)'|(?<test>\d+))",
                Sign = @"^Files=\d+, Tests=\d+|^Result: (?:PASS|FAIL|NOTESTS)|^Test Summary Report",
                Command = @"\bprove\b",
                CountedBy = ["TAP"],
                Counts =
                [
                    new("Tests=", @"^Files=\d+, Tests=(?<passed>\d+),", Failed(0), "^All tests successful"),
                    new("Failed ", @"^Failed (?<failed>\d+)/\d+ subtests"),
                    new("Tests=0", @"^Files=\d+, Tests=0,", None),
                ],
                Places =
                [
                    Here(@" at (?<file>\S+\.(?:t|pm|pl)) line (?<line>\d+)"),
                    Below(@" at (?<file>\S+\.(?:t|pm|pl)) line (?<line>\d+)", 3),
                ],
                Lines =
                [
                    new("^Cannot detect source of '") { Kind = Configuration, Places = [Here("'(?<file>[^']+)'")] },
                    new(
                        @"^Can't locate \S+ in @INC \(you may need to install the (?<module>[\w:]+) module\)"
                            + @"|^Can't locate (?<module>\S+)\.pm in @INC"
                    )
                    {
                        Kind = BuildFailed,
                    },
                    new(@"^syntax error at ") { Kind = BuildFailed },
                    new(@"^#\s+Failed (?:\(TODO\) )?test\b")
                    {
                        Places = [Below(@"at (?<file>\S+) line (?<line>\d+)", 2), Here(@"at (?<file>\S+) line (?<line>\d+)")],
                    },
                    new(@"^(?!#|\s).+ at \S+\.(?:t|pm|pl) line \d+\."),
                    new(@"\(Wstat: \d+ \(Signal: ") { Places = [Here(@"^(?<file>\S+) ")] },
                    new(@"^No subtests run\s*$") { Places = [Above(@"^(?<file>\S+\.t) \.+", 3)] },
                    new(@"^\s+Parse errors: ") { Places = [Above(@"^(?<file>\S+\.t) ", 3)] },
                    Nothing(@"^\S+ \.+ skipped: |^Files=0, "),
                ],
            },
        ];

    public static GateProgramOutputFormat[] Others =>
        [
            new("Dart")
            {
                Sign = @"^\d\d:\d\d \+\d",
                Counts = [],
                Lines = [new(@"^\s+(?:Expected: |Error: )") { Places = [Below(@"^\s+(?<file>[^\s:]+\.dart) (?<line>\d+):\d+", 20)] }],
            },
            new("mix")
            {
                Sign = @"^\s+\d+\) test ",
                Heads = @"^\s+\d+\) ",
                Lines =
                [
                    new(@"^\s+(?:Assertion with|\*\* \()")
                    {
                        Under = @"^\s+\d+\) test ",
                        Places = [Above(@"^\s+(?<file>\S+\.exs):(?<line>\d+)$", 3)],
                    },
                    new(@"^\*\* \(\w*Error\) ") { Kind = BuildFailed, Places = [Here(@"(?<file>[^\s:]+\.exs?):(?<line>\d+)")] },
                ],
            },
        ];
}
