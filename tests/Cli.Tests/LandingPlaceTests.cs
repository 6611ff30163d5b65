using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>A run belongs to the work tree in which the command is given, and lands there.</summary>
public sealed class LandingPlaceTests
{
    private const string Plan = """
        tasks:
          - {id: one, description: One, files_write: [one.txt], verification: [{command: test -s one.txt}]}
        """;

    // It works on what the branch has.
    private const string Agent = "cat side.txt > one.txt";

    [Fact]
    public async Task Run_InALinkedWorktree_StartsFromItsBranchAndLandsThere()
    {
        using var cli = await SideAsync(Agent);
        var side = Path.GetFullPath(Path.Combine(cli.Folder, "..", "side"));
        await File.WriteAllTextAsync(Path.Combine(side, "README.md"), "mine\n");
        var start = cli.Git("rev-parse", "main");
        var folder = Directory.CreateDirectory(Path.Combine(side, "sub")).FullName;

        var check = await cli.RunAsync("-C", folder, "check");
        var asked = await cli.RunAsync("-C", folder, "run", Path.Combine(side, "plan.yaml"));
        var run = await cli.RunAsync("-C", folder, "run", Path.Combine(side, "plan.yaml"), "--yes");
        var report = await cli.RunAsync("-C", side, "report");
        var status = (await cli.RunAsync("status", "--json")).Json;

        Assert.Contains($"{side} on 'side' has 1 uncommitted change", check.Output, StringComparison.Ordinal);
        Assert.Equal(3, asked.ExitCode);
        Assert.Contains("README.md", asked.People, StringComparison.Ordinal);
        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal("of side\n", await File.ReadAllTextAsync(Path.Combine(side, "one.txt")));
        Assert.Equal("of side\n", cli.Git("show", "side:one.txt"));
        Assert.Equal("mine\n", await File.ReadAllTextAsync(Path.Combine(side, "README.md")));
        Assert.Equal(start, cli.Git("rev-parse", "main"));
        Assert.False(File.Exists(Path.Combine(cli.Folder, "one.txt")));
        Assert.Contains("on side", report.Output, StringComparison.Ordinal);
        Assert.Equal(("completed", "side"), ((string?)status["state"], (string?)status["target"]));

        // Its settings are that work tree's own: those of the main one know no such agent.
        Assert.Contains("mine", (await cli.RunAsync("-C", side, "config", "get", "agent")).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("mine", (await cli.RunAsync("config", "get", "agent")).Output, StringComparison.Ordinal);

        // It is steered from everywhere in the repository.
        Assert.Equal(0, (await cli.RunAsync("abort", "--yes", (string)status["runId"]!)).ExitCode);
        Assert.False(File.Exists(Path.Combine(side, "one.txt")));
        Assert.Equal("mine\n", await File.ReadAllTextAsync(Path.Combine(side, "README.md")));
    }

    [Fact]
    public async Task Run_InALinkedWorktreeWithoutABranch_IsRefusedThere()
    {
        using var cli = await SideAsync(Agent);
        var side = Path.Combine(cli.Folder, "..", "side");
        cli.Git("-C", side, "checkout", "-q", "--detach");

        var run = await cli.RunAsync("-C", side, "run", "plan.yaml", "--yes");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("No branch is checked out", run.People, StringComparison.Ordinal);
    }

    /// <summary>A repository with a linked worktree, on a branch of its own with a commit and with the configuration.</summary>
    private static async Task<CliFixture> SideAsync(string script)
    {
        var cli = RunCommandTests.Repository(script);
        var side = Path.Combine(cli.Folder, "..", "side");
        cli.Git("worktree", "add", "-q", "-b", "side", side);
        await File.WriteAllTextAsync(Path.Combine(side, "side.txt"), "of side\n");
        cli.Git("-C", side, "add", "side.txt");
        cli.Git("-C", side, "-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Side");
        Directory.Move(Path.Combine(cli.Folder, ".orchestrator"), Path.Combine(side, ".orchestrator"));
        await File.WriteAllTextAsync(Path.Combine(side, "plan.yaml"), Plan);
        Assert.Equal(0, (await cli.RunAsync("-C", side, "trust", "--yes")).ExitCode);
        return cli;
    }
}
