using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Somebody tidies up the checkout while an engine works in it.</summary>
public class EngineLossTests
{
    private const string Agent = """
        echo $$ >> "$HOME/agents"
        [ -e "$HOME/go" ] || sleep 600
        echo x > a.txt
        """;

    [Fact]
    public async Task GitClean_UnderALivingEngine_IsSaidTheEngineAndItsAgentsEndAndTheNextBeginsAfterIt()
    {
        using var cli = new CliFixture().WithRepository();
        await File.WriteAllTextAsync(Path.Combine(cli.Home, "agent.sh"), $"HOME='{cli.Home}'\n{Agent}\n");
        cli.WriteUser(
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, '{cli.Home}/agent.sh']}}}}\ndisk: {{reserve: 1}}\npermissions: {{sandbox: "
                + $"off}}\n"
        );
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt], verification: [test -f a.txt]}\n");
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Plan");
        var orchestrate = new OrchestrateProgram(
            cli.Folder,
            new Dictionary<string, string?>
            {
                ["HOME"] = cli.Home,
                ["XDG_CONFIG_HOME"] = null,
                ["XDG_STATE_HOME"] = null,
            }
        );
        var running = orchestrate.RunAsync("run", "--yes", "--no-progress");
        var agents = Path.Combine(cli.Home, "agents");
        await Wait.UntilAsync(() => File.Exists(agents) && File.ReadAllText(agents).EndsWith('\n') || running.IsCompleted);
        Assert.False(running.IsCompleted, running.IsCompleted ? (await running).StandardError.Text : "");

        Clean(cli);
        var run = await running;
        await File.WriteAllTextAsync(Path.Combine(cli.Home, "go"), "");
        var next = await orchestrate.RunAsync("run", "--yes", "--no-progress");

        Assert.True(run.ExitCode == 5, run.StandardError.Text);
        Assert.Contains("engine.db was removed while the engine used it", run.StandardError.Text, StringComparison.Ordinal);
        Assert.Contains("'orchestrate run' reuses them", run.StandardError.Text, StringComparison.Ordinal);
        Assert.Null(ProcessIdentity.Of(int.Parse(File.ReadAllLines(agents)[0], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.True(next.ExitCode == 0, next.StandardError.Text);
        Assert.Equal("x\n", cli.Read("a.txt"));
    }

    [Fact]
    public async Task GitClean_UnderAServer_EndsIt()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(".gitignore", ".orchestrator/\n");
        var terminal = new RecordingTerminal();
        var serving = cli.RunAsync(terminal, "server", "--port", "0");
        await Wait.UntilAsync(() => terminal.People.Contains("Serving", StringComparison.Ordinal) || serving.IsCompleted);
        var second = await cli.RunAsync("server", "--port", "0");

        Clean(cli);
        var ended = await serving;

        Assert.Equal((5, 5), (second.ExitCode, ended.ExitCode));
        Assert.Contains("was removed while the server used it", ended.People, StringComparison.Ordinal);
    }

    // Programs that write at this moment may keep a folder from being removed; what git answers then does not matter here.
    private static void Clean(CliFixture cli) => cli.Git("-c", "alias.tidy=!git clean -fdxq || true", "tidy");
}
