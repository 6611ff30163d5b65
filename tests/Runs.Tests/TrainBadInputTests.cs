using System.Globalization;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>Batches of what no plan asks for: each ends well, or with words that name it.</summary>
public sealed class TrainBadInputTests
{
    /// <summary>A suite that can't run twice in one folder passes for each of two tasks alone, and so for both together.</summary>
    [Fact]
    public async Task Gate_TwoTasksWithOneSuiteThatLeavesFiles_EachBeginsInACleanTree()
    {
        const string Suite = "mkdir out && echo used > out/used && test ! -e stray && echo stray > stray";
        using var run = await RunFixture.BeginAsync(
            RunFixture.Start(),
            Task("a", "a.txt") with
            {
                Verification = [new Gate($"{Suite} # a", GateType.Test)],
            },
            Task("b", "b.txt") with
            {
                Verification = [new Gate($"{Suite} # b", GateType.Test)],
            }
        );
        var (a, b) = (await run.WorkAsync("a", "a.txt", "a\n"), await run.WorkAsync("b", "b.txt", "b\n"));
        var built = await run.BuildBatchAsync(a, b);

        var gated = await run.GateBatchAsync(built, 2, a, b);

        Assert.True(gated.Outcome == MergeOutcome.Made, gated.Message);
        Assert.Empty(gated.Flaky);
    }

    /// <summary>A gate that passed when the task was verified and never again; the rejected task learns which gate.</summary>
    [Fact]
    public async Task Gate_PassesOnlyTheFirstTime_IsNamed()
    {
        using var run = await RunFixture.BeginAsync(
            RunFixture.Start(),
            Task("a", "a.txt"),
            Task("b", "b.txt") with
            {
                Verification = [new Gate("test ! -f b.txt || { test ! -e \"$HOME/once\" && touch \"$HOME/once\"; }", GateType.Test)],
            }
        );
        var (a, b) = (await run.WorkAsync("a", "a.txt", "a\n"), await run.WorkAsync("b", "b.txt", "b\n"));
        var built = await run.BuildBatchAsync(a, b);

        var gated = await run.GateBatchAsync(built, 2, a, b);

        Assert.Contains("$HOME/once", gated.Message, StringComparison.Ordinal);
        Assert.Contains("$HOME/once", Assert.Single(gated.Failed), StringComparison.Ordinal);
        Assert.Equal((MergeOutcome.Refused, FailureClass.None), (gated.Outcome, gated.FailureClass));
    }

    /// <summary>A task without changes is where staging is.</summary>
    [Fact]
    public async Task Build_TaskWithoutChanges_IsMergedByWhatIsThere()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Task("a", "a.txt"), Task("b", "b.txt"));
        var (a, nothing) = (await run.WorkAsync("a", "a.txt", "a\n"), ("b", run.StagingTip));

        var built = await run.BuildBatchAsync(nothing, a);

        Assert.True(built[0].Merged);
        Assert.Contains("nothing to merge", built[0].Message, StringComparison.Ordinal);
        Assert.Equal(MergeOutcome.Made, built[1].Outcome);
        Assert.All(await run.LandBatchAsync(built.Take(2)), merge => Assert.True(merge.Merged));
        Assert.Equal("1", await run.Repository.GitAsync("rev-list", "--count", "--merges", run.StagingBranch));
    }

    [Fact]
    public async Task Batch_OneAddsThousandsOfFiles_LandsWithTheOther()
    {
        const int Files = 4_000;
        using var run = await RunFixture.BeginAsync(
            RunFixture.Start(new Gate("test \"$(ls many | wc -l)\" -ge 0")),
            Task("a", "a.txt"),
            Task("many", "many/**")
        );
        var prepared = await run.PrepareAsync("many");
        for (var i = 0; i < Files; i++)
        {
            run.Write(
                prepared,
                string.Create(CultureInfo.InvariantCulture, $"many/{i}.txt"),
                string.Create(CultureInfo.InvariantCulture, $"{i}\n")
            );
        }
        var verified = await run.VerifyAsync("many", prepared);
        Assert.Empty(verified.Problems);
        var (a, many) = (await run.WorkAsync("a", "a.txt", "a\n"), ("many", verified.Commit));
        var built = await run.BuildBatchAsync(a, many);

        Assert.Equal(MergeOutcome.Made, (await run.GateBatchAsync(built, 2, a, many)).Outcome);
        Assert.All(await run.LandBatchAsync(built.Take(2)), merge => Assert.True(merge.Merged));

        var landed = await run.LandAsync();
        Assert.True(landed.Landed, landed.Message);
        Assert.Equal(Files, (await run.Repository.GitAsync("ls-tree", "-r", "--name-only", "main", "many/")).Split('\n').Length);
    }

    private static PlanTask Task(string id, string file) =>
        new()
        {
            Id = id,
            Description = $"task {id}",
            Prompt = $"do {id}",
            FilesWrite = [file],
        };
}
