using System.Text.Json.Nodes;
using Orchestrator.Messages;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>A task that is prepared or verified names its set-up command or gate, and how long that has run, without an event more in the
/// run's history.</summary>
public sealed class RunningGateOrSetUpTests
{
    [Fact]
    public async Task Status_WhileSetUpAndGateRun_NamesThemWithTheirAge()
    {
        using var cli = RunCommandTests.Repository("echo x > a.txt");
        // The base has no work of a task to wait at.
        var waits = cli.Write(
            "wait.sh",
            """
            [ $1 = set-up ] || [ -e a.txt ] || exit 1
            case $1-$PWD in set-up-*/a | gate-*) while [ ! -e "$HOME/$1-go" ]; do sleep 0.05; done ;; esac

            """
        );
        File.AppendAllText(Path.Combine(cli.Folder, ".orchestrator", "config.yaml"), $"worktrees: {{setup: [\"sh {waits} set-up\"]}}\n");
        cli.Write(
            "tasks.yaml",
            $"tasks:\n  - {{id: a, description: A, files_write: [a.txt], verification: [{{name: slow, command: \"sh {waits} gate\"}}]}}\n"
        );
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=N", "-c", "user.email=n@example.com", "commit", "-qm", "plan");
        await cli.TrustAsync();

        var running = cli.RunAsync("run", "--yes", "--run-id", "night");
        var setUp = await SeenAsync(cli, running, "set-up");
        await File.WriteAllTextAsync(Path.Combine(cli.Home, "set-up-go"), "");
        var gate = await SeenAsync(cli, running, "gate");
        await File.WriteAllTextAsync(Path.Combine(cli.Home, "gate-go"), "");
        var run = await running;

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Contains($"set-up 'sh {waits} set-up' for 0:", setUp.Screen, StringComparison.Ordinal);
        Assert.Equal(("set-up", $"sh {waits} set-up"), ((string?)setUp.Step["kind"], (string?)setUp.Step["name"]));
        Assert.Contains("for 0:", gate.Screen, StringComparison.Ordinal);
        Assert.Equal("gate", (string?)gate.Step["kind"]);
        Assert.Null((await cli.RunAsync("status", "--json")).Json["tasks"]![0]!["step"]);
    }

    private static async Task<(string Screen, JsonNode Step)> SeenAsync(CliFixture cli, Task running, string kind)
    {
        JsonNode? step = null;
        await Wait.UntilAsync(async () =>
        {
            if (running.IsCompleted)
            {
                return true;
            }
            var status = await cli.RunAsync("status", "--json");
            var task = status.ExitCode == 0 ? status.Json["tasks"]!.AsArray().FirstOrDefault() : null;
            step = task?["step"];
            return (string?)step?["kind"] == kind && (string?)task!["state"] is TaskStateNames.Preparing or TaskStateNames.Verifying;
        });
        Assert.False(running.IsCompleted);
        return ((await cli.RunAsync("status")).Output, step!);
    }
}
