using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Orchestrator.Plans.Tests;

public sealed class GateSummaryTests
{
    [Fact]
    public void Of_NoGate_IsNotVerified()
    {
        var none = GateSummary.Of([], false, hasBehavior: true);

        Assert.Equal(
            (GateAssuranceLevel.NotVerified, "not verified", "not verified: no gate checked it"),
            (none.Proof, GateVerdictFormatter.Count(none), GateVerdictFormatter.Unproven(none))
        );
    }

    [Theory]
    [InlineData(GateType.Lint, true, GateAssuranceLevel.LintOnly)]
    [InlineData(GateType.Lint, false, GateAssuranceLevel.Verified)]
    [InlineData(GateType.Test, true, GateAssuranceLevel.Verified)]
    public void Of_LintersAlone_ShowNothingOfWorkThatHasBehavior(GateType type, bool hasBehavior, GateAssuranceLevel proof) =>
        Assert.Equal(proof, GateSummary.Of([Verdict("a", type)], false, hasBehavior).Proof);

    [Fact]
    public void Of_VerdictsOfAllKinds_CountsThem()
    {
        var failed = Verdict("red") with { Result = GateResult.Failed, Failure = GateFailure.Logic, ExitCode = 1 };

        var summary = GateSummary.Of([Verdict("taken") with { Cached = true }, Verdict("ran"), failed], true, hasBehavior: true);

        Assert.Equal((GateAssuranceLevel.Failed, 3, 2, 1), (summary.Proof, summary.Total, summary.Passed, summary.Cached));
        Assert.Equal(("2/3 (1 from the cache)", ""), (GateVerdictFormatter.Count(summary), GateVerdictFormatter.Unproven(summary)));
    }

    [Fact]
    public void Json_OfASummary_IsSmallAndHasNoWordsForPeople() =>
        Assert.Equal(
            """{"proof":"verified","total":1,"passed":1,"cached":0}""",
            JsonSerializer.Serialize(GateSummary.Of([Verdict("a")], false, hasBehavior: true))
        );

    [Fact]
    public void Json_OfAVerdict_IsReadAsItWasWrittenAndNamesItsFacts()
    {
        var verdict = Verdict("a", GateType.Test) with
        {
            Source = GateDefinitionSourceKind.Contracts,
            Result = GateResult.TimedOut,
            Failure = GateFailure.Timeout,
            Contention = GateContendedResourceKind.Port,
            Duration = TimeSpan.FromSeconds(1.5),
            Tests = new TestCount(2, 1, 3, ["junit.xml"]),
            At = DateTimeOffset.UnixEpoch,
            Kind = GateOutcomeKind.BuildFailed,
            Environment = EnvironmentCause.NoSpace,
            Counts = new TestCounts(2, null, 1),
            Decisive = new FailureExplainingLine(3, "error: no", "src/a.rs", 7),
            Chance = new GateFlakinessStatistics(3, 12),
            BeforeWork = GateBaseCommitComparisonResult.Other,
            Anomalies = [new GateAnomaly(GateAnomalyKind.ChangedFiles) { Files = new AbridgedFileList(["a.txt"], 2) }],
            EvidenceFile = "gate.log",
            Tail = "the end",
        };

        var json = JsonSerializer.Serialize(verdict);

        Assert.Equivalent(verdict, JsonSerializer.Deserialize<GateVerdict>(json), strict: true);
        var named = JsonNode.Parse(json)!;
        Assert.Equal("build-failed", (string?)named["kind"]);
        Assert.Equal("no-space", (string?)named["environment"]);
        Assert.Equal("""{"passed":2,"failed":null,"skipped":1}""", named["counts"]!.ToJsonString());
        Assert.Equal("""{"line":3,"text":"error: no","file":"src/a.rs","fileLine":7}""", named["decisive"]!.ToJsonString());
        Assert.Equal(
            ("a", "contracts", "timedout", "timeout", "port", 1.5, "other", "changedfiles", "gate.log"),
            (
                (string?)named["name"],
                (string?)named["source"],
                (string?)named["result"],
                (string?)named["failure"],
                (string?)named["contention"],
                (double)named["seconds"]!,
                (string?)named["beforeWork"],
                (string?)named["oddities"]![0]!["kind"],
                (string?)named["evidence"]
            )
        );
    }

    private static GateVerdict Verdict(string command, GateType type = GateType.Custom) =>
        new()
        {
            Gate = new Gate(command, type),
            Command = command,
            Result = GateResult.Passed,
        };
}
