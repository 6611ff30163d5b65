using Orchestrator.NightBench.Facts;
using Orchestrator.NightBench.Figures;
using Orchestrator.NightBench.Nights;

namespace Orchestrator.NightBench.Tests;

/// <summary>Figures of a night from facts that are written down here.</summary>
public sealed class NightFiguresTests
{
    private static readonly DateTimeOffset Begin = new(2026, 11, 27, 1, 0, 0, TimeSpan.Zero);
    private static readonly NightTask First = new("t01", 1, [], AgentKind.Honest, Seconds: 10, Cost: 0.05m);
    private static readonly NightTask Second = new("t02", 2, ["t01"], AgentKind.Lazy, Seconds: 8, Cost: 0.04m) { Registers = true };
    private static readonly string[] Everything = ["base:gate", "t01:module", "t01:claim", "t02:module", "t02:claim", "t02:line"];

    private static NightFacts Clean { get; } =
        new(new DrawnNight(1, "node", [First, Second], new NightMoments([], [], 0, [], []), NightPace.Published))
        {
            Starts = [Start("t01", 0, 10, "good", 0.05m), Start("t02", 10, 14, "nothing", 0.04m), Start("t02", 15, 23, "good", 0.04m)],
            Gates = [new("t01", true, false), new("t02", false, false), new("t02", true, false), new("", true, false)],
            Target = [Commit("a", isGreen: true, "base:gate"), Commit("b", isGreen: true, Everything)],
            UserPieces = new HashSet<string> { "base:gate" },
            WallClock = TimeSpan.FromSeconds(33),
            PeakMemory = 120_000_000,
            Statements = new(Completed: true, Landed: ["t02", "t01"], Starts: 3, Cost: 0.13m),
        };

    [Fact]
    public void Figures_OfACleanNight_AreThoseOfItsFacts()
    {
        var figures = NightFigures.Of(Clean);

        Assert.Equal((2, 2, 0), (figures.Landable, figures.Landed, figures.RedCommits));
        Assert.Empty(figures.LostHunks);
        Assert.Empty(figures.RepeatedStarts);
        Assert.Equal((3, 1.5, 0), (figures.Starts, figures.StartsPerLanded, figures.BlockedStarts));
        Assert.Equal((0.13m, 1m, 0), (figures.Money, figures.Budget, figures.PersonMinutes));
        // 10 s, then 4 s of the start that does nothing and 8 s of work.
        Assert.Equal((33.0, 22.0, 1.5), (figures.WallSeconds, figures.FloorSeconds, figures.Ratio));
        Assert.Equal((4, 2.0, 120.0, 0L), (figures.GateRuns, figures.GateRunsPerLanded, figures.PeakMegabytes, figures.BytesOut));
        Assert.Empty(figures.Contradicted);
    }

    [Fact]
    public void RedCommits_CommitInTheMiddle_IsCounted()
    {
        var facts = Clean with { Target = [Commit("a", isGreen: false, "base:gate"), .. Clean.Target] };

        Assert.Equal(1, NightFigures.Of(facts).RedCommits);
    }

    [Fact]
    public void LostHunks_PieceThatTheTargetHad_IsNamed()
    {
        var facts = Clean with { Target = [.. Clean.Target, Commit("c", isGreen: true, [.. Everything.Except(["t01:claim"])])] };

        var figures = NightFigures.Of(facts);

        Assert.Equal(["t01:claim"], figures.LostHunks);
        Assert.Equal(1, figures.Landed);
    }

    [Fact]
    public void LostHunks_TaskThatLandedInPart_NamesTheRest()
    {
        var facts = Clean with { Target = [Commit("b", isGreen: true, [.. Everything.Except(["t02:line"])])] };

        Assert.Equal(["t02:line"], NightFigures.Of(facts).LostHunks);
    }

    [Fact]
    public void LostHunks_CommitOfTheUser_IsNamed()
    {
        var facts = Clean with
        {
            UserPieces = new HashSet<string> { "base:gate", "user-1:line" },
        };

        Assert.Equal(["user-1:line"], NightFigures.Of(facts).LostHunks);
    }

    [Fact]
    public void LostHunks_TaskThatNeverLanded_LosesNothing()
    {
        var facts = Clean with { Target = [Commit("b", isGreen: true, "base:gate", "t01:module", "t01:claim")] };

        var figures = NightFigures.Of(facts);

        Assert.Empty(figures.LostHunks);
        Assert.Equal(1, figures.Landed);
    }

    [Fact]
    public void RepeatedStarts_StartAfterFinishedWork_IsCounted()
    {
        var facts = Clean with { Starts = [.. Clean.Starts, Start("t01", 30, 40, "good", 0.05m)] };

        Assert.Equal(["t01"], NightFigures.Of(facts).RepeatedStarts);
    }

    [Fact]
    public void RepeatedStarts_SharedFileHasChanged_IsARealConflict()
    {
        var again = Start("t02", 30, 40, "good", 0.04m) with { Registry = "another" };

        Assert.Empty(NightFigures.Of(Clean with { Starts = [.. Clean.Starts, again] }).RepeatedStarts);
        Assert.Equal(["t02"], NightFigures.Of(Clean with { Starts = [.. Clean.Starts, again, again] }).RepeatedStarts);
    }

    [Fact]
    public void RepeatedStarts_ClaimOfAnotherTask_ExplainsOneStart()
    {
        var culprit = First with { Claims = [2, 1, 5] };
        var again = Start("t01", 30, 40, "good", 0.05m);
        var night = Clean.Night with { Tasks = [culprit, Second] };

        Assert.Empty(NightFigures.Of(Clean with { Night = night, Starts = [.. Clean.Starts, again] }).RepeatedStarts);
        Assert.Equal(["t01"], NightFigures.Of(Clean with { Night = night, Starts = [.. Clean.Starts, again, again] }).RepeatedStarts);
    }

    [Theory]
    [InlineData("refused")]
    [InlineData("disk")]
    [InlineData(null)]
    public void RepeatedStarts_UnfinishedStartAfterClash_NextStartIsNotCounted(string? outcome)
    {
        var night = Clean.Night with { Tasks = [First with { Claims = [2, 1, 5] }, Second] };
        var vain = Start("t01", 30, 31, outcome, 0);
        var again = Start("t01", 40, 50, "good", 0.05m);

        Assert.Empty(NightFigures.Of(Clean with { Night = night, Starts = [.. Clean.Starts, vain, again] }).RepeatedStarts);
        Assert.Equal(["t01"], NightFigures.Of(Clean with { Night = night, Starts = [.. Clean.Starts, vain, again, again] }).RepeatedStarts);
    }

    [Fact]
    public void BlockedStarts_StartsAfterTheFirstRefusal_AreCountedUntilTheEnd()
    {
        var facts = Clean with
        {
            Limit = (Begin.AddSeconds(3), Begin.AddSeconds(23)),
            Starts =
            [
                Start("t01", 4, 5, "refused", 0),
                Start("t02", 4.5, 6, "refused", 0),
                Start("t02", 6.9, 7.5, "refused", 0),
                Start("t01", 7.1, 8, "refused", 0),
                Start("t01", 24, 34, "good", 0.05m),
            ],
        };

        var figures = NightFigures.Of(facts);

        Assert.Equal(1, figures.BlockedStarts);
        Assert.Equal(42, figures.FloorSeconds);
    }

    [Fact]
    public void BlockedStarts_LoopThatStartsAgainAtOnce_IsForgivenNoMoreThanTheOtherSlots()
    {
        var hammering = Enumerable.Range(1, 20).Select(start => Start("t02", 5 + (start * 0.05), 5.1 + (start * 0.05), "refused", 0));
        var facts = Clean with
        {
            Limit = (Begin.AddSeconds(3), Begin.AddSeconds(23)),
            Starts = [Start("t01", 4, 5, "refused", 0), .. hammering],
        };

        Assert.Equal(20 - (NightRates.Workers - 1), NightFigures.Of(facts).BlockedStarts);
    }

    [Fact]
    public void Contradicted_EachFalseStatement_IsASentence()
    {
        var facts = Clean with { Statements = new(Completed: false, Landed: ["t01"], Starts: 2, Cost: 0.50m) };

        Assert.Equal(
            [
                "The tool says not completed; 2 of 2 landed.",
                "The tool says other tasks landed than git: t02.",
                "The tool says 2 agent starts; agents recorded 3.",
                "The tool says 0.50 USD; agents reported 0.13 USD.",
            ],
            NightFigures.Of(facts).Contradicted
        );
    }

    [Fact]
    public void Contradicted_StartsByTask_NamesTheTasksThatDiffer()
    {
        var facts = Clean with
        {
            Statements = new(null, null, Starts: 4, null)
            {
                StartsOf = new Dictionary<string, int> { ["t02"] = 3, ["t01"] = 1 },
            },
        };

        Assert.Equal(["The tool says 4 agent starts; agents recorded 3 (t02 3 and 2)."], NightFigures.Of(facts).Contradicted);
    }

    private static AgentRunParameters Start(string task, double from, double until, string? outcome, decimal cost) =>
        new($"{task}-{from}", task, Begin.AddSeconds(from), "registered:\n", Begin.AddSeconds(until), outcome, cost);

    private static TargetCommit Commit(string name, bool isGreen, params IReadOnlyList<string> pieces) =>
        new(name, isGreen, pieces.ToHashSet());
}
