using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>Tests of gates that name the files that they cover.</summary>
public sealed class CoveredGateTests
{
    /// <summary>The gate fails on both works together only, so each passes alone.</summary>
    [Theory]
    [InlineData("web/new", MergeOutcome.Made)]
    [InlineData("api/new", MergeOutcome.Refused)]
    [InlineData("web/schema/new", MergeOutcome.Refused)]
    public async Task Merge_OfAFile_RunsTheGatesThatCoverIt(string file, MergeOutcome expected)
    {
        using var repository = await TemporaryRepository.CreateAsync();
        using var run = await BeginAsync(
            repository,
            new Gate($"test ! -f {file} || test ! -f other") { Covers = DistinctTextList.Of(["api/**"]) }
        );
        var (work, other) = (await run.WorkAsync("a", file, "1\n"), await run.WorkAsync("b", "other", "1\n"));
        Assert.Equal(MergeOutcome.Merged, (await run.MergeAsync("b", other.Commit)).Outcome);

        var merged = await run.GateBatchAsync(await run.BuildBatchAsync(work), tries: 1, work);

        Assert.Equal(expected, merged.Outcome);
    }

    [Fact]
    public async Task Merge_AGateThatIsNeeded_RunsWithTheOneThatNeedsIt()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("ignored", (".gitignore", "out/\n"));
        var build = new Gate("mkdir -p out && touch out/built") { Covers = DistinctTextList.Of(["api/**"]) };
        var test = new Gate("test -f out/built") { Needs = DistinctTextList.Of([build.Command]), Covers = DistinctTextList.Of(["web/**"]) };
        using var run = await BeginAsync(repository, build, test);
        var work = await run.WorkAsync("a", "web/page.js", "1\n");

        var merged = await run.GateBatchAsync(await run.BuildBatchAsync(work), tries: 1, work);

        Assert.Equal(MergeOutcome.Made, merged.Outcome);
    }

    /// <summary>Otherwise an agent that did nothing would be done, since no gate covers what it changed.</summary>
    [Fact]
    public async Task Verify_WithoutAChange_RunsEveryGate()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        using var run = await RunFixture.BeginAsync(
            repository,
            RunFixture.Start(),
            new PlanTask
            {
                Id = "a",
                Description = "a",
                FilesWrite = ["api/**"],
                Verification = [new Gate("test -f api/new") { Covers = DistinctTextList.Of(["api/**"]) }],
            }
        );
        var prepared = await run.PrepareAsync("a");

        var work = await run.VerifyAsync("a", prepared);

        Assert.NotEmpty(work.Problems);
    }

    [Theory]
    [InlineData("web/page.js", false)]
    [InlineData("api/new", true)]
    public async Task Verify_WorkOfAnAgentThatFailed_NeedsAGateThatRan(string file, bool isAccepted)
    {
        using var repository = await TemporaryRepository.CreateAsync();
        using var run = await BeginAsync(repository, new Gate("true") { Covers = DistinctTextList.Of(["api/**"]) });
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, file, "1\n");

        var work = await run.VerifyAsync("a", prepared, endedWith: "It ended with exit code 1.", claimedDone: true);

        Assert.Equal(isAccepted, work.Problems.Count == 0);
    }

    [Fact]
    public async Task Land_WorkThatAGateDoesNotCover_RunsItAllTheSame()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        using var run = await BeginAsync(
            repository,
            new Gate("test ! -f web/broken || test ! -f other") { Covers = DistinctTextList.Of(["api/**"]) }
        );
        var (work, other) = (await run.WorkAsync("a", "web/broken", "1\n"), await run.WorkAsync("b", "other", "1\n"));
        Assert.Equal(MergeOutcome.Merged, (await run.MergeAsync("a", work.Commit)).Outcome);
        Assert.Equal(MergeOutcome.Merged, (await run.MergeAsync("b", other.Commit)).Outcome);

        var landed = await run.LandOnlyAsync();

        Assert.False(landed.Landed);
        Assert.Contains("these gates fail", landed.Message);
    }

    private static Task<RunFixture> BeginAsync(TemporaryRepository repository, params Gate[] gates)
    {
        var start = RunFixture
            .Start(gates)
            .With(settings => settings with { Train = settings.Train with { Barriers = ["web/schema/**"] } });
        return RunFixture.BeginAsync(
            repository,
            start,
            new PlanTask
            {
                Id = "a",
                Description = "a",
                FilesWrite = ["web/**", "api/**"],
            },
            new PlanTask
            {
                Id = "b",
                Description = "b",
                FilesWrite = ["other"],
            }
        );
    }
}
