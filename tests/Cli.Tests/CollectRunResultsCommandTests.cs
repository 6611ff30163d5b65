using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Results, branches and patches in one place.</summary>
public sealed class CollectRunResultsCommandTests
{
    [Fact]
    public async Task Collect_SpawnedRun_HasBranchesReportAndPatches()
    {
        using var cli = await RunCommandTests.Repository("echo \"$ORCHESTRATOR_TASK\" > made.txt").TrustAsync();
        await cli.RunAsync("spawn", "First one", "Second one", "--yes");
        var run = (string)(await cli.RunAsync("status", "--json")).Json["runId"]!;
        var folder = Path.Combine(cli.Home, "results");

        var text = await cli.RunAsync("collect");
        var json = (await cli.RunAsync("collect", run, run, "--json")).Json;
        var to = await cli.RunAsync("collect", "--to", folder);
        var again = await cli.RunAsync("collect", "--to", folder);
        var file = await cli.RunAsync("collect", "--markdown", Path.Combine(cli.Home, "results.md"));
        var both = await cli.RunAsync("collect", "--json", "--to", folder);

        Assert.Equal(0, text.ExitCode);
        Assert.Contains("| first-one | kept |", text.Output, StringComparison.Ordinal);
        Assert.Contains($"orchestrator/{run}/t/second-one", text.Output, StringComparison.Ordinal);
        Assert.Equal($"orchestrator/{run}/t/first-one", (string?)Assert.Single(json["runs"]!.AsArray())!["tasks"]![0]!["branch"]);
        Assert.True(to.ExitCode == 0, to.People);
        Assert.Contains(
            "+second-one",
            await File.ReadAllTextAsync(Path.Combine(folder, run, "second-one.patch")),
            StringComparison.Ordinal
        );
        Assert.Contains(run, await File.ReadAllTextAsync(Path.Combine(folder, run, "report.md")), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder, run, "status.json")));
        Assert.Equal(2, again.ExitCode);
        Assert.Contains("already exists", again.People, StringComparison.Ordinal);
        Assert.Equal(0, file.ExitCode);
        Assert.StartsWith("# Results\n", await File.ReadAllTextAsync(Path.Combine(cli.Home, "results.md")), StringComparison.Ordinal);
        Assert.Equal(2, both.ExitCode);
    }

    [Fact]
    public async Task Worktrees_OfEveryKind_SayWhoseTheyAreAndWhetherTheyCanGo()
    {
        using var cli = await RunCommandTests.Repository("echo x > made.txt; case $ORCHESTRATOR_TASK in bad-*) exit 7;; esac").TrustAsync();
        cli.WriteUser("max_remediations: 0\n");
        cli.Git("worktree", "add", "-q", "-b", "mine", Path.Combine(cli.Home, "mine"));
        await cli.RunAsync("spawn", "Good one", "Bad one", "--yes");
        var open = (await cli.RunAsync("worktrees", "--json")).Json["worktrees"]!.AsArray();
        await cli.RunAsync("cancel", "--yes");

        var list = await cli.RunAsync("worktrees");
        var ended = (await cli.RunAsync("worktrees", "--json")).Json["worktrees"]!.AsArray();

        Assert.Contains(open, tree => (string?)tree!["owner"] == "person" && !(bool)tree["canGo"]!);
        Assert.Contains(open, tree => (string?)tree!["owner"] == "pool" && !(bool)tree["canGo"]!);
        Assert.Contains(ended, tree => (string?)tree!["owner"] == "pool" && (bool)tree["canGo"]!);
        Assert.Contains("a person's", list.Output, StringComparison.Ordinal);
        Assert.Contains("(mine)", list.Output, StringComparison.Ordinal);
        Assert.True(Directory.Exists(Path.Combine(cli.Home, "mine")));
    }
}
