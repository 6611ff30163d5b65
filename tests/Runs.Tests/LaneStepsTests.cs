using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Settings;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>Tests of the steps that let several batches be verified at the same time.</summary>
public sealed class LaneStepsTests
{
    [Fact]
    public async Task Locate_Scopes_AreThoseOfTheChangedFiles()
    {
        using var run = await BeginAsync();
        var web = await run.WorkAsync("a", "web/page.js", "1\n");
        var shared = await run.WorkAsync("b", "web/schema/types.js", "1\n");
        var outside = await run.WorkAsync("c", "README.md", "1\n");

        var locations = await run.LocateAsync(web, shared, outside);

        Assert.Equal(["web", "", ""], locations.Select(location => string.Join(",", location.Parts)));
    }

    [Fact]
    public async Task Locate_Projects_AreThoseOfTheChangedFilesAndTheirDependents()
    {
        using var run = await BeginAsync(scopes: RepositoryPartSettings.Projects);
        var (web, api) = ("""{"name": "web", "dependencies": {"api": "*"}}""", """{"name": "api"}""");
        foreach (var (task, file, text) in new[] { ("d", "web/package.json", web), ("e", "api/package.json", api) })
        {
            var merged = await run.MergeAsync(task, (await run.WorkAsync(task, file, text)).Commit);
            Assert.True(merged.Merged, merged.Message);
        }
        var page = await run.WorkAsync("a", "web/page.js", "1\n");
        var server = await run.WorkAsync("b", "api/server.js", "1\n");
        var outside = await run.WorkAsync("c", "README.md", "1\n");

        var locations = await run.LocateAsync(page, server, outside);

        Assert.Equal(["web", "api,web", ""], locations.Select(location => string.Join(",", location.Parts)));
    }

    [Fact]
    public async Task Build_OntoAnUndecidedMerge_LeavesStagingWhereItIs()
    {
        using var run = await BeginAsync();
        var first = await run.WorkAsync("a", "web/page.js", "1\n");
        var second = await run.WorkAsync("b", "api/server.js", "1\n");
        var below = Assert.Single(await run.BuildBatchAsync(first));

        var built = Assert.Single(await run.BuildOntoAsync(below.Commit, second));

        Assert.Equal((MergeOutcome.Made, below.Commit), (built.Outcome, built.Onto));
        Assert.Equal(built.Tree, await run.Repository.GitAsync("rev-parse", $"{built.Commit}^{{tree}}"));
        Assert.Equal("1", await run.Repository.GitAsync("show", $"{built.Commit}:web/page.js"));
        Assert.Equal(run.StagingTip, await run.Repository.GitAsync("rev-parse", run.StagingBranch));
    }

    [Fact]
    public async Task Build_BothOrders_HaveTheSameTree()
    {
        using var run = await BeginAsync();
        var first = await run.WorkAsync("a", "web/page.js", "1\n");
        var second = await run.WorkAsync("b", "api/server.js", "1\n");

        var (one, other) = (await run.BuildBatchAsync(first, second), await run.BuildBatchAsync(second, first));

        Assert.Equal(one[^1].Tree, other[^1].Tree);
        Assert.NotEqual(one[^1].Commit, other[^1].Commit);
    }

    [Fact]
    public async Task Land_WithScopes_RunsAllGatesOnStaging()
    {
        using var run = await BeginAsync(new Gate("test ! -f web/page.js || test ! -f api/server.js"));
        var first = await run.WorkAsync("a", "web/page.js", "1\n");
        var second = await run.WorkAsync("b", "api/server.js", "1\n");
        await run.MergeAsync("a", first.Commit);
        var built = await run.BuildBatchAsync(second);
        await run.LandBatchAsync(built);

        var landed = await run.LandOnlyAsync();

        Assert.False(landed.Landed);
        Assert.Contains("these gates fail", landed.Message);
    }

    private static Task<RunFixture> BeginAsync(Gate? gate = null, RepositoryPartSettings? scopes = null)
    {
        var start = RunFixture
            .Start(gate ?? new Gate("true"))
            .With(settings =>
                settings with
                {
                    Train = settings.Train with
                    {
                        Scopes =
                            scopes
                            ?? new RepositoryPartSettings
                            {
                                Files = new Dictionary<string, IReadOnlyList<string>> { ["web"] = ["web/**"], ["api"] = ["api/**"] },
                            },
                        Barriers = ["web/schema/**"],
                    },
                }
            );
        return RunFixture.BeginAsync(
            start,
            new PlanTask
            {
                Id = "a",
                Description = "a",
                FilesWrite = ["web/**"],
            },
            new PlanTask
            {
                Id = "b",
                Description = "b",
                FilesWrite = ["web/**", "api/**"],
            },
            new PlanTask
            {
                Id = "c",
                Description = "c",
                FilesWrite = ["README.md"],
            },
            new PlanTask
            {
                Id = "d",
                Description = "d",
                FilesWrite = ["web/**"],
            },
            new PlanTask
            {
                Id = "e",
                Description = "e",
                FilesWrite = ["api/**"],
            }
        );
    }
}
