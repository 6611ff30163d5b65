namespace Orchestrator.Processes.Tests;

public sealed class DetachedProcessTests
{
    private readonly DetachedProcess _detached = new();

    [Fact]
    public async Task Start_Program_RunsInItsOwnSessionWithFilesAsStreams()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["in"], "question\n");
        ProcessIdentity? announced = null;

        var identity = await _detached.StartAsync(
            new DetachedCommand("sh", ["-c", "cat; echo \"$A\" >&2; exec sleep 1000"])
            {
                InputFile = folder["in"],
                OutputFile = folder["out"],
                ErrorFile = folder["err"],
                Environment = new Dictionary<string, string?> { ["A"] = "it's" },
            },
            early => announced = early
        );

        Assert.Equal(announced, identity);
        Assert.True(identity.IsAlive());
        Assert.Equal("it's", await Shell.ReadWhenWrittenAsync(folder["err"]));
        Assert.Equal("question", await Shell.ReadWhenWrittenAsync(folder["out"]));
        await Shell.WaitUntilAsync(() => ProcessTable.FindBySession(identity.ProcessId).Count == 1, "it leads its session");
        await new ProcessStopper().StopAsync(identity, StopSignal.Terminate, Shell.Patience, Shell.Patience);
        Assert.False(identity.IsAlive());
    }

    [Fact]
    public async Task Start_Program_HoldsNothingOfOurs()
    {
        using var folder = new TemporaryFolder();

        var identity = await _detached.StartAsync(
            new DetachedCommand("sleep", ["1000"]) { OutputFile = folder["out"], ErrorFile = folder["err"] }
        );

        await Shell.WaitUntilAsync(() => ProcFiles.ReadStat(identity.ProcessId)?.Name == "sleep", "it runs");
        var streams = Enumerable.Range(0, 3).Select(number => new FileInfo($"/proc/{identity.ProcessId}/fd/{number}").LinkTarget);
        Assert.Equal(["/dev/null", folder["out"], folder["err"]], streams);
        Assert.DoesNotContain(Enumerable.Range(3, 7), number => Path.Exists($"/proc/{identity.ProcessId}/fd/{number}"));
        Assert.NotEqual(ProcFiles.ReadStat(Environment.ProcessId)!.SessionId, ProcFiles.ReadStat(identity.ProcessId)!.SessionId);
        await new ProcessStopper().StopAsync(identity, StopSignal.Terminate, Shell.Patience, Shell.Patience);
    }

    [Fact]
    public async Task Start_OutputFolderMissing_IsAClearFault()
    {
        using var folder = new TemporaryFolder();

        var fault = await Assert.ThrowsAsync<ProcessStartException>(() =>
            _detached.StartAsync(new DetachedCommand("sleep", ["1000"]) { OutputFile = folder["no/such/out"], ErrorFile = folder["err"] })
        );

        Assert.Contains("no/such/out", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ProgramMissing_IsAClearFault()
    {
        using var folder = new TemporaryFolder();

        var fault = await Assert.ThrowsAsync<ProcessStartException>(() =>
            _detached.StartAsync(new DetachedCommand("no-such-program-here", []) { OutputFile = folder["out"], ErrorFile = folder["err"] })
        );

        Assert.Equal(ProcessStartFailure.ProgramNotFound, fault.Failure);
    }

    [Fact]
    public async Task Start_CallerFailsBefore_ProgramNeverBegins()
    {
        using var folder = new TemporaryFolder();
        ProcessIdentity? early = null;

        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            _detached.StartAsync(
                new DetachedCommand("touch", [folder["touched"]]) { OutputFile = folder["out"], ErrorFile = folder["err"] },
                identity =>
                {
                    early = identity;
                    throw new InvalidOperationException("could not note it");
                }
            )
        );

        await Shell.WaitUntilAsync(() => !early!.IsAlive(), "the child gave up");
        Assert.False(File.Exists(folder["touched"]));
    }
}
