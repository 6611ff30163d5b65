using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>A night continues when its terminal is closed, and when its engine dies.</summary>
public class LostTerminalTests
{
    private const string Agent =
        "echo x >> \"$HOME/starts-$ORCHESTRATOR_TASK\"; while [ ! -e \"$HOME/go\" ]; do sleep 0.1; done; echo x > a.txt";

    [Fact]
    public async Task Run_DetachedAndKilledTwice_GoesOnByItselfWithTheSameAgent()
    {
        using var cli = await RepositoryAsync();
        var started = await OutputStreamTests.Program(cli).RunAsync("run", "-d", "--yes", "--run-id", "night");
        Assert.True(started.ExitCode == 0, started.StandardError.Text);
        var supervisor = int.Parse(
            Regex.Match(started.StandardError.Text, @"\(process (\d+)\)").Groups[1].Value,
            CultureInfo.InvariantCulture
        );
        await Wait.UntilAsync(() => Starts(cli) == 1);

        // The supervisor's own children (date, sleep, a fork that has not become its program yet) have other names.
        var engine = Assert.Single(ProcessTable.ChildrenOf(supervisor));
        for (var kills = 1; kills <= 2; kills++)
        {
            var (killed, name) = (engine.Identity, engine.Name);
            Process.GetProcessById(engine.ProcessId).Kill();
            await Wait.UntilAsync(() =>
                ProcessTable.ChildrenOf(supervisor) is [var next] && next.Name == name && (engine = next).Identity != killed
            );
            await Wait.UntilAsync(async () => !await IsAbandonedAsync(cli));
        }
        var status = await cli.RunAsync("status", "night");
        await File.WriteAllTextAsync(Path.Combine(cli.Home, "go"), "");
        await Wait.UntilAsync(async () => await StateAsync(cli) == "completed");
        await Wait.UntilAsync(() => ProcessIdentity.Of(supervisor) is null);

        Assert.Contains("died 2 times", status.People, StringComparison.Ordinal);
        Assert.Contains("(exit code 137), and was started again.", status.People, StringComparison.Ordinal);
        Assert.Equal((1, "x\n"), (Starts(cli), cli.Read("a.txt")));
    }

    [Fact]
    public async Task Run_TerminalIsClosed_GoesOnInTheBackgroundWithTheSameAgent()
    {
        using var cli = await RepositoryAsync();
        using var terminal = StartOnTerminal(cli, "run --yes --run-id night");
        await Wait.UntilAsync(() => Starts(cli) == 1);

        terminal.Kill();
        await terminal.WaitForExitAsync();
        await Wait.UntilAsync(() =>
            Log(cli).Contains("The terminal of night was closed; it continues in the background.", StringComparison.Ordinal)
        );
        await Wait.UntilAsync(async () => !await IsAbandonedAsync(cli));
        await File.WriteAllTextAsync(Path.Combine(cli.Home, "go"), "");

        await Wait.UntilAsync(async () => await StateAsync(cli) == "completed");
        await Wait.UntilAsync(() => Log(cli).Contains("night: completed", StringComparison.Ordinal));
        Assert.Equal((1, "x\n"), (Starts(cli), cli.Read("a.txt")));
    }

    [Theory]
    [InlineData("run --yes --attached --run-id night", "a")]
    [InlineData("run docs/master-plan.md --yes --update-plan --run-id night", "1")]
    public async Task Run_AttachedAndTerminalIsClosed_IsPaused(string command, string task)
    {
        using var cli = await RepositoryAsync();
        using var terminal = StartOnTerminal(cli, command);
        await Wait.UntilAsync(() => Starts(cli, task) == 1);

        terminal.Kill();

        await Wait.UntilAsync(async () => (bool?)(await cli.RunAsync("status", "night", "--json")).Json["paused"] is true);
        Assert.Equal("", Log(cli));
    }

    // The terminal is one of script(1): killed, it takes the pseudo-terminal with it.
    private static Process StartOnTerminal(CliFixture cli, string command)
    {
        var start = new ProcessStartInfo("script", ["-qec", $"exec {OrchestrateProgram.Path} {command}", "/dev/null"])
        {
            WorkingDirectory = cli.Folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in OutputStreamTests.Home(cli))
        {
            start.Environment[name] = value;
        }
        start.Environment["TERM"] = "xterm";
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        return process;
    }

    private static async Task<CliFixture> RepositoryAsync()
    {
        var cli = RunCommandTests.Repository(Agent);
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n");
        cli.Write("docs/master-plan.md", "# P\n\n| Phase | Title | Status |\n|---|---|---|\n| 1 | [A](a.md) | Pending |\n");
        cli.Write("docs/a.md", "# Phase 1: a\n\n## Gates\n- test -f a.txt: there\n\n## Tasks\n- [ ] 1.1: Write a.txt\n");
        await cli.TrustAsync();
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Plan");
        return cli;
    }

    private static int Starts(CliFixture cli, string task = "a")
    {
        var file = Path.Combine(cli.Home, $"starts-{task}");
        return File.Exists(file) ? File.ReadAllLines(file).Length : 0;
    }

    private static string Log(CliFixture cli)
    {
        var file = Path.Combine(cli.Folder, ".orchestrator", "logs", "night.log");
        return File.Exists(file) ? File.ReadAllText(file) : "";
    }

    private static async Task<bool> IsAbandonedAsync(CliFixture cli) =>
        (bool?)(await cli.RunAsync("status", "night", "--json")).Json["abandoned"] is true;

    private static async Task<string?> StateAsync(CliFixture cli) =>
        (string?)(await cli.RunAsync("status", "night", "--json")).Json["state"];
}
