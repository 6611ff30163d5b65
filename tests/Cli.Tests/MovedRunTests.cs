using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>A run whose machine is another one: what is said of it, and how it is taken to this one. Two homes are two machines where this
/// machine is a container.</summary>
public class MovedRunTests
{
    private const string Waiting =
        "echo x >> \"$HOME/starts-$ORCHESTRATOR_TASK\"; while [ ! -e \"$HOME/go\" ]; do sleep 0.1; done; echo x > $ORCHESTRATOR_TASK.txt";

    [MachinesFact]
    public async Task Run_OfAnotherMachine_SaysSoEverywhereAndGoesOnHereWhenItIsMoved()
    {
        using var cli = await RepositoryAsync();
        await OutputStreamTests
            .Program(cli)
            .KillWhenAsync(Path.Combine(cli.Home, "log"), () => Starts(cli, "a") == 1, "run", "--yes", "--run-id", "night");
        var there = MachineIdentityCalculator.Find(cli.Environment);
        cli.Environment["XDG_STATE_HOME"] = Path.Combine(cli.Home, "other-machine");

        var status = await cli.RunAsync("status");
        var json = (await cli.RunAsync("status", "--json")).Json;
        var show = await cli.RunAsync("show");
        var inbox = await cli.RunAsync("inbox");
        var resumed = await cli.RunAsync("resume", "night", "--yes");
        await File.WriteAllTextAsync(Path.Combine(cli.Home, "go"), "");
        var moved = await cli.RunAsync("move", "night", "--yes");

        Assert.StartsWith("night  interrupted: orchestrate move night  ", status.Output, StringComparison.Ordinal);
        Assert.Contains($"({there})", status.Output, StringComparison.Ordinal);
        Assert.Contains("its last contact is unknown", status.Output, StringComparison.Ordinal);
        Assert.Equal((there, null), ((string?)json["away"]!["machine"], (string?)json["away"]!["lastSeen"]));
        Assert.Contains("'orchestrate move night' takes over the run.", show.Output, StringComparison.Ordinal);
        Assert.Contains("orchestrate move night", inbox.Output, StringComparison.Ordinal);
        Assert.Equal(4, resumed.ExitCode);
        Assert.Contains("night can't continue here. The run waits for the host", resumed.People, StringComparison.Ordinal);
        Assert.True(moved.ExitCode == 0, moved.People);
        Assert.Contains("night was moved from", moved.People, StringComparison.Ordinal);
        Assert.StartsWith("night  completed  ", (await cli.RunAsync("status")).Output, StringComparison.Ordinal);
        Assert.Equal("x\n", cli.Git("show", "main:a.txt"));
    }

    private static async Task<CliFixture> RepositoryAsync()
    {
        var cli = RunCommandTests.Repository(Waiting);
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n");
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Plan");
        return await cli.TrustAsync();
    }

    private static int Starts(CliFixture cli, string task)
    {
        var file = Path.Combine(cli.Home, "starts-" + task);
        return File.Exists(file) ? File.ReadAllLines(file).Length : 0;
    }
}

/// <summary>Needs a container, where a home of its own makes a machine (<c>tests/allowed-skips.txt</c>).</summary>
internal sealed class MachinesFactAttribute : FactAttribute
{
    public MachinesFactAttribute() =>
        Skip = HostIdentificationRecord.Read(new Dictionary<string, string>()).IsContainer
            ? null
            : "This machine has an id of its own, whatever the home.";
}
