namespace Orchestrator.Processes.Tests;

/// <summary>A program that dies unexpectedly is started again; a program that ends itself or on request is not.</summary>
public sealed class CrashSupervisorTests
{
    [Fact]
    public async Task Hold_ProgramIsKilled_StartsTheOtherCommandAndTellsIt()
    {
        using var folder = new TemporaryFolder();

        var supervisor = await HoldAsync(folder, "echo \"$1\"; kill -9 $$", "echo again \"$1\"", "it's a \"$HOME\"");

        await Shell.WaitUntilAsync(() => !supervisor.IsAlive(), "it has ended");
        var log = await File.ReadAllTextAsync(folder["log"]);
        Assert.Contains("it's a \"$HOME\"\n", log, StringComparison.Ordinal);
        Assert.Contains(
            "The engine died unexpectedly (exit code 137). It will be restarted in 1 s (restart 1 of at most 6",
            log,
            StringComparison.Ordinal
        );
        Assert.EndsWith("again it's a \"$HOME\"\n", log, StringComparison.Ordinal);
        var crash = Assert.Single(CrashSupervisor.Read(folder["crashes"]));
        Assert.Equal((137, false), (crash.ExitCode, crash.IsLast));
    }

    [Theory]
    [InlineData("exit 4")]
    [InlineData("kill -TERM $$")]
    [InlineData("kill -INT $$")]
    public async Task Hold_ProgramSaysGoodbye_EndsToo(string goodbye)
    {
        using var folder = new TemporaryFolder();

        var supervisor = await HoldAsync(folder, goodbye, "echo again", "");

        await Shell.WaitUntilAsync(() => !supervisor.IsAlive(), "it has ended");
        Assert.DoesNotContain("again", await File.ReadAllTextAsync(folder["log"]), StringComparison.Ordinal);
        Assert.Empty(CrashSupervisor.Read(folder["crashes"]));
    }

    [Fact]
    public async Task Hold_SupervisorIsAskedToEnd_AsksTheProgramAndWaitsForIt()
    {
        using var folder = new TemporaryFolder();
        var supervisor = await HoldAsync(
            folder,
            "trap 'sleep 0.3; echo goodbye; exit 3' TERM; echo begun; while :; do sleep 0.05; done",
            "echo again",
            ""
        );
        Assert.Equal("begun", await Shell.ReadWhenWrittenAsync(folder["log"]));

        await new ProcessStopper().StopAsync(supervisor, PosixStopSignal.Terminate, Shell.Patience, Shell.Patience);

        // The signal goes to all that belongs to it, so a shell may say that its own 'sleep' was ended.
        var log = await File.ReadAllTextAsync(folder["log"]);
        Assert.EndsWith("goodbye\n", log, StringComparison.Ordinal);
        Assert.DoesNotContain("again", log, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Full")]
    public async Task Hold_ProgramDiesAgainAndAgain_GivesUpAfterSixTimesWithinTheHour()
    {
        using var folder = new TemporaryFolder();

        var supervisor = await HoldAsync(folder, "kill -9 $$", "kill -6 $$", "");

        await Shell.WaitUntilAsync(() => !supervisor.IsAlive(), "it has ended", TimeSpan.FromMinutes(3));
        var crashes = CrashSupervisor.Read(folder["crashes"]);
        Assert.Equal([137, 134, 134, 134, 134, 134, 134], crashes.Select(crash => crash.ExitCode));
        Assert.Equal([false, false, false, false, false, false, true], crashes.Select(crash => crash.IsLast));
        Assert.True(crashes[^1].Time - crashes[0].Time >= TimeSpan.FromSeconds(60));
        Assert.Contains("It was restarted 6 times within the hour", await File.ReadAllTextAsync(folder["log"]), StringComparison.Ordinal);
    }

    private static Task<ProcessIdentity> HoldAsync(TemporaryFolder folder, string first, string again, string word) =>
        new DetachedProcessStarter().StartAsync(
            CrashSupervisor.CreateCommand(
                new DetachedProcessOptions("/bin/sh", ["-c", first, "sh", word]) { OutputFile = folder["log"], ErrorFile = folder["log"] },
                ["/bin/sh", "-c", again, "sh", word],
                "The engine",
                folder["crashes"]
            )
        );
}
