namespace Orchestrator.Processes.Tests;

public sealed class DetachedProcessStarterTests
{
    private readonly DetachedProcessStarter _detached = new();

    [Fact]
    public async Task Start_Program_RunsInItsOwnSessionWithFilesAsStreams()
    {
        using var folder = new TemporaryFolder();

        var identity = await _detached.StartAsync(
            new DetachedProcessOptions("sh", ["-c", "echo out; cat; echo \"$A\" >&2; exec sleep 1000"])
            {
                OutputFile = folder["out"],
                ErrorFile = folder["err"],
                Environment = new Dictionary<string, string?> { ["A"] = "it's" },
            }
        );

        Assert.True(identity.IsAlive());
        Assert.Equal("it's", await Shell.ReadWhenWrittenAsync(folder["err"]));
        Assert.Equal("out", await Shell.ReadWhenWrittenAsync(folder["out"]));
        await Shell.WaitUntilAsync(() => ProcFiles.ReadStat(identity.ProcessId)?.SessionId == identity.ProcessId, "it leads its session");
        await new ProcessStopper().StopAsync(identity, PosixStopSignal.Terminate, Shell.Patience, Shell.Patience);
        Assert.False(identity.IsAlive());
    }

    [Fact]
    public async Task Start_Program_HoldsNothingOfOurs()
    {
        using var folder = new TemporaryFolder();

        var identity = await _detached.StartAsync(
            new DetachedProcessOptions("sleep", ["1000"]) { OutputFile = folder["out"], ErrorFile = folder["err"] }
        );

        await Shell.WaitUntilAsync(() => ProcFiles.ReadStat(identity.ProcessId)?.Name == "sleep", "it runs");
        var streams = Enumerable.Range(0, 3).Select(number => new FileInfo($"/proc/{identity.ProcessId}/fd/{number}").LinkTarget);
        Assert.Equal(["/dev/null", folder["out"], folder["err"]], streams);
        // The loader of a program that has just started has its libraries open for a moment.
        await Shell.WaitUntilAsync(
            () => !Enumerable.Range(3, 7).Any(number => Path.Exists($"/proc/{identity.ProcessId}/fd/{number}")),
            "it holds its three streams alone"
        );
        Assert.NotEqual(ProcFiles.ReadStat(Environment.ProcessId)!.SessionId, ProcFiles.ReadStat(identity.ProcessId)!.SessionId);
        await new ProcessStopper().StopAsync(identity, PosixStopSignal.Terminate, Shell.Patience, Shell.Patience);
    }

    [Fact]
    public async Task Start_OutputFolderMissing_IsAClearFault()
    {
        using var folder = new TemporaryFolder();

        var fault = await Assert.ThrowsAsync<ProcessStartException>(() =>
            _detached.StartAsync(
                new DetachedProcessOptions("sleep", ["1000"]) { OutputFile = folder["no/such/out"], ErrorFile = folder["err"] }
            )
        );

        Assert.Contains("no/such/out", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ProgramMissing_IsAClearFault()
    {
        using var folder = new TemporaryFolder();

        var fault = await Assert.ThrowsAsync<ProcessStartException>(() =>
            _detached.StartAsync(
                new DetachedProcessOptions("no-such-program-here", []) { OutputFile = folder["out"], ErrorFile = folder["err"] }
            )
        );

        Assert.Equal(ProcessStartFailure.ProgramNotFound, fault.Failure);
    }
}
