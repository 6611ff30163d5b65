using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>A hostile agent without a sandbox edits the files of its run, in whole runs of the program.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public class ChangedRunFilesTests
{
    /// <summary>Work that the project's gate rejects; the agent removes that gate from the run's file.</summary>
    [Theory]
    [InlineData("plan/start.json", "s/! grep -qs red a.txt/true/g")]
    [InlineData(
        "preflight/red-at-base.json",
        "s/.*/[{\"Command\":\"! grep -qs red a.txt\",\"ExitCode\":1,\"Words\":\"\",\"IsRed\":true}]/"
    )]
    public async Task Run_AgentRewritesWhatItIsJudgedBy_NothingLandsAndTheFileIsNamed(string file, string change)
    {
        using var cli = Repository($"echo red > a.txt; sed -i '{change}' \"$ORCHESTRATOR_REPOSITORY\"/.orchestrator/runs/*/{file}");
        var before = cli.Git("rev-parse", "main");

        var run = await cli.RunAsync("run", "--yes");
        var status = await cli.RunAsync("status");

        Assert.True(run.ExitCode is 1 or 3, run.People);
        Assert.Equal(before, cli.Git("rev-parse", "main"));
        Assert.Contains("was changed since the run", status.Output, StringComparison.Ordinal);
        Assert.Contains(file, status.Output, StringComparison.Ordinal);
    }

    /// <summary>A user says yes to two parts; what the agent's claim says when they answer is something else.</summary>
    [Fact]
    public async Task Approve_ClaimIsRewrittenSinceTheQuestion_IsNotCarriedOut()
    {
        using var cli = Repository(
            """
            test -e "$HOME/asked" && exit 0
            touch "$HOME/asked"; echo half > a.txt
            cd "$ORCHESTRATOR_START/out"
            echo '{"schemaVersion":1,"status":"blocked","task":"a","split":["the parser","the printer"]}' > claim.json
            """
        );
        var asked = await cli.RunAsync("run", "--yes");
        var status = await cli.RunAsync("status");
        var claim = Assert.Single(
            Directory.GetFiles(Path.Combine(cli.Folder, ".orchestrator", "runs"), "claim.json", SearchOption.AllDirectories)
        );
        await File.WriteAllTextAsync(claim, (await File.ReadAllTextAsync(claim)).Replace("the parser", "evil", StringComparison.Ordinal));

        await cli.RunAsync("approve", "a");
        var resumed = await cli.RunAsync("resume");
        var after = await cli.RunAsync("status");

        Assert.True(asked.ExitCode == 3, asked.People);
        Assert.Contains("(1) the parser (2) the printer", status.Output, StringComparison.Ordinal);
        Assert.True(resumed.ExitCode is 1 or 3, resumed.People);
        Assert.Contains("claim.json", after.Output, StringComparison.Ordinal);
        Assert.Contains("was changed since the run", after.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", cli.Git("log", "--all", "--format=%B"), StringComparison.Ordinal);
    }

    private static CliFixture Repository(string agent)
    {
        var cli = new CliFixture().WithRepository();
        var script = cli.WriteAgent("cat > /dev/null\n" + agent);
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{script}\"]}}}}\ndisk: {{reserve: 1}}\npermissions: {{sandbox: 'off'}}\n"
                + "gates: {task: ['! grep -qs red a.txt']}\n"
        );
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt], max_retries: 0}\n");
        return cli;
    }
}
