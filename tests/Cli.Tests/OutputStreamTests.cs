using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Requested output goes to stdout, progress goes to stderr, and a pipe gets no escape codes.</summary>
public class OutputStreamTests
{
    private static readonly string[] Questions =
    [
        "status",
        "status --blocked",
        "show",
        "show /a",
        "report",
        "events",
        "check",
        "config list",
        "validate tasks.yaml",
        "graph tasks.yaml",
        "risk tasks.yaml",
        "conflicts tasks.yaml",
        "environment",
        "run -n tasks.yaml --again",
        "tasks list",
        "tasks next",
        "accept",
        "version",
        "--help",
        "run --help",
    ];

    [Fact]
    public async Task Commands_BetweenPipes_AnswerOnStdoutAlone()
    {
        using var cli = RunCommandTests.Repository("echo x > a.txt");
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt], verification: [test -s a.txt]}\n");
        await cli.TrustAsync();
        Assert.Equal(0, (await cli.RunAsync("add", "Something")).ExitCode);
        var program = Program(cli);

        var run = await program.RunAsync("run", "--yes");

        Assert.Equal(("", true), (run.StandardOutput.Text, run.StandardError.Text.Contains("a: merged", StringComparison.Ordinal)));
        foreach (var question in Questions)
        {
            var answer = await program.RunAsync(question.Split(' '));
            Assert.True(
                answer.StandardOutput.Text.Trim().Length > 0,
                $"{question}: nothing on stdout; stderr: {answer.StandardError.Text}"
            );
            Assert.True(answer.StandardError.Text.Length == 0, $"{question}: {answer.StandardError.Text}");
            Assert.DoesNotContain('\u001b', answer.StandardOutput.Text);
        }
    }

    /// <summary>On a pseudo-terminal: one question, answered by one key.</summary>
    [Theory]
    [InlineData("run --no-progress", 0, "completed")]
    [InlineData("run", 0, "completed")]
    [InlineData("run -d", 0, "continues in the background")]
    public async Task Run_RiskThatNeedsAYes_AsksOnceAtTheTerminal(string command, int code, string said)
    {
        using var cli = RunCommandTests.Repository("mkdir -p auth; echo x > auth/login.txt");
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [auth/login.txt]}\n");
        await cli.TrustAsync();
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Plan");

        var run = await new ProcessRunner().RunAsync(
            new ChildProcessOptions(
                "/bin/sh",
                "-c",
                $"printf 'y\\n' | TERM=xterm script -qec '{OrchestrateProgram.Path} {command}' /dev/null"
            )
            {
                WorkingDirectory = cli.Folder,
                Environment = Home(cli),
                Timeout = TimeSpan.FromMinutes(3),
            }
        );

        var text = run.StandardOutput.Text;
        Assert.True(run.ExitCode == code, text);
        Assert.Equal(2, text.Split("[y/N]").Length);
        Assert.Contains("The risk score is", text, StringComparison.Ordinal);
        Assert.Contains(said, text, StringComparison.Ordinal);
        await Wait.UntilAsync(() => File.Exists(Path.Combine(cli.Folder, "auth", "login.txt")));
    }

    [Fact]
    public async Task Run_DetachedThatNeedsAYes_SaysSoAndGoesOnAfterIt()
    {
        using var cli = RunCommandTests.Repository("mkdir -p auth; echo x > auth/login.txt");
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [auth/login.txt]}\n");
        await cli.TrustAsync();
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Plan");
        var program = Program(cli);

        var shown = await program.RunAsync("run", "-n");
        var waiting = await program.RunAsync("run", "-d", "--run-id", "night");
        var goesOn = await program.RunAsync("resume", "night", "--approve", "plan", "-d");

        Assert.Contains(
            "The run needs your approval before it starts; --yes approves it.",
            shown.StandardOutput.Text,
            StringComparison.Ordinal
        );
        Assert.True(waiting.ExitCode == 3, waiting.StandardError.Text);
        Assert.Contains("May this run start?", waiting.StandardError.Text, StringComparison.Ordinal);
        Assert.Contains("orchestrate approve night/plan", waiting.StandardError.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("continues in the background", waiting.StandardError.Text, StringComparison.Ordinal);
        Assert.True(goesOn.ExitCode == 0, goesOn.StandardError.Text);
        await Wait.UntilAsync(() => File.Exists(Path.Combine(cli.Folder, "auth", "login.txt")));
    }

    /// <summary>A run that continues in the background says yes to nothing that the repository's files ask for since.</summary>
    [Fact]
    public async Task Approve_DetachedAfterTheRepositorysFilesChanged_IsNoYesToThem()
    {
        using var cli = RunCommandTests.Repository("mkdir -p auth; echo x > auth/login.txt");
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [auth/login.txt]}\n");
        await cli.TrustAsync();
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Plan");
        var program = Program(cli);
        var waiting = await program.RunAsync("run", "-d", "--run-id", "night");
        Assert.True(waiting.ExitCode == 3, waiting.StandardError.Text);
        cli.Write(".orchestrator/config.yaml", cli.Read(".orchestrator/config.yaml") + "worktrees: {setup: [./new.sh]}\n");

        var approved = await program.RunAsync("approve", "night/plan", "--detach");

        Assert.True(approved.ExitCode == 3, approved.StandardError.Text);
        Assert.Contains("is not trusted on this machine", approved.StandardError.Text, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(cli.Folder, "auth", "login.txt")));
    }

    internal static OrchestrateProgram Program(CliFixture cli) => new(cli.Folder, Home(cli));

    internal static Dictionary<string, string?> Home(CliFixture cli) =>
        new()
        {
            ["HOME"] = cli.Home,
            ["XDG_CONFIG_HOME"] = null,
            ["XDG_STATE_HOME"] = null,
            ["XDG_CACHE_HOME"] = null,
        };
}
