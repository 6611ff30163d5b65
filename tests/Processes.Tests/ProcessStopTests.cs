namespace Orchestrator.Processes.Tests;

public sealed class ProcessStopTests
{
    private readonly ProcessRunner _runner = new();

    [Fact]
    public async Task Run_TimeLimitReached_ChildIsAskedToEndAndTheResultSaysSo()
    {
        var result = await _runner.RunAsync(
            Shell.Script("trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.1; done") with
            {
                Timeout = TimeSpan.FromSeconds(2),
                Grace = Shell.Patience,
            }
        );

        Assert.Equal(ProcessEndKind.TimedOut, result.Ending);
        Assert.Equal(7, result.ExitCode);
        Assert.Equal("ready\nbye\n", result.StandardOutput.Text);
    }

    [Fact]
    public async Task Run_ChildIgnoresTheSignal_IsKilled()
    {
        var result = await _runner.RunAsync(
            Shell.Script("trap '' TERM INT; while :; do sleep 0.1; done") with
            {
                Timeout = TimeSpan.FromSeconds(1),
                Grace = TimeSpan.FromSeconds(1),
            }
        );

        Assert.Equal(ProcessEndKind.TimedOutAndKilled, result.Ending);
        Assert.Equal(137, result.ExitCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_Stopped_GrandchildrenInSessionsOfTheirOwnDieToo(bool ownSession)
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        var running = _runner.RunAsync(
            Shell.Script(
                "(setsid sh -c 'trap \"\" TERM; echo $$ > $1; while :; do sleep 0.1; done' sh $1 &) ; sleep 1000",
                folder["pid"]
            ) with
            {
                OwnSession = ownSession,
                Grace = TimeSpan.FromSeconds(1),
                Timeout = null,
            },
            stop.Token
        );
        var grandchild = ProcessIdentity.Of(int.Parse(await Shell.ReadWhenWrittenAsync(folder["pid"])));
        Assert.True(grandchild!.IsAlive());

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.False(grandchild.IsAlive());
    }

    [Fact]
    public async Task Run_OwnSession_SignalReachesTheWholeGroup()
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        var running = _runner.RunAsync(
            Shell.Script(
                "sh -c 'trap \"echo inner > $2; exit\" INT; echo ready > $1; while :; do sleep 0.1; done' sh $1 $2; exit 5",
                folder["ready"],
                folder["inner"]
            ) with
            {
                OwnSession = true,
                StopSignal = PosixStopSignal.Interrupt,
                Grace = Shell.Patience,
            },
            stop.Token
        );
        await Shell.ReadWhenWrittenAsync(folder["ready"]);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.True(File.Exists(folder["inner"]));
    }

    [Fact]
    public async Task Run_StoppedBeforeItBegan_StartsNothing()
    {
        using var folder = new TemporaryFolder();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            _runner.RunAsync(Shell.Script("touch $1", folder["touched"]), new CancellationToken(canceled: true))
        );

        Assert.False(File.Exists(folder["touched"]));
    }

    [Fact]
    public async Task Run_FloodThatNeverEnds_TimeLimitEndsIt()
    {
        var result = await _runner.RunAsync(
            Shell.Script("exec yes") with
            {
                Timeout = TimeSpan.FromSeconds(1),
                StandardOutput = ProcessOutputTargets.Capture(100),
            }
        );

        Assert.True(result.TimedOut);
        Assert.True(result.StandardOutput.IsTruncated);
    }

    [Fact]
    public async Task Stopper_ByEnvironment_FindsAndEndsAllWithTheMark()
    {
        using var folder = new TemporaryFolder();
        var mark = Guid.NewGuid().ToString("N");
        var running = _runner.RunAsync(
            Shell.Script("setsid sleep 1000 & echo $! > $1; sleep 1000", folder["pid"]) with
            {
                Environment = new Dictionary<string, string?> { ["PROCESSES_TEST_MARK"] = mark },
            }
        );
        var inner = ProcessIdentity.Of(int.Parse(await Shell.ReadWhenWrittenAsync(folder["pid"])))!;

        var stopped = await new ProcessStopper().StopByEnvironmentAsync(
            "PROCESSES_TEST_MARK",
            mark,
            PosixStopSignal.Terminate,
            Shell.Patience,
            Shell.Patience
        );

        Assert.InRange(stopped, 2, 3);
        Assert.False(inner.IsAlive());
        Assert.Empty(ProcessTable.FindByEnvironment("PROCESSES_TEST_MARK", mark));
        await running;
    }

    [Fact]
    public async Task Stopper_StoppedProcess_IsKilledAllTheSame()
    {
        using var folder = new TemporaryFolder();
        var running = _runner.RunAsync(Shell.Script("echo $$ > $1; kill -STOP $$; sleep 1000", folder["pid"]));
        var child = int.Parse(await Shell.ReadWhenWrittenAsync(folder["pid"]));
        await Shell.WaitUntilAsync(() => ProcFiles.ReadStat(child)?.State == 'T', "the child stopped");

        await new ProcessStopper().StopAsync(
            ProcessIdentity.Of(child)!,
            PosixStopSignal.Terminate,
            TimeSpan.FromMilliseconds(200),
            Shell.Patience
        );

        Assert.Equal(137, (await running).ExitCode);
    }

    [Fact]
    public async Task Stopper_NothingThere_IsNoFault()
    {
        Assert.Equal(
            0,
            await new ProcessStopper().StopByEnvironmentAsync(
                "PROCESSES_TEST_MARK",
                "never-given",
                PosixStopSignal.Terminate,
                TimeSpan.Zero,
                TimeSpan.Zero
            )
        );
    }
}
