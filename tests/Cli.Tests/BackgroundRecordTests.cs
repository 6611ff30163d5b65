using Orchestrator.Cli.Console;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Run folders that vanish, or whose records are damaged, while commands and background units list them.</summary>
public sealed class BackgroundRecordTests
{
    /// <summary>A link to a missing file exists when it is looked at and is gone when it is read, as during a cleanup.</summary>
    [Theory]
    [InlineData("history")]
    [InlineData("status")]
    [InlineData("inbox")]
    [InlineData("watch", "--once")]
    public async Task Command_RunFolderVanishesWhileItLists_IsCarriedOut(params string[] command)
    {
        using var cli = new CliFixture().WithRepository();
        Record(cli, "night", Ended);
        Vanish(cli, "gone");

        var result = await cli.RunAsync(command);

        Assert.True(result.ExitCode == 0, result.People);
        Assert.DoesNotContain("status.json", result.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_RecordOfAnotherRunIsDamagedMeanwhile_EndsAsUsual()
    {
        using var cli = RunCommandTests.Repository(
            """
            echo x > a.txt
            mkdir -p "$HOME/../work/.orchestrator/runs/other"
            echo '{' > "$HOME/../work/.orchestrator/runs/other/status.json"
            """
        );
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt], verification: [test -f a.txt]}\n");

        var run = await cli.RunAsync("run", "--yes", "--run-id", "night");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.True(File.Exists(Path.Combine(cli.Folder, ".orchestrator/runs/other/status.json")));
    }

    [Fact]
    public async Task Worker_RecordIsDamaged_ContinuesAndCheckShowsIt()
    {
        using var cli = new CliFixture().WithRepository();
        Record(cli, "night", "{");
        using var interrupts = new InterruptHandler();
        var working = cli.RunAsync(new RecordingTerminal(), interrupts, "worker", "--yes");

        var check = "";
        await Wait.UntilAsync(async () =>
            (check = (await cli.RunAsync("check")).Output).Contains("background", StringComparison.Ordinal) || working.IsCompleted
        );
        Assert.False(working.IsCompleted, working.IsCompleted ? (await working).People : "");
        Record(cli, "night", Ended);
        await Wait.UntilAsync(async () => !(await cli.RunAsync("check")).Output.Contains("background", StringComparison.Ordinal));
        interrupts.Raise();

        Assert.Contains("night/status.json can't be read", check, StringComparison.Ordinal);
        Assert.Equal(0, (await working).ExitCode);
    }

    private const string Ended = """{"runId": "night", "state": "completed", "startedAt": "2026-11-25T03:00:00Z", "tasks": []}""";

    private static void Record(CliFixture cli, string run, string status) => cli.Write($".orchestrator/runs/{run}/status.json", status);

    private static void Vanish(CliFixture cli, string run)
    {
        var folder = Directory.CreateDirectory(Path.Combine(cli.Folder, ".orchestrator", "runs", run)).FullName;
        File.CreateSymbolicLink(Path.Combine(folder, "status.json"), Path.Combine(folder, "removed"));
    }
}
