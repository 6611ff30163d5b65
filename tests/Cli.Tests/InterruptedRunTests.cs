using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Messages about a run whose process died, and the effect of commands in a second terminal on a run of the first one.</summary>
public class InterruptedRunTests
{
    private const string Waiting =
        "echo x >> \"$HOME/starts-$ORCHESTRATOR_TASK\"; while [ ! -e \"$HOME/go\" ]; do sleep 0.1; done; echo x > $ORCHESTRATOR_TASK.txt";

    [Fact]
    public async Task Run_ProcessWasKilled_IsInterruptedWithTheCommandWhereverOneLooksAndGoesOnByIt()
    {
        using var cli = await RepositoryAsync();
        await OutputStreamTests
            .Program(cli)
            .KillWhenAsync(
                Path.Combine(cli.Home, "log"),
                () => Starts(cli, "a") == 1 && Starts(cli, "b") == 1,
                "run",
                "--yes",
                "--run-id",
                "night"
            );

        var status = await cli.RunAsync("status");
        var json = (await cli.RunAsync("status", "--json")).Json;
        var show = await cli.RunAsync("show");
        var report = await cli.RunAsync("report");
        var history = await cli.RunAsync("history");
        await File.WriteAllTextAsync(Path.Combine(cli.Home, "go"), "");
        var resumed = await cli.RunAsync("resume", "night", "--yes");

        Assert.StartsWith("night  interrupted: orchestrate resume night  ", status.Output, StringComparison.Ordinal);
        Assert.Equal(("interrupted", true), ((string)json["standing"]!, (bool)json["abandoned"]!));
        Assert.Contains(
            "interrupted: No process is working on this run now. 'orchestrate resume night' continues it.",
            show.Output,
            StringComparison.Ordinal
        );
        Assert.StartsWith("# night: interrupted", report.Output, StringComparison.Ordinal);
        Assert.Contains("orchestrate resume night", report.Output, StringComparison.Ordinal);
        Assert.Contains("night  interrupted", history.Output, StringComparison.Ordinal);
        Assert.True(resumed.ExitCode == 0, resumed.People);
        Assert.StartsWith("night  completed  ", (await cli.RunAsync("status")).Output, StringComparison.Ordinal);
        Assert.Equal((1, 1), (Starts(cli, "a"), Starts(cli, "b")));
    }

    [Fact]
    public async Task Resume_OfATaskWhileAnotherTerminalWorksOnTheRun_ReturnsAndTheTaskGoesOnThere()
    {
        using var cli = await RepositoryAsync();
        var running = cli.RunAsync("run", "--yes", "--run-id", "night");
        await Wait.UntilAsync(() => Starts(cli, "a") == 1 && Starts(cli, "b") == 1);

        var pause = await cli.RunAsync("pause", "night/a");
        await Wait.UntilAsync(async () => await IsPausedAsync(cli, "a"));
        var resume = await cli.RunAsync("resume", "night/a");
        var again = await cli.RunAsync("resume", "night/b");
        await Wait.UntilAsync(() => Starts(cli, "a") == 2);
        var isStillRunning = !running.IsCompleted;
        await File.WriteAllTextAsync(Path.Combine(cli.Home, "go"), "");
        var run = await running;

        Assert.Equal((0, 0, 0), (pause.ExitCode, resume.ExitCode, again.ExitCode));
        Assert.Contains("a continues.", resume.People, StringComparison.Ordinal);
        Assert.Contains("b is executing and not paused.", again.People, StringComparison.Ordinal);
        Assert.True(isStillRunning, run.People);
        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal((2, 1), (Starts(cli, "a"), Starts(cli, "b")));
    }

    /// <summary>To read needs no home: also a task's id alone names it in a copy of the repository. To change does.</summary>
    [Fact]
    public async Task Task_ByItsIdAloneInACopyOfTheRepository_IsShownAndNotChanged()
    {
        using var cli = await RepositoryAsync();
        await OutputStreamTests
            .Program(cli)
            .KillWhenAsync(
                Path.Combine(cli.Home, "log"),
                () => Starts(cli, "a") == 1 && Starts(cli, "b") == 1,
                "run",
                "--yes",
                "--run-id",
                "night"
            );
        var copy = cli.Folder + " copy";
        Directory.Move(cli.Folder, copy);

        var show = await cli.RunAsync("show", "b", "-C", copy);
        var logs = await cli.RunAsync("logs", "b", "-C", copy);
        var pause = await cli.RunAsync("pause", "b", "-C", copy);
        Directory.Move(copy, cli.Folder);
        await File.WriteAllTextAsync(Path.Combine(cli.Home, "go"), "");
        var resumed = await cli.RunAsync("resume", "--yes");

        Assert.Equal((0, 0, 2, 0), (show.ExitCode, logs.ExitCode, pause.ExitCode, resumed.ExitCode));
        Assert.Contains("night/b", show.Output, StringComparison.Ordinal);
        Assert.Contains($"belongs to the repository at {cli.Folder}", pause.People, StringComparison.Ordinal);
    }

    private static async Task<bool> IsPausedAsync(CliFixture cli, string task) =>
        (await cli.RunAsync("status", "--json")).Json["tasks"]!.AsArray().Single(t => (string)t!["id"]! == task)![
            "paused"
        ]!.GetValue<bool>();

    private static async Task<CliFixture> RepositoryAsync()
    {
        var cli = RunCommandTests.Repository(Waiting);
        cli.Write(
            "tasks.yaml",
            "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n  - {id: b, description: B, files_write: [b.txt]}\n"
        );
        await cli.TrustAsync();
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Plan");
        return cli;
    }

    private static int Starts(CliFixture cli, string task)
    {
        var file = Path.Combine(cli.Home, $"starts-{task}");
        return File.Exists(file) ? File.ReadAllLines(file).Length : 0;
    }
}
