using Orchestrator.Plans;
using Orchestrator.Runs.Merging.Picking;
using Xunit;

namespace Orchestrator.Runs.Tests;

public sealed class RankedIdenticalTaskResultListTests
{
    private static readonly GateSummary Proven = new()
    {
        Proof = GateAssuranceLevel.Verified,
        Total = 2,
        Passed = 2,
    };
    private static readonly RankedTaskResult Usual = new("usual", true, Proven, 0, 0, 10, "tree");

    [Fact]
    public void Of_Results_RanksByEvidenceBeforeSize()
    {
        RankedTaskResult[] results =
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
                Gates = Proven with { Proof = GateAssuranceLevel.LintOnly },
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
                Anomalies = 1,
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

        var ranking = RankedIdenticalTaskResultList.Of(results);

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
        var ranking = RankedIdenticalTaskResultList.Of([Usual with { Task = "first" }, Usual with { Task = "second", Tree = tree }]);

        Assert.Equal("first", ranking.Results[0].Task);
        Assert.Equal(reason, ranking.Reason);
    }

    [Fact]
    public void Tied_Results_AreThoseWithOtherFilesThatAreAlikeInEvidenceAndAboutAsLarge()
    {
        var ranking = RankedIdenticalTaskResultList.Of([
            Usual with
            {
                Task = "large",
                Lines = 12,
                Tree = "1",
            },
            Usual with
            {
                Task = "a-tenth-larger",
                Lines = 11,
                Tree = "2",
            },
            Usual with
            {
                Task = "strange",
                Anomalies = 1,
                Tree = "3",
            },
            Usual with
            {
                Task = "failed",
                IsVerified = false,
                Tree = "4",
            },
            Usual with
            {
                Task = "the-same",
            },
            Usual,
        ]);

        Assert.Equal(["the-same", "a-tenth-larger"], ranking.Tied.Select(result => result.Task));
        Assert.Empty(RankedIdenticalTaskResultList.Of([Usual, Usual with { Task = "the-same" }]).Tied);
        Assert.Empty(
            RankedIdenticalTaskResultList.Of([Usual with { IsVerified = false }, Usual with { IsVerified = false, Tree = "1" }]).Tied
        );
    }

    [Fact]
    public void With_WhatTheReviewerPrefers_PutsThatFirstOnlyWhereEvidenceDoesNotDecide()
    {
        var (one, other, large) = (
            Usual with
            {
                Commit = "1",
            },
            Usual with
            {
                Task = "other",
                Tree = "2",
                Commit = "2",
            },
            Usual with
            {
                Task = "large",
                Lines = 30,
                Tree = "3",
                Commit = "3",
            }
        );
        var ranking = RankedIdenticalTaskResultList.Of([one, other, large]);

        var decided = ranking.With([new TiedTaskResultDecision("2", "other", ["usual"], "It is clearer.", "claude (opus)")]);
        var not = ranking.With([new TiedTaskResultDecision("3", "large", ["usual"], "It is larger.", "claude (opus)")]);

        Assert.Equal(["other", "usual", "large"], decided.Results.Select(result => result.Task));
        Assert.Equal("the reviewer, claude (opus), prefers it to usual: It is clearer", decided.Reason);
        Assert.Equal("usual", not.Results[0].Task);
        Assert.DoesNotContain("prefers", not.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"result":"a","why":"It is clearer."}""", null)]
    [InlineData("""I looked. {"result":" b ","why":"Shorter."} That is all.""", null)]
    [InlineData("""{"result":"c","why":"No such one."}""", "'result' must be one of a, b.")]
    [InlineData("""{"result":["a"],"why":1}""", "'result' must be one of a, b.")]
    [InlineData("""{"result":"a","why":" "}""", "'why' must give a reason.")]
    [InlineData("""{"result":"a",""", "The answer contains no complete JSON object that fits the schema.")]
    [InlineData("[]", "The answer contains no complete JSON object that fits the schema.")]
    [InlineData(null, "The answer contains no complete JSON object that fits the schema.")]
    public void Read_AnswerOfTheReviewer_IsTakenOrSaysWhatIsWrong(string? text, string? problem)
    {
        var (answer, problems) = ResultPickAnswer.Read(
            text,
            new TiedTaskResultGroup("Do it", [new TiedTaskResult("a", "1"), new TiedTaskResult("b", "2")])
        );

        Assert.Equal(problem is null ? [] : [problem], problems.Take(1));
        Assert.Equal(problem is null, answer is not null);
    }
}
