using Orchestrator.Plans;
using Orchestrator.Runs.Merging.Picking;
using Xunit;

namespace Orchestrator.Runs.Tests;

public sealed class ResultRankingTests
{
    private static readonly GateSummary Proven = new()
    {
        Proof = GateProof.Verified,
        Total = 2,
        Passed = 2,
    };
    private static readonly RankedResult Usual = new("usual", true, Proven, 0, 0, 10, "tree");

    [Fact]
    public void Of_Results_RanksByEvidenceBeforeSize()
    {
        RankedResult[] results =
        [
            Usual with
            {
                Task = "failed",
                IsVerified = false,
                Lines = 1,
                Tree = "1",
            },
            Usual with
            {
                Task = "unproven",
                Gates = new GateSummary(),
                Lines = 1,
                Tree = "2",
            },
            Usual with
            {
                Task = "lint",
                Gates = Proven with { Proof = GateProof.LintOnly },
                Lines = 1,
                Tree = "3",
            },
            Usual with
            {
                Task = "one-failed",
                Gates = Proven with { Passed = 1 },
                Lines = 1,
                Tree = "4",
            },
            Usual with
            {
                Task = "missed",
                Missed = 1,
                Lines = 1,
                Tree = "5",
            },
            Usual with
            {
                Task = "strange",
                Oddities = 1,
                Lines = 1,
                Tree = "6",
            },
            Usual with
            {
                Task = "large",
                Lines = 11,
                Tree = "7",
            },
            Usual,
        ];

        var ranking = ResultRanking.Of(results);

        Assert.Equal(
            ["usual", "large", "strange", "missed", "one-failed", "lint", "unproven", "failed"],
            ranking.Results.Select(result => result.Task)
        );
        Assert.Equal("it changes fewer lines", ranking.Reason);
    }

    [Theory]
    [InlineData("other", "")]
    [InlineData("tree", "")]
    public void Of_ResultsThatAreAlike_KeepsTheOrderAndGivesNoReason(string tree, string reason)
    {
        var ranking = ResultRanking.Of([Usual with { Task = "first" }, Usual with { Task = "second", Tree = tree }]);

        Assert.Equal("first", ranking.Results[0].Task);
        Assert.Equal(reason, ranking.Reason);
    }
}
