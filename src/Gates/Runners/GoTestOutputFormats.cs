using static Orchestrator.Gates.Runners.SharedOutputFormatPatterns;
using static Orchestrator.Gates.Runners.SourceLocationSearchRule;

namespace Orchestrator.Gates.Runners;

/// <summary>Output formats of the <c>go</c> command.</summary>
internal static class GoTestOutputFormats
{
    private const string GoFile = @"(?:\./)?(?<file>[\w./+-]+\.go):(?<line>\d+):";

    public static GateProgramOutputFormat[] Go =>
        [
            new("go")
            {
                Sign = @"^(?:ok  |FAIL|\?   )\t|^=== RUN   |^\s*--- (?:PASS|FAIL|SKIP): |^go: |\.go:\d+:\d+: |^goroutine \d+ \[",
                Command = @"\bgo (?:test|build|vet|generate|run)\b|\b(?:golangci-lint|staticcheck)\b",
                Select = new(@"\bgo test\b", "^{0}$")
                {
                    All = "-run {0}",
                    IsPattern = true,
                    IsFirst = true,
                },
                Heads = @"^=== |^\s*--- |^# |^(?:FAIL|ok  |PASS)\b",
                FailedTest = @"^\s*--- FAIL: (?<test>\S+)",
                Counts =
                [
                    new("=== RUN", @"^=== RUN   \S", None),
                    new("--- PASS: ", @"^\s*--- PASS: (?<test>\S+) \(", Passed(), null, TestResultLineCountingMode.Leaves),
                    new("--- FAIL: ", @"^\s*--- FAIL: (?<test>\S+) \(", Failed(), null, TestResultLineCountingMode.Leaves),
                    new("--- SKIP: ", @"^\s*--- SKIP: (?<test>\S+) \(", Skipped(), null, TestResultLineCountingMode.Leaves),
                    new("ok  \t", @"^ok  \t(?!.*\[no tests to run\])", Failed(0)),
                ],
                Places = [Here($@"^(?:vet: |\s+)?{GoFile}")],
                Lines =
                [
                    new(@"^(?<file>go\.(?:mod|work|sum)):(?<line>\d+)")
                    {
                        Kind = Configuration,
                        Places = [Here(@"^(?<file>[^:]+):(?<line>\d+)")],
                    },
                    new(
                        @"^flag provided but not defined: |^go: unknown |^go \w+: unknown|^no Go files in |^go: "
                            + @"(?:go\.mod file not found|cannot find main module|no modules|updates to go\.mod"
                            + @"|inconsistent)|^pattern \S+: |build constraints exclude all Go files"
                    )
                    {
                        Kind = Configuration,
                        Places = [],
                    },
                    new(@"^go: .*(?:requires go >= |toolchain not available)")
                    {
                        Kind = OfMachine,
                        Cause = EnvironmentCause.WrongVersion,
                        Places = [],
                    },
                    new(@"^build cache is (?:required|disabled)|^failed to initialize build cache|^go: (?:could not create|failed to)")
                    {
                        Kind = OfMachine,
                        Places = [],
                    },
                    new($@"^{GoFile}.*\bmodule lookup disabled by GOPROXY=off")
                    {
                        Kind = OfMachine,
                        Cause = EnvironmentCause.MissingPackage,
                    },
                    new($@"^(?:{GoFile}|go: ).*\bGet ""https?://") { Kind = OfMachine, Cause = EnvironmentCause.NoNetwork },
                    new($@"^{GoFile}.*\bmissing go\.sum entry") { Kind = Configuration },
                    new($@"^{GoFile}\d+: (?:no required module provides package (?<module>[^\s;]+)|.*\bpackage (?<module>\S+) is not in )")
                    {
                        Kind = BuildFailed,
                    },
                    new(@"^stat \S+: directory not found|^\S+: (?:directory|package) \S+ (?:is not in|outside)")
                    {
                        Kind = Configuration,
                        Places = [],
                    },
                    new(@"^\s*(?:imports \S+: )?import cycle not allowed") { Kind = BuildFailed, Places = [] },
                    new($"^(?:vet: ){GoFile}") { Kind = BuildFailed },
                    new($"^{GoFile}") { If = @"\bgo vet\b|\b(?:golangci-lint|staticcheck)\b", Kind = GateOutcomeKind.Failed },
                    new($"^{GoFile}") { Kind = BuildFailed },
                    new(@"^(?!FAIL|ok|\?|---|#).*\S")
                    {
                        Under = "^# ",
                        Kind = BuildFailed,
                        Places = [],
                    },
                    new(@"^go(?:lang\S*)?: .*|^\S+: go build \S+: ") { Kind = Configuration, Places = [] },
                    new($@"^\s+(?!testing\.go:){GoFile}") { Under = @"^=== (?:RUN|NAME|CONT)\s+(?<test>\S+)|^\s*--- FAIL: (?<test>\S+)" },
                    new("^WARNING: DATA RACE$") { Beside = true, Places = [Below(@"^\s+(?<file>/\S+\.go):(?<line>\d+)", 60)] },
                    new("^panic: |^fatal error: ") { Beside = true, Places = [Below(@"^\s+(?<file>/\S+\.go):(?<line>\d+)", 200)] },
                    new(@"^\s*--- FAIL: ") { Places = [] },
                    Nothing(@"^(?:ok  |\?   )\t.*\[no test"),
                    new(@"^FAIL\t") { Places = [] },
                ],
            },
            new("go, nothing to run")
            {
                CountedBy = ["go"],
                Counts =
                [
                    new("\t[no test", @"^\?   \t.*\[no test files\]", None),
                    new("[no tests to run]", @"^ok  \t.*\[no tests to run\]", None),
                ],
            },
        ];
}
