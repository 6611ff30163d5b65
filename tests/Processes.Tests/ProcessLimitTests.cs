using Microsoft.Extensions.Time.Testing;

namespace Orchestrator.Processes.Tests;

/// <summary>Memory and processor time of process trees.</summary>
public sealed class ProcessLimitTests : IAsyncLifetime
{
    private const string Variable = "LIMIT_TEST";
    private const string TwoLoops = "(while :; do :; done) & while :; do :; done";

    /// <summary>Doubles a text to 64 MiB, then says so.</summary>
    private const string Hold =
        "x=0123456789abcdef; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22; do x=$x$x; done; echo held >> \"$1\"; ";

    private readonly string _mark = Guid.NewGuid().ToString("N");
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Above_TreeThatHoldsMuch_SaysHowMuch()
    {
        await StartAsync(Hold + "sleep 600");
        await Shell.ReadWhenWrittenAsync(_folder["said"]);
        var memory = new ProcessTreeMemory(Find);

        Assert.InRange(memory.Above(32 * 1024 * 1024)!.Value, 64L * 1024 * 1024, 512L * 1024 * 1024);
        Assert.Null(memory.Above(1024L * 1024 * 1024));
    }

    [Fact]
    public async Task Above_MemorySharedByAForkedChild_CountsOnce()
    {
        await StartAsync(Hold + "(echo child >> \"$1\"; while :; do sleep 1; done) & while :; do sleep 1; done");
        await Shell.WaitUntilAsync(() => File.Exists(_folder["said"]) && File.ReadAllLines(_folder["said"]).Length == 2, "both run");
        var alone = new ProcessTreeMemory(() =>
            [.. Find().Where(process => process.Name == "sh").OrderBy(process => process.StartTime).Take(1)]
        )
            .Above(0)!
            .Value;

        // Two processes, each with the same pages: as much as one would hold, and a little more for itself.
        Assert.InRange(new ProcessTreeMemory(Find).Above(0)!.Value, alone / 2, alone * 3 / 2);
    }

    [Fact]
    public async Task Look_TreeThatUsesMoreThanItsShare_IsStoppedUntilTheShareHasCaughtUp()
    {
        await StartAsync(TwoLoops);
        await Shell.WaitUntilAsync(() => Find().Count == 2, "both loops run");
        var throttle = new ProcessCpuLimiter(Find, 0.5, _time);
        throttle.CheckUsage();
        var before = Used();
        await Shell.WaitUntilAsync(() => Used() - before > TimeSpan.FromSeconds(0.3), "they have used 0.3 s");

        _time.Advance(TimeSpan.FromSeconds(0.1));
        throttle.CheckUsage();
        await Shell.WaitUntilAsync(() => Find().All(process => process.IsStopped), "all are stopped");
        var used = Used() - before;

        // Of half a core 0.2 s for every 0.4 s: just before they have had as long as they used they are stopped, then they continue.
        for (var given = TimeSpan.FromSeconds(0.05); given < used - TimeSpan.FromSeconds(0.05); given += TimeSpan.FromSeconds(0.05))
        {
            throttle.CheckUsage();
            Assert.All(Find(), process => Assert.True(process.IsStopped));
            _time.Advance(TimeSpan.FromSeconds(0.1));
        }

        _time.Advance(TimeSpan.FromSeconds(0.3));
        throttle.CheckUsage();
        await Shell.WaitUntilAsync(() => Find().All(process => !process.IsStopped), "all go on");
    }

    [Fact]
    public async Task Look_TreeBelowItsShare_IsLeftAlone()
    {
        await StartAsync("while :; do sleep 0.05; done");
        await Shell.WaitUntilAsync(() => Find().Count > 0, "it runs");
        var throttle = new ProcessCpuLimiter(Find, 0.5, _time);
        for (var i = 0; i < 20; i++)
        {
            throttle.CheckUsage();
            Assert.DoesNotContain(Find(), process => process.IsStopped);
            await Task.Delay(10);
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public async Task Look_TimeOfChildrenThatHaveEnded_CountsToo()
    {
        // Each child works and ends between two looks.
        await StartAsync("while :; do sh -c 'i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done'; done");
        await Shell.WaitUntilAsync(() => Find().Count > 0, "it runs");
        var first = Find().MinBy(process => process.StartTime)!;
        var throttle = new ProcessCpuLimiter(() => [.. Find().Where(process => process.ProcessId == first.ProcessId)], 0.5, _time);
        throttle.CheckUsage();
        var before = Used();
        await Shell.WaitUntilAsync(() => Used() - before > TimeSpan.FromSeconds(0.3), "children have used 0.3 s");

        _time.Advance(TimeSpan.FromSeconds(0.1));
        throttle.CheckUsage();

        await Shell.WaitUntilAsync(() => Find().First(process => process.ProcessId == first.ProcessId).IsStopped, "the parent is stopped");
        throttle.Release();
    }

    [Fact]
    public async Task FirstLook_StoppedByOneThatWasKilled_LetsThemGoOn()
    {
        await StartAsync(TwoLoops);
        await Shell.WaitUntilAsync(() => Find().Count == 2, "both loops run");
        foreach (var process in Find())
        {
            ProcessSignals.Send(process.ProcessId, ProcessSignals.Stop);
        }

        await Shell.WaitUntilAsync(() => Find().All(process => process.IsStopped), "all are stopped");

        new ProcessCpuLimiter(Find, 0.5, _time).CheckUsage();

        await Shell.WaitUntilAsync(() => Find().All(process => !process.IsStopped), "all go on");
    }

    [Fact]
    public async Task Release_WhatOthersStopped_StaysStopped()
    {
        await StartAsync(TwoLoops);
        await Shell.WaitUntilAsync(() => Find().Count == 2, "both loops run");
        var throttle = new ProcessCpuLimiter(Find, 0.5, _time);
        throttle.CheckUsage();
        ProcessSignals.Send(Find()[0].ProcessId, ProcessSignals.Stop);
        await Shell.WaitUntilAsync(() => Find().Any(process => process.IsStopped), "one is stopped");

        _time.Advance(TimeSpan.FromSeconds(1));
        throttle.CheckUsage();
        throttle.Release();

        Assert.Single(Find(), process => process.IsStopped);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await new ProcessStopper().StopByEnvironmentAsync(Variable, _mark, PosixStopSignal.Terminate, TimeSpan.Zero, Shell.Patience);
        _folder.Dispose();
    }

    private IReadOnlyList<ProcessTableRow> Find() => ProcessTable.FindByEnvironment(Variable, _mark);

    private TimeSpan Used() => TimeSpan.FromTicks(Find().Sum(process => process.CpuTime.Ticks));

    private Task StartAsync(string script) =>
        new DetachedProcessStarter().StartAsync(
            new DetachedProcessOptions("/bin/sh", ["-c", script, "sh", _folder["said"]])
            {
                Environment = new Dictionary<string, string?> { [Variable] = _mark },
                OutputFile = _folder["output"],
                ErrorFile = _folder["output"],
            }
        );
}
