using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>A power cut or a user damaged files of a run. Each reader prints one sentence, and the run can be ended.</summary>
public class DamagedFilesTests
{
    [Fact]
    public async Task Commands_OnARunWhoseFilesAreDamaged_SayASentenceAndEndIt()
    {
        using var cli = RunCommandTests.Repository("""echo x > a.txt; echo '{"status": "failed", "reason": "hard"}' > .task-status.json""");
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt], verification: [{command: \"true\"}]}\n");
        await cli.RunAsync("run", "--yes", "--run-id", "night");
        string[] damaged = ["plan/start.json", "preflight/verdicts.json", "tasks/a/1/outcome.json", "tasks/a/task.json"];
        foreach (var file in damaged)
        {
            cli.Write($".orchestrator/runs/night/{file}", "");
        }

        foreach (
            var command in (string[][])
                [
                    ["report"],
                    ["report", "--json"],
                    ["status"],
                    ["show", "a"],
                    ["diff", "a"],
                    ["logs", "a"],
                ]
        )
        {
            var said = await cli.RunAsync(command);
            Assert.True(said.ExitCode is 0 or 1 or 2, $"{string.Join(' ', command)}: {said.ExitCode} {said.People}");
            Assert.DoesNotContain("   at Orchestrator.", said.Output + said.People, StringComparison.Ordinal);
        }
        var cancel = await cli.RunAsync("cancel", "night");
        var after = await cli.RunAsync("status", "night");

        Assert.True(cancel.ExitCode is 0 or 1, cancel.People);
        Assert.StartsWith("night  cancelled", after.Output, StringComparison.Ordinal);
    }
}
