using static Orchestrator.Gates.Runners.SharedOutputFormatPatterns;
using static Orchestrator.Gates.Runners.SourceLocationSearchRule;

namespace Orchestrator.Gates.Runners;

/// <summary>Output formats of dotnet, VSTest and Microsoft.Testing.Platform.</summary>
internal static class DotNetTestOutputFormats
{
    private static SourceLocationSearchRule[] CompilerPlace => [Here(@"^\s*(?<file>[^\s(][^(]*)\((?<line>\d+)(?:,\d+)*\): ")];

    private static SourceLocationSearchRule[] StackPlace =>
        [Below(@" in (?<file>(?:[A-Z]:|/)?[^\s:/][^:]*\.\w+):(?:line )?(?<line>\d+)", 60)];

    public static GateProgramOutputFormat[] DotNet =>
        [
            new("dotnet")
            {
                Failures =
                    @"^\s+Failed (?<test>\S.*?) \[[^\]]*\]$|(?<test>\S+) \[FAIL\]$|^failed (?<test>\S.*?) \([^)]*\)$"
                    + @"|^\s+(?<test>\S+) \([^)]*\): Error Message: ",
                Sign =
                    @"^(?:Passed|Failed|Skipped)!\s+- Failed:|^\s*Test [Ss]ummary: |^Test run for "
                    + @"|^Build FAILED|^\s*Build (?:failed|succeeded)|: error (?:[A-Z]{2,8}\d+|TESTERROR): "
                    + @"|^MSBUILD : error |^Test Run (?:Failed|Successful)",
                Command = @"\b(?:dotnet|msbuild)\b",
                Select = new(@"\bdotnet test\b", "FullyQualifiedName~{0}") { All = "--filter {0}" },
                Heads = @"^\s+(?:Failed|Passed|Skipped) \S|^(?:failed|skipped|passed) ",
                Counts =
                [
                    new(
                        "Failed: ",
                        @"^(?:Passed|Failed|Skipped)!\s+- Failed:\s*(?<failed>\d+), Passed:\s*"
                            + @"(?<passed>\d+), Skipped:\s*(?<skipped>\d+), Total:"
                    ),
                    new("Total tests: ", @"^Total tests: (?<all>\d+)$"),
                    new("Failed: ", @"^\s{4,}Failed: (?<failed>\d+)$", null, @"^Total tests: |^\s{4,}(?:Passed|Skipped): "),
                    new("Skipped: ", @"^\s{4,}Skipped: (?<skipped>\d+)$", null, @"^Total tests: |^\s{4,}(?:Passed|Failed): "),
                    new("No test ", "^(?:No test is available in |No test matches the given testcase filter)", None),
                ],
                Places = CompilerPlace,
                Lines =
                [
                    new(@": error NU1301: ")
                    {
                        Kind = OfMachine,
                        Cause = EnvironmentCause.NoNetwork,
                        Places = [],
                    },
                    new(@": error NU110[123]: ") { Kind = Configuration, Places = [] },
                    new(
                        @": error NETSDK1045: |^A compatible \.NET SDK was not found"
                            + @"|^The command could not be loaded, possibly because|^You must install or update \.NET"
                    )
                    {
                        Kind = OfMachine,
                        Cause = EnvironmentCause.WrongVersion,
                        Places = [],
                    },
                    new(@"^MSBUILD : error |: error MSB(?:1|4)\d+: |: error NETSDK\d+: ") { Kind = Configuration, Places = CompilerPlace },
                    new(@"^\s*\S.*\(\d+,\d+(?:,\d+,\d+)?\): error \w+: ") { Kind = BuildFailed },
                    new(@"^\s+\S+ \([^)]*\): Error Message: ")
                    {
                        Under = @": error TESTERROR:\s*$",
                        Context = 3,
                        Places = [Above(@"^\s*(?<file>[^\s(][^(]*)\((?<line>\d+)\): error TESTERROR:", 2)],
                    },
                    new(@"^\s*\S.*\(\d+\): error TESTERROR:") { Kind = GateOutcomeKind.Failed, Context = 4 },
                    new(@": error [A-Z]{2,8}\d+: ") { Kind = BuildFailed, Places = [] },
                    new(@"^\s+(?!Error Message:|Stack Trace:)\S")
                    {
                        Under = @"^\s+Failed \S|^failed \S",
                        Context = 3,
                        Places = StackPlace,
                    },
                    Nothing(@"^No test is available in |^No test matches the given testcase filter|\bZero tests ran\b"),
                    new(@"\[FAIL\]$") { Places = [] },
                    new(@"^The active test run was aborted\. Reason: ") { Places = [] },
                ],
            },
            new("dotnet, summary")
            {
                CountedBy = ["dotnet"],
                Counts =
                [
                    new(
                        "Test summary: ",
                        @"^\s*Test summary: total: \d+, failed: (?<failed>\d+), succeeded: (?<passed>\d+), skipped: (?<skipped>\d+)"
                    ),
                    new("failed: ", @"^\s+failed: (?<failed>\d+)$", None, @"^Test run summary: |^\s+(?:total|error|succeeded): \d+$"),
                    new("succeeded: ", @"^\s+succeeded: (?<passed>\d+)$", null, @"^\s+failed: \d+$"),
                    new("skipped: ", @"^\s+skipped: (?<skipped>\d+)$", null, @"^\s+succeeded: \d+$"),
                ],
            },
        ];
}
