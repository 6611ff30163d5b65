using System.Diagnostics;
using System.Globalization;
using Orchestrator.Processes;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>One process serves a repository's engine. When it ends, another process that works on a run takes over.</summary>
public class EngineTakeOverTests
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "orchestrate");

    // Each start leaves a line; tasks whose name begins with "wait" end when they are told to.
    private const string Agent = """
        echo start >> "$HOME/starts-$ORCHESTRATOR_TASK"
        case "$ORCHESTRATOR_TASK" in wait*) while [ ! -e "$HOME/go" ]; do sleep 0.1; done ;; esac
        echo x > "$ORCHESTRATOR_TASK.txt"
        """;

    [Fact]
    public async Task Owner_Killed_SurvivorTakesTheFileOverAndBothRunsEndWithEachAgentStartedOnce()
    {
        using var cli = Repository();
        cli.Write(
            "first.yaml",
            "tasks:\n  - {id: wait1, description: A, files_write: [wait1.txt]}\n  - {id: after1, description: B, files_write: "
                + "[after1.txt], depends_on: [wait1]}\n  - {id: left1, description: C, files_write: [left1.txt], depends_on: [wait1]}\n"
        );
        cli.Write("second.yaml", "tasks:\n  - {id: wait2, description: A, files_write: [wait2.txt]}\n");
        using var owner = StartProcess(cli, "run", "first.yaml", "--yes", "--no-progress", "--run-id", "first");
        try
        {
            await Wait.UntilAsync(() => Starts(cli, "wait1") > 0);
            var surviving = cli.RunAsync("run", "second.yaml", "--yes", "--run-id", "second");
            await Wait.UntilAsync(() => Starts(cli, "wait2") > 0);

            owner.Kill();
            await owner.WaitForExitAsync();
            var skip = await cli.RunAsync("skip", "first/left1");
            File.WriteAllText(Path.Combine(cli.Home, "go"), "");
            var survivor = await surviving;

            Assert.True(skip.ExitCode == 0, skip.People);
            Assert.True(survivor.ExitCode == 0, survivor.People);
            Assert.Contains("this process is running the engine now", survivor.People, StringComparison.Ordinal);
            Assert.Equal(("completed", "completed"), (await StateAsync(cli, "first"), await StateAsync(cli, "second")));
            Assert.Equal(("x\n", "x\n", "x\n"), (cli.Read("wait1.txt"), cli.Read("after1.txt"), cli.Read("wait2.txt")));
            Assert.Equal((1, 1, 1, 0), (Starts(cli, "wait1"), Starts(cli, "after1"), Starts(cli, "wait2"), Starts(cli, "left1")));
        }
        finally
        {
            if (!owner.HasExited)
            {
                owner.Kill();
            }
        }
    }

    [Fact]
    public async Task Owner_Done_LeavesTheEngineToTheOtherRun()
    {
        using var cli = Repository();
        cli.Write("first.yaml", "tasks:\n  - {id: short, description: A, files_write: [short.txt]}\n");
        cli.Write(
            "second.yaml",
            "tasks:\n  - {id: wait2, description: B, files_write: [wait2.txt]}\n  - {id: after2, description: C, files_write: "
                + "[after2.txt], depends_on: [wait2]}\n"
        );

        var first = cli.RunAsync("run", "first.yaml", "--yes");
        await Wait.UntilAsync(() => Starts(cli, "short") > 0);
        var second = cli.RunAsync("run", "second.yaml", "--yes");
        var owner = await first;
        await Wait.UntilAsync(() => Starts(cli, "wait2") > 0);
        File.WriteAllText(Path.Combine(cli.Home, "go"), "");
        var survivor = await second;

        Assert.True(owner.ExitCode == 0, owner.People);
        Assert.True(survivor.ExitCode == 0, survivor.People);
        Assert.Equal((1, 1), (Starts(cli, "wait2"), Starts(cli, "after2")));
    }

    [Fact]
    public async Task Owner_KilledWhileAGateRuns_TheGateIsEndedBeforeItIsRunAgain()
    {
        using var cli = Repository();
        var gates = Path.Combine(cli.Home, "gates");
        cli.Write(
            "first.yaml",
            $"tasks:\n  - {{id: a, description: A, files_write: [a.txt], verification: ['echo $$ >> {gates}; while [ ! -e {cli.Home}/go ]; "
                + $"do sleep 0.1; done']}}\n"
        );
        using var owner = StartProcess(cli, "run", "first.yaml", "--yes", "--no-progress", "--run-id", "first");
        await Wait.UntilAsync(() => File.Exists(gates) && File.ReadAllLines(gates).Length == 1);
        var working = await cli.RunAsync("status");
        var workingJson = (await cli.RunAsync("status", "--json")).Json;
        owner.Kill();
        await owner.WaitForExitAsync();
        var abandoned = await cli.RunAsync("status");
        var abandonedJson = (await cli.RunAsync("status", "--json")).Json;

        var resuming = cli.RunAsync("resume", "--yes");
        await Wait.UntilAsync(() => File.ReadAllLines(gates).Length == 2);
        var isLeft = ProcessIdentity.Of(int.Parse(File.ReadAllLines(gates)[0], CultureInfo.InvariantCulture)) is not null;
        File.WriteAllText(Path.Combine(cli.Home, "go"), "");
        var resumed = await resuming;

        Assert.DoesNotContain("No process is working", working.People, StringComparison.Ordinal);
        Assert.Contains(
            "No process is working on this run now. 'orchestrate resume first' continues it.",
            abandoned.People,
            StringComparison.Ordinal
        );
        Assert.Equal((false, true), ((bool)workingJson["abandoned"]!, (bool)abandonedJson["abandoned"]!));
        Assert.False(isLeft, "The gate of the killed process still ran.");
        Assert.True(resumed.ExitCode == 0, resumed.People);
    }

    [Theory]
    [Trait("Category", "Full")]
    [InlineData("--run-id=mine")]
    public Task Run_DetachedWithAnIdGivenInOneWord_GoesOnUnderThatId(params string[] id) =>
        Run_DetachedWithAnIdOfAPersons_GoesOnUnderThatId(id);

    [Theory]
    [InlineData("--run-id", "mine")]
    public async Task Run_DetachedWithAnIdOfAPersons_GoesOnUnderThatId(params string[] id)
    {
        using var cli = Repository();
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n");
        using var starting = StartProcess(cli, ["run", "--yes", "--detach", .. id]);
        await starting.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(120));

        Assert.Equal(0, starting.ExitCode);
        await Wait.UntilAsync(() =>
            File.ReadAllText(Path.Combine(cli.Folder, ".orchestrator", "logs", "mine.log"))
                .Contains("mine: completed", StringComparison.Ordinal)
        );
    }

    private static CliFixture Repository()
    {
        var cli = new CliFixture().WithRepository();
        var agent = cli.WriteAgent(Agent);
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\ndisk: {{reserve: 1}}\n"
        );
        return cli;
    }

    internal static Process StartProcess(CliFixture cli, params string[] arguments)
    {
        var process = InstalledProgram.Start(Program, cli, arguments);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static int Starts(CliFixture cli, string task)
    {
        var file = Path.Combine(cli.Home, $"starts-{task}");
        return File.Exists(file) ? File.ReadAllLines(file).Length : 0;
    }

    private static async Task<string?> StateAsync(CliFixture cli, string run) =>
        (string?)(await cli.RunAsync("status", run, "--json")).Json["state"];
}
