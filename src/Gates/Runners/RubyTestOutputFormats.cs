using static Orchestrator.Gates.Runners.SharedOutputFormatPatterns;
using static Orchestrator.Gates.Runners.SourceLocationSearchRule;

namespace Orchestrator.Gates.Runners;

/// <summary>Output formats of rspec, minitest and plain Ruby.</summary>
internal static class RubyTestOutputFormats
{
    private static SourceLocationSearchRule[] RubyPlaces =>
        [Below(@"^\s*(?:# )?(?<file>[^\s:]+\.rb):(?<line>\d+):in", 40), Below(@"^\s*# (?<file>[^\s:]+\.rb):(?<line>\d+)", 40)];

    public static GateProgramOutputFormat[] Ruby =>
        [
            new("rspec")
            {
                Failures = @"^rspec \S+ # (?<test>.+)$",
                Sign = @"^\d+ examples?, |^Failure/Error: |^An error occurred while loading|^No examples found|filtered out$",
                Command = @"\brspec\b",
                Select = new(@"\brspec\b", "-e {0}"),
                Heads = @"^\s+\d+\) |^Finished in |^Failures:$|^Pending:",
                Counts =
                [
                    new(
                        " example",
                        @"^(?<all>\d+) examples?, (?<failed>\d+) failures?(?:, (?<skipped>\d+) pending)?(?:, "
                            + @"(?<other>\d+) errors? occurred outside of examples)?$",
                        new TestTally(Failed: 0, Skipped: 0, Other: 0)
                    ),
                ],
                Places = RubyPlaces,
                Lines =
                [
                    new(@"^\s+\S*:\d+: syntax error|^\s+\S*: .*\(SyntaxError\)|^\s*--> ")
                    {
                        After = "^SyntaxError:",
                        Kind = BuildFailed,
                        Places = [Here(@"(?<file>/?[^\s:]+\.rb):\d+")],
                    },
                    new(@"^\s*cannot load such file -- (?<module>\S+)") { After = "^An error occurred while loading", Kind = BuildFailed },
                    new(@"^\s+\S")
                    {
                        After = "^An error occurred while loading",
                        Under = @"^[\w:]+(?:Error|Exception)?:$",
                        Kind = BuildFailed,
                    },
                    new(@"^\s+(?!\S+:$)\S") { After = "^Failures:$", Under = @"^\s+(?:\d+\.\d+\) )?Failure/Error: " },
                    Nothing("^No examples found|^All examples were filtered out"),
                ],
            },
            new("minitest")
            {
                Failures = @"^(?<test>\w+(?:::\w+)*#\w+)(?::$| \[)",
                Sign = @"^# Running:|^\d+ (?:runs|tests), \d+ assertions, |^Run options: ",
                Heads = @"^\s+\d+\) |^\d+ runs, ",
                Counts =
                [
                    new(
                        " assertions, ",
                        @"^(?<all>\d+) (?:runs|tests), \d+ assertions, (?<failed>\d+) failures, "
                            + @"(?<errors>\d+) errors, (?<skipped>\d+) (?:skips|pendings|omissions)"
                    ),
                ],
                Places = [Above(@"\[(?<file>[^\s:\]]+):(?<line>\d+)\]:$", 3), .. RubyPlaces],
                Lines =
                [
                    new(@"^(?!\S+#\S+.*:$)\S") { Under = @"^\s+\d+\) (?:Failure|Error):" },
                    Nothing(@"^0 (?:runs|tests), 0 assertions"),
                    new("^# Running:")
                    {
                        EvenIfPassed = true,
                        Unless = @"^\d+ (?:runs|tests), ",
                        Places = [],
                    },
                ],
            },
            new("ruby")
            {
                Sign = @"^\S+\.rb:\d+:(?:in | )|\(\w+Error\)$",
                Places = [Here(@"^(?<file>[^\s:]+\.rb):(?<line>\d+):"), .. RubyPlaces],
                Lines =
                [
                    new("^ruby: No such file or directory -- ") { Kind = Configuration, Places = [] },
                    new(@"^\S+:\d+:in .*cannot load such file -- (?<module>\S+) \(LoadError\)") { Kind = BuildFailed },
                    new(@"^\S+\.rb:\d+: .*(?:syntax error|\(SyntaxError\))") { Kind = BuildFailed },
                    new(@"^\S+\.rb:\d+:in .*\(\w+(?:::\w+)*\)$"),
                ],
            },
        ];
}
