using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Commands that announce a run refuse what the run itself refuses, and count what failed before.</summary>
public sealed class AnnouncedRunTests
{
    private const string Plan = """
        tasks:
          - {id: a, description: A, files_write: [a.txt], max_retries: 0, verification: [test -s a.txt]}
          - {id: b, description: B, files_write: [b.txt], max_retries: 0, verification: [test -s b.txt]}

        """;

    public static TheoryData<string[]> Commands() =>
        [
            ["run", "-n"],
            ["run", "--yes"],
            ["night", "rehearse"],
            ["schedule", "create", "nightly", "--at", "22:00", "--yes"],
        ];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Announce_BudgetThatTheAgentCantKeep_IsRefusedByAll(string[] command)
    {
        using var cli = await CostlyAsync();

        var result = await cli.RunAsync([.. command, "--max-cost", "5"]);

        Assert.True(result.ExitCode == 2, result.People);
        Assert.Contains("the agent 'mine' does not report its cost", result.People, StringComparison.Ordinal);
        Assert.DoesNotContain("can be run", result.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(cli.Folder, ".orchestrator", "runs")));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Announce_OrderOfTasksThatNothingMerges_IsRefusedByAll(string[] command)
    {
        using var cli = await CostlyAsync();
        cli.Write(".orchestrator/config.yaml", cli.Read(".orchestrator/config.yaml") + "git: {land: branches}\n");
        await cli.TrustAsync();
        cli.Write("tasks.yaml", Plan.Replace("[b.txt],", "[b.txt], depends_on: [a],", StringComparison.Ordinal));

        var result = await cli.RunAsync(command);

        Assert.True(result.ExitCode == 2, result.People);
        Assert.Contains("Task b depends on a, but would not see that work", result.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Announce_TaskThatFailedInEveryPastRun_IsExpectedToFail()
    {
        using var cli = await RunCommandTests.Repository("[ $ORCHESTRATOR_TASK = b ] || echo x > a.txt").TrustAsync();
        cli.Write("tasks.yaml", Plan);
        foreach (var _ in Enumerable.Range(1, 2))
        {
            Assert.Equal(1, (await cli.RunAsync("run", "--yes")).ExitCode);
            Assert.Equal(0, (await cli.RunAsync("cancel")).ExitCode);
        }

        var rehearsed = await cli.RunAsync("night", "rehearse");
        var document = (await cli.RunAsync("night", "rehearse", "--json")).Json;
        var dry = await cli.RunAsync("run", "-n");
        var scheduled = await cli.RunAsync("schedule", "create", "nightly", "--at", "22:00", "--yes");
        cli.Write("tasks.yaml", Plan.Replace("description: B", "description: Mended", StringComparison.Ordinal));
        var mended = await cli.RunAsync("night", "rehearse");

        Assert.True(rehearsed.ExitCode == 0, rehearsed.People);
        Assert.Contains("A typical night: 1 of 2 tasks done", rehearsed.Output, StringComparison.Ordinal);
        Assert.Contains("b fails as before", rehearsed.Output, StringComparison.Ordinal);
        Assert.Equal("b", (string?)Assert.Single(document["hard"]!["left"]!.AsArray()));
        Assert.All(
            [rehearsed, dry, scheduled],
            said => Assert.Contains("b failed in each of its 2 past runs", said.People, StringComparison.Ordinal)
        );
        Assert.Contains("A typical night: 2 of 2 tasks done", mended.Output, StringComparison.Ordinal);
    }

    private static async Task<CliFixture> CostlyAsync()
    {
        var cli = RunCommandTests.Repository("exit 1");
        cli.Write(".orchestrator/config.yaml", cli.Read(".orchestrator/config.yaml").Replace(", free: true", "", StringComparison.Ordinal));
        cli.Write("tasks.yaml", Plan);
        return await cli.TrustAsync();
    }
}
