using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>The branch that a run lands on is renamed while the run works.</summary>
public sealed class RenamedTargetTests
{
    private const string Plan = """
        tasks:
          - {id: one, description: One, files_write: [one.txt]}
        """;

    [Fact]
    public async Task Promote_TargetWasRenamed_LandsOnItsNewName()
    {
        using var cli = RunCommandTests.Repository(
            $"git -C \"$PWD\" rev-parse -q HEAD; until [ -e \"$HOME/renamed\" ]; do sleep 0.1; done; echo x > one.txt"
        );
        cli.Write("tasks.yaml", Plan);
        var running = cli.RunAsync("run", "--yes");
        await Wait.UntilAsync(() => cli.Git("for-each-ref", "refs/heads/orchestrator").Contains("/t/one", StringComparison.Ordinal));
        cli.Git("branch", "-m", "main", "trunk");
        await File.WriteAllTextAsync(Path.Combine(cli.Home, "renamed"), "");
        var stopped = await running;
        var run = (string)(await cli.RunAsync("status", "--json")).Json["runId"]!;
        var recommended = (string)(await cli.RunAsync("status", "--json")).Json["questions"]![0]!["commands"]![0]!;

        Assert.Equal(3, stopped.ExitCode);
        Assert.Contains("The branch main no longer exists", stopped.People, StringComparison.Ordinal);
        Assert.Equal($"orchestrate land {run} --target trunk", recommended);
        var unknown = await cli.RunAsync("land", "--target", "trnk");
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("The repository has no branch trnk. Its branches:", unknown.People, StringComparison.Ordinal);
        var landed = await cli.RunAsync("land", run, "--target", "trunk");

        Assert.True(landed.ExitCode == 0, landed.People);
        Assert.Equal("x\n", cli.Git("show", "trunk:one.txt"));
        Assert.Equal("x\n", cli.Read("one.txt"));
        Assert.Equal("", cli.Git("status", "--porcelain", "--untracked-files=no"));
        Assert.Equal("", cli.Git("for-each-ref", "refs/heads/main"));
        Assert.Equal("trunk", (string?)(await cli.RunAsync("status", "--json")).Json["target"]);
        Assert.Contains("on trunk", (await cli.RunAsync("report")).Output, StringComparison.Ordinal);
    }
}
