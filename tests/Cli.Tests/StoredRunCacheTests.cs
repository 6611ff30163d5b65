using Orchestrator.App;
using Orchestrator.Cli.Runs;
using Orchestrator.Messages;
using Orchestrator.Runs;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Records of runs for those who look every second.</summary>
public sealed class StoredRunCacheTests
{
    [Fact]
    public void List_RecordThatWasWrittenSince_IsReadAgainAndTheOthersAreNot()
    {
        using var cli = new CliFixture().WithRepository();
        var repository = LocalRepositoryPaths.Find(cli.Folder)!;
        Write(cli, "one", RunStateNames.Executing);
        Write(cli, "two", RunStateNames.Completed);
        var runs = new StoredRunCache();

        var before = runs.List(repository);
        Write(cli, "one", RunStateNames.Failed);
        var after = runs.List(repository);
        Directory.Delete(Path.Combine(repository.RunsFolder, "two"), recursive: true);
        var left = runs.List(repository);

        Assert.Equal([RunStateNames.Executing, RunStateNames.Completed], before.OrderBy(run => run.Id).Select(run => run.Status.State));
        Assert.Equal([RunStateNames.Failed, RunStateNames.Completed], after.OrderBy(run => run.Id).Select(run => run.Status.State));
        Assert.Same(before.Single(run => run.Id == "two"), after.Single(run => run.Id == "two"));
        Assert.Equal("one", Assert.Single(left).Id);
    }

    private static void Write(CliFixture cli, string run, string state) =>
        cli.Write(
            $".orchestrator/runs/{run}/status.json",
            $$"""{"runId": "{{run}}", "state": "{{state}}", "startedAt": "2026-11-25T03:00:00Z", "tasks": []}"""
        );
}
