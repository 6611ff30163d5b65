using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary><c>watch</c>, <c>watch open</c> and <c>logs --all</c> beside a real run.</summary>
public sealed class WorkersCommandTests
{
    [Fact]
    public async Task Workers_BesideARun_ShowWhatAgentsDoAndTheLogsOfAllOfThem()
    {
        using var cli = new CliFixture().WithRepository();
        var agent = cli.WriteAgent(
            $"echo working on $ORCHESTRATOR_TASK; while [ ! -f {cli.Home}/go ]; do sleep 0.1; done; echo x > $ORCHESTRATOR_TASK.txt"
        );
        cli.Write(".orchestrator/config.yaml", $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\n");
        cli.Write(
            "tasks.yaml",
            """
            tasks:
              - {id: a, description: A, files_write: [a.txt], verification: [test -f a.txt]}
              - {id: b, description: B, files_write: [b.txt], verification: [test -f b.txt]}
              - {id: c, description: C, depends_on: [a], files_write: [c.txt], verification: [test -f c.txt]}
            """
        );
        var program = new OrchestrateProgram(cli.Folder, Variables(cli));
        await program.RunAsync("run", "--yes", "--detach");

        var shown = await Eventually.AskAsync(async () =>
            (await cli.RunAsync("watch", "--once")).People is var people
            && people.Contains("working on a", StringComparison.Ordinal)
            && people.Contains("working on b", StringComparison.Ordinal)
                ? people
                : null
        );
        var document = (await cli.RunAsync("watch", "--json")).Json["workers"]!.AsArray();
        var following = program.RunAsync("logs", "--all", "--follow");
        await File.WriteAllTextAsync(Path.Combine(cli.Home, "go"), "");
        var followed = (await following).StandardOutput.Text;
        await Eventually.TrueAsync(() => File.Exists(Path.Combine(cli.Folder, "c.txt")));
        var ended = await cli.RunAsync("watch", "--once");

        Assert.DoesNotContain("  c ", shown, StringComparison.Ordinal);
        Assert.Equal(["a", "b"], document.Select(one => one!["task"]!.GetValue<string>()).Order());
        Assert.All(document, one => Assert.True(one!["atWork"]!.GetValue<bool>()));
        // Also of the agent that began while it was followed.
        Assert.All((string[])["a", "b", "c"], task => Assert.Contains($"[{task}] working on {task}", followed, StringComparison.Ordinal));
        Assert.Contains("No agent is running.", ended.People, StringComparison.Ordinal);
        Assert.Equal(2, (await cli.RunAsync("logs", "--all", "--json")).ExitCode);
    }

    [TmuxFact]
    public async Task WatchOpen_OutsideOfTmux_OpensASessionWithTheRunAndItsAgents()
    {
        using var cli = new CliFixture().WithRepository();
        var agent = cli.WriteAgent("echo x > a.txt");
        cli.Write(".orchestrator/config.yaml", $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\n");
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt], verification: [test -f a.txt]}\n");
        var variables = Variables(cli);
        variables["TMUX"] = null;
        variables["TMUX_TMPDIR"] = cli.Home;
        var program = new OrchestrateProgram(cli.Folder, variables);
        await program.RunAsync("run", "--yes");

        var opened = (await program.RunAsync("watch", "open")).StandardOutput.Text.Trim();
        var again = (await program.RunAsync("watch", "open")).StandardOutput.Text.Trim();

        Assert.StartsWith("tmux attach-session -t orchestrate-run-tasks-", opened, StringComparison.Ordinal);
        Assert.Equal(opened, again);
        var session = opened.Split(' ')[^1];
        try
        {
            await Eventually.AskAsync(async () => await DeadPanesAsync(cli, session) is ["1", ..] ? "" : null);
            await UntilShownAsync(cli, session + ":0.0", "1/1 merged");
            await UntilShownAsync(cli, session + ":0.1", "No agent");
            await TmuxAsync(cli, "send-keys", "-t", session + ":0.1", "q");
            await Eventually.AskAsync(async () => await DeadPanesAsync(cli, session) is ["1", "1", ..] ? "" : null);
        }
        finally
        {
            await TmuxAsync(cli, "kill-server");
        }
    }

    private static async Task<string[]> DeadPanesAsync(CliFixture cli, string session) =>
        (await TmuxAsync(cli, "list-panes", "-t", session, "-F", "#{pane_dead}")).Split('\n');

    private static async Task UntilShownAsync(CliFixture cli, string pane, string text)
    {
        var screen = "";
        try
        {
            await Eventually.AskAsync(async () =>
                (screen = await TmuxAsync(cli, "capture-pane", "-p", "-t", pane)).Contains(text, StringComparison.Ordinal) ? screen : null
            );
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Not shown in 60 s: {text}. The screen:\n{screen}");
        }
    }

    private static async Task<string> TmuxAsync(CliFixture cli, params string[] arguments) => (
            await new ProcessRunner().RunAsync(
                new ChildProcessOptions("tmux", arguments)
                {
                    Environment = new Dictionary<string, string?> { ["TMUX"] = null, ["TMUX_TMPDIR"] = cli.Home },
                }
            )
        ).StandardOutput.Text;

    private static Dictionary<string, string?> Variables(CliFixture cli) =>
        cli.Environment.ToDictionary(variable => variable.Key, variable => (string?)variable.Value);
}
