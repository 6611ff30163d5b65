using Orchestrator.Messages;
using Orchestrator.Plans;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>Tests of gates that name the files that they cover.</summary>
public sealed class CoveredGateTests
{
    private static readonly Gate Api = new("test ! -f api/broken && test ! -f web/schema/broken") { Covers = TextList.Of(["api/**"]) };

    [Theory]
    [InlineData("web/broken", MergeOutcome.Made)]
    [InlineData("api/broken", MergeOutcome.Refused)]
    [InlineData("web/schema/broken", MergeOutcome.Refused)]
    public async Task Merge_OfAFile_RunsTheGatesThatCoverIt(string file, MergeOutcome expected)
    {
        using var run = await BeginAsync(Api);
        var work = await run.WorkAsync("a", file, "1\n");

        var merged = await run.GateBatchAsync(await run.BuildBatchAsync(work), tries: 1, work);

        Assert.Equal(expected, merged.Outcome);
    }

    [Fact]
    public async Task Merge_AGateThatIsNeeded_RunsWithTheOneThatNeedsIt()
    {
        var build = new Gate("mkdir -p out && touch out/built") { Covers = TextList.Of(["api/**"]) };
        using var run = await BeginAsync(
            build,
            new Gate("test -f out/built", GateType.Test) { Needs = TextList.Of([build.Command]), Covers = TextList.Of(["web/**"]) }
        );
        var work = await run.WorkAsync("a", "web/page.js", "1\n");

        var merged = await run.GateBatchAsync(await run.BuildBatchAsync(work), tries: 1, work);

        Assert.Equal(MergeOutcome.Made, merged.Outcome);
    }

    [Fact]
    public async Task Land_WorkThatAGateDoesNotCover_RunsItAllTheSame()
    {
        using var run = await BeginAsync(new Gate("test ! -f web/broken") { Covers = TextList.Of(["api/**"]) });
        var work = await run.WorkAsync("a", "web/broken", "1\n");
        Assert.Equal(MergeOutcome.Merged, (await run.MergeAsync("a", work.Commit)).Outcome);

        var landed = await run.LandOnlyAsync();

        Assert.False(landed.Landed);
        Assert.Contains("these gates fail", landed.Message);
    }

    private static Task<RunFixture> BeginAsync(params Gate[] gates)
    {
        var start = RunFixture
            .Start(gates)
            .With(settings => settings with { Train = settings.Train with { Barriers = ["web/schema/**"] } });
        return RunFixture.BeginAsync(
            start,
            new PlanTask
            {
                Id = "a",
                Description = "a",
                FilesWrite = ["**"],
            }
        );
    }
}
