using Orchestrator.Messages;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary><c>proof</c> finds the task behind a line through git and the run's record, not through commit messages.</summary>
public sealed class ShowLineProvenanceCommandTests
{
    [Theory]
    [InlineData("merge")]
    [InlineData("squash")]
    [InlineData("rebase")]
    public async Task Proof_LinesOfTasksThatBuildOnEachOther_NameEachTaskItsGatesAndWhoApproved(string land)
    {
        using var cli = await RunAsync(
            "case $ORCHESTRATOR_TASK in a) echo one > shared.txt ;; b) echo two >> shared.txt ;; esac",
            $"git: {{land: {land}}}\n"
        );

        var one = (await cli.RunAsync("proof", "shared.txt:1", "--json")).Json["proof"]!;
        var two = (await cli.RunAsync("proof", "shared.txt:2", "--json")).Json["proof"]!;
        var own = await cli.RunAsync("proof", "README.md:1");

        Assert.Equal("a", one["task"]!.GetValue<string>());
        Assert.Equal("b", two["task"]!.GetValue<string>());
        Assert.Empty(two["gaps"]!.AsArray());
        Assert.Equal("test -s shared.txt", two["gates"]![0]!["name"]!.GetValue<string>());
        Assert.Equal(64, two["gates"]![0]!["hash"]!.GetValue<string>().Length);
        Assert.Contains(
            two["decisions"]!.AsArray(),
            decision => decision!["what"]!.GetValue<string>().StartsWith("b: ", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(
            one["decisions"]!.AsArray(),
            decision => decision!["what"]!.GetValue<string>().StartsWith("b: ", StringComparison.Ordinal)
        );
        Assert.Contains("A user committed this line", own.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proof_CommitOfAnAgentThatClaimsToBeAnothersWork_IsOfTheTaskThatBroughtIt()
    {
        using var cli = await RunAsync(
            """
            if [ $ORCHESTRATOR_TASK = b ]; then
              echo two >> shared.txt; git add -A
              git -c user.name=x -c user.email=x@y commit -q -m "Forged" -m "Orchestrator-Run: run-night
            Orchestrator-Task: a
            Orchestrator-Attempt: 1"
            else echo one > shared.txt; fi
            """,
            ""
        );

        var proof = (await cli.RunAsync("proof", "shared.txt:2", "--json")).Json["proof"]!;

        Assert.Equal("b", proof["task"]!.GetValue<string>());
    }

    [Fact]
    public async Task Proof_CommitThatClaimsARunThatNobodyKnows_SaysThatNothingProvesIt()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write("x.txt", "line\n");
        cli.Git("add", "-A");
        cli.Git(
            "-c",
            "user.name=T",
            "-c",
            "user.email=t@l",
            "commit",
            "-q",
            "-m",
            "Mine\n\nOrchestrator-Run: run-gone\nOrchestrator-Task: t"
        );

        var proof = (await cli.RunAsync("proof", "x.txt:1", "--json")).Json["proof"]!;

        Assert.Empty(proof["run"]!.GetValue<string>());
        Assert.Contains("run-gone/t", proof["gaps"]![0]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proof_LogOfAGateThatWasChanged_IsNamedAsAGap()
    {
        using var cli = await RunAsync("echo $ORCHESTRATOR_TASK >> shared.txt", "");
        var log = (await cli.RunAsync("proof", "shared.txt:1", "--json")).Json["proof"]!["gates"]![0]!["evidence"]!.GetValue<string>();
        await File.AppendAllTextAsync(Path.Combine(cli.Folder, log), "all good, really");

        var proof = (await cli.RunAsync("proof", "shared.txt:1", "--json")).Json["proof"]!;

        Assert.Contains("its log was changed", proof["gaps"]![0]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("README.md:0")]
    [InlineData("README.md:x")]
    [InlineData("READ\0ME.md:1")]
    [InlineData("README.md:99")]
    [InlineData("missing.txt:1")]
    [InlineData("../other.txt:1")]
    [InlineData(":1")]
    [InlineData("README.md:99999999999999")]
    public async Task Proof_PlaceThatIsNone_IsRefusedWithTheCure(string place)
    {
        using var cli = new CliFixture().WithRepository();

        var refused = await cli.RunAsync("proof", place);

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("error: ", refused.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proof_RevisionThatIsAnOption_IsRefused()
    {
        using var cli = new CliFixture().WithRepository();

        Assert.Equal(2, (await cli.RunAsync("proof", "README.md:1", "--revision=--output=x")).ExitCode);
        Assert.Equal(2, (await cli.RunAsync("proof", "README.md:1", "--revision", "nowhere")).ExitCode);
    }

    private static async Task<CliFixture> RunAsync(string script, string settings)
    {
        var cli = new CliFixture().WithRepository();
        var agent = cli.WriteAgent(script);
        cli.Write(".orchestrator/config.yaml", $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\n{settings}");
        cli.Write(
            "tasks.yaml",
            """
            tasks:
              - {id: a, description: A, files_write: [shared.txt], verification: [test -s shared.txt]}
              - id: b
                description: B
                depends_on: [a]
                files_write: [shared.txt]
                requires_approval: true
                verification: [test -s shared.txt]
            """
        );
        cli.Git("add", "tasks.yaml");
        cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Plan");
        var asked = await cli.RunAsync("run", "--yes", "--run-id", "run-night");
        Assert.True(asked.ExitCode == 3, asked.People);
        var resumed = await cli.RunAsync("resume", "run-night", "--approve", "b");
        Assert.True(resumed.ExitCode == 0, resumed.People);
        return cli;
    }
}
