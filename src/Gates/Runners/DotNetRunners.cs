using static Orchestrator.Gates.Runners.SharedRunnerRules;
using static Orchestrator.Gates.Runners.SourceLocationRule;

namespace Orchestrator.Gates.Runners;

/// <summary>Runner table rows for dotnet, VSTest and Microsoft.Testing.Platform.</summary>
internal static class DotNetRunners
{
    private static SourceLocationRule[] CompilerPlace => [Here(@"^\s*(?<file>[^\s(][^(]*)\((?<line>\d+)(?:,\d+)*\): ")];

    public static Runner[] DotNet =>
        [
            new("dotnet")
            {
                Failures = @"^\s+Failed (?<test>\S.*?) \[[^\]]*\]$|(?<test>\S+) \[FAIL\]$",
                Sign =
                    @"^(?:Passed|Failed|Skipped)!\s+- Failed:|^\s*Test [Ss]ummary: |^Test run for "
                    + @"|^Build FAILED|^\s*Build (?:failed|succeeded)|: error (?:[A-Z]{2,8}\d+|TESTERROR): "
                    + @"|^MSBUILD : error |^Test Run (?:Failed|Successful)",
                Command = @"\b(?:dotnet|msbuild)\b",
                Select = new(@"\bdotnet test\b", "FullyQualifiedName~{0}") { All = "--filter {0}" },
                Heads = @"^\s+(?:Failed|Passed|Skipped) \S|^failed |^\s*Error Message:|^\s*Stack Trace:",
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
                    new(@"^\s*\S.*\(\d+\): error TESTERROR:") { Kind = GateKind.Failed, Context = 4 },
                    new(@": error [A-Z]{2,8}\d+: ") { Kind = BuildFailed, Places = [] },
                    new(@"^\s+\S")
                    {
                        Under = @"^\s*Error Message:",
                        Context = 3,
                        Places = [Below(@" in (?<file>/[^:]+|[A-Z]:[^:]+):line (?<line>\d+)", 60)],
                    },
                    new(@"^\s+\S")
                    {
                        Under = @"^failed \S",
                        Context = 3,
                        Places = [Below(@" in (?<file>/[^:]+|[A-Z]:[^:]+):(?:line )?(?<line>\d+)", 60)],
                    },
                    Nothing("^No test is available in |^No test matches the given testcase filter|^Zero tests ran"),
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
