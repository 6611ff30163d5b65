using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>A service manager that stops the program, or a machine that shuts down.</summary>
public class TerminationTests
{
    private const int Files = 60_000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>What looks at every file of a worktree listens while it does.</summary>
    [Fact]
    [Trait("Category", "Full")]
    public async Task Run_TerminatedWhileItJudgesVeryManyFiles_EndsAtOnceAndGoesOnWhenResumed()
    {
        using var cli = new CliFixture().WithRepository();
        var agent = Path.Combine(cli.Home, "agent.sh");
        File.WriteAllText(
            agent,
            $"""
            if [ -d stray ]; then rm -rf stray; exit 0; fi
            mkdir stray; cd stray; seq {Files.ToString(CultureInfo.InvariantCulture)} | xargs touch; cd ..
            echo x > a.txt
            """
        );
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\ndisk: {{reserve: 1}}\n"
        );
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt], verification: [{command: test -f a.txt}]}\n");
        using var run = EngineTakeOverTests.StartProcess(cli, "run", "--yes", "--no-progress");
        await Wait.UntilAsync(() => StateOf(cli) == "verifying");

        var watch = Stopwatch.StartNew();
        using (var stop = Process.Start("kill", ["-TERM", run.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await stop.WaitForExitAsync();
        }
        await run.WaitForExitAsync();

        Assert.True(watch.Elapsed < Limit, $"it ended after {watch.Elapsed}");
        var resumed = await cli.RunAsync("resume", "--yes");
        Assert.True(resumed.ExitCode == 0, resumed.People);
    }

    private static string? StateOf(CliFixture cli)
    {
        var runs = Path.Combine(cli.Folder, ".orchestrator", "runs");
        var status = Directory.Exists(runs)
            ? Directory.EnumerateFiles(runs, "status.json", SearchOption.AllDirectories).FirstOrDefault()
            : null;
        return status is null ? null : (string?)JsonNode.Parse(File.ReadAllText(status))!["tasks"]!.AsArray().FirstOrDefault()?["state"];
    }
}
