using Orchestrator.Cli.Console;
using Orchestrator.TestKit;
using Temporalio.Testing;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Schedules on a Temporal server, where several machines may serve them.</summary>
public sealed class ServerScheduleTests
{
    /// <summary>A run that nobody works on is still open when the next times come: they are skipped, as the server knows.</summary>
    [Fact]
    public async Task Worker_TimesThatNobodyCarriedOut_AreToldOnceAndStandInTheInbox()
    {
        await using var environment = await WorkflowEnvironment.StartLocalAsync(
            new() { DevServerOptions = new() { ExistingPath = OrchestrateProgram.Path } }
        );
        using var cli = RunCommandTests.Repository("sleep 2; echo one > one.txt");
        cli.Environment["TEMPORAL_ADDRESS"] = environment.Client.Connection.Options.TargetHost!;
        var program = Path.Combine(cli.Home, "notify.sh");
        await File.WriteAllTextAsync(program, "cat >> \"$HOME/notices\"\n");
        cli.WriteUser($"notifications: {{provider: command, command: [/bin/sh, {program}], on: [schedule_missed]}}\n");
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [one.txt]}\n");
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Plan");
        var created = await cli.RunAsync("schedule", "create", "nightly", "--cron", "* * * * * * *", "--yes");
        Assert.True(created.ExitCode == 0, created.People);

        await Wait.UntilAsync(async () =>
            (await cli.RunAsync("schedule", "list")).Output.Contains("was still open", StringComparison.Ordinal)
        );
        var inbox = await cli.RunAsync("inbox");
        for (var start = 0; start < 2; start++)
        {
            using var working = new InterruptHandler();
            var terminal = new RecordingTerminal();
            var worker = cli.RunAsync(terminal, working, "worker", "--yes");
            await Wait.UntilAsync(() => Told(cli).Length > 0 || worker.IsCompleted);
            await Wait.UntilAsync(() => terminal.People.Contains("Working on", StringComparison.Ordinal) || worker.IsCompleted);
            if (start == 0)
            {
                await cli.RunAsync("schedule", "pause", "nightly");
            }
            working.Raise();
            Assert.True((await worker).ExitCode == 0, terminal.People);
        }

        Assert.Contains("The schedule nightly did not run at", inbox.Output, StringComparison.Ordinal);
        var told = Told(cli);
        Assert.Single(told.Split("The schedule nightly did not run at").Skip(1));
        Assert.Contains("was still open", told, StringComparison.Ordinal);
    }

    private static string Told(CliFixture cli)
    {
        var file = Path.Combine(cli.Home, "notices");
        return File.Exists(file) ? File.ReadAllText(file) : "";
    }
}
