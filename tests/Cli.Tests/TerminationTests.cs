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

    /// <summary>A step that reads every file of a worktree can be canceled while it reads.</summary>
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

    private const string Forever = "trap '' INT TERM; while :; do sleep 1; done";
    private const string Work = "echo x > a.txt";

    /// <summary>Whatever listens to no signal, or is tried again and again, ends with the program or is left to the next one.</summary>
    [Theory]
    [InlineData("executing", Forever, "")]
    [InlineData("verifying", Work + "; cd \"$HOME\"/../work/.orchestrator/runs/*; rm -rf reports; : > reports", "")]
    public Task Run_TerminatedInAnyState_EndsWithinItsGrace(string state, string agent, string settings) =>
        TerminateAsync(state, agent, settings);

    /// <inheritdoc cref="Run_TerminatedInAnyState_EndsWithinItsGrace"/>
    [Theory]
    [Trait("Category", "Full")]
    [InlineData("planning", Forever, "planner: {agent: mine}\n")]
    [InlineData("preparing", Work, "worktrees: {setup: [\"" + Forever + "\"]}\n")]
    [InlineData("verifying", Work, "gates: {task: [\"[ ! -e a.txt ] || (" + Forever + ")\"]}\n")]
    [InlineData("merging", Work, "gates: {integration: [\"[ ! -e a.txt ] || (" + Forever + ")\"]}\n")]
    public Task Run_TerminatedInAnyOtherState_EndsWithinItsGrace(string state, string agent, string settings) =>
        TerminateAsync(state, agent, settings);

    private static async Task TerminateAsync(string state, string agent, string settings)
    {
        using var cli = RunCommandTests.Repository(agent);
        File.AppendAllText(Path.Combine(cli.Folder, ".orchestrator", "config.yaml"), settings);
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt], verification: [{command: \"true\"}]}\n");
        using var run = EngineTakeOverTests.StartProcess(
            cli,
            ["run", .. state == "planning" ? (string[])["Write a file with one letter"] : [], "--yes", "--no-progress"]
        );
        await Wait.UntilAsync(() => run.HasExited || (state is "planning" or "preparing" ? RunStateOf(cli) : StateOf(cli)) == state);

        using (var stop = Process.Start("kill", ["-TERM", run.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await stop.WaitForExitAsync();
        }
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        await run.WaitForExitAsync(late.Token);

        // A step that always ends in the same way has become a question before it could be paused, or was paused.
        Assert.True(run.ExitCode is 3 or 4, $"exit code {run.ExitCode}: {StatusOf(cli)}");
    }

    private static string? StateOf(CliFixture cli) => (string?)StatusOf(cli)?["tasks"]!.AsArray().FirstOrDefault()?["state"];

    private static string? RunStateOf(CliFixture cli) => (string?)StatusOf(cli)?["state"];

    private static JsonNode? StatusOf(CliFixture cli)
    {
        var runs = Path.Combine(cli.Folder, ".orchestrator", "runs");
        var status = Directory.Exists(runs)
            ? Directory.EnumerateFiles(runs, "status.json", SearchOption.AllDirectories).FirstOrDefault()
            : null;
        return status is null ? null : JsonNode.Parse(File.ReadAllText(status));
    }
}
