using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.App;
using Orchestrator.App.Supervision;
using Orchestrator.Runs;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Supervised background units.</summary>
public sealed class PeriodicBackgroundWorkTests : IDisposable
{
    private readonly CliFixture _cli = new CliFixture().WithRepository();
    private readonly DelayRecorder _time = new();
    private readonly Channel<Func<Task<TimeSpan?>>> _passes = Channel.CreateUnbounded<Func<Task<TimeSpan?>>>();

    public PeriodicBackgroundWorkTests() => Directory.CreateDirectory(Path.Combine(_cli.Folder, ".orchestrator"));

    [Fact]
    public async Task Pass_Fails_IsRepeatedAfterADelayThatDoublesUpToAMinute()
    {
        using var unit = Unit();
        await unit.StartAsync(default);
        var delays = new List<TimeSpan>();
        for (var pass = 0; pass < 9; pass++)
        {
            delays.Add(await PassAsync(() => throw new IOException("The disk is full.")));
        }
        var fault = unit.LastFault;

        var pause = await PassAsync(() => Task.FromResult<TimeSpan?>(TimeSpan.FromHours(1)));
        var afterwards = unit.LastFault;
        var again = await PassAsync(() => throw new IOException("The disk is full again."));
        await unit.StopAsync(default);

        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60, 60], delays.Select(delay => delay.TotalSeconds));
        Assert.Equal(("unit", "The disk is full.", 9), (fault!.Unit, fault.Error, fault.Failures));
        Assert.Equal((TimeSpan.FromHours(1), null, TimeSpan.FromSeconds(1)), (pause, afterwards, again));
    }

    [Fact]
    public async Task Item_Fails_OthersAreActedOnAndItsErrorStaysUntilItSucceeds()
    {
        using var unit = Unit();
        await unit.StartAsync(default);
        var acted = 0;
        await PassAsync(async () =>
        {
            await unit.ActAsync("a", () => throw new IOException("The disk is full."));
            await unit.ActAsync("b", () => Task.FromResult($"{acted++}"));
            return TimeSpan.FromSeconds(5);
        });
        var both = unit.LastFault!.Error;
        await PassAsync(async () =>
        {
            await unit.ActAsync("b", () => Task.FromResult(""));
            return TimeSpan.FromSeconds(5);
        });
        var one = unit.LastFault!.Error;
        await PassAsync(async () =>
        {
            await unit.ActAsync("a", () => Task.FromResult(""));
            return TimeSpan.FromSeconds(5);
        });
        await unit.StopAsync(default);

        Assert.Equal(("a: The disk is full.; b: 0", "a: The disk is full."), (both, one));
        Assert.Null(unit.LastFault);
    }

    [Fact]
    public async Task Fault_UnitRuns_IsShownByStatusAndCheckUntilTheUnitEnds()
    {
        _cli.Write(
            ".orchestrator/runs/night/status.json",
            """{"runId": "night", "state": "completed", "startedAt": "2026-11-25T03:00:00Z", "tasks": []}"""
        );
        using var unit = Unit();
        await unit.StartAsync(default);
        await PassAsync(() => throw new IOException("The disk\u001b[2J is full."));

        var (status, check) = (await _cli.RunAsync("status"), await _cli.RunAsync("check", "--json"));
        await unit.StopAsync(default);
        var afterwards = await _cli.RunAsync("status");

        Assert.Contains("in the background: unit failed once, last ", status.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[2J", status.Output, StringComparison.Ordinal);
        Assert.Contains("\"background\"", check.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("background", afterwards.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NoteOfADeadProcess_IsIgnoredAndRemoved()
    {
        var note = _cli.Write(".orchestrator/background/1-x", "999999999 1\nunit\n1\n0\nThe disk is full.");

        Assert.Empty(BackgroundErrorStore.Read(Path.Combine(_cli.Folder, ".orchestrator")));
        Assert.False(File.Exists(note));
    }

    /// <summary>The end of a unit is an event: a worker that fails, and an engine that is lost.</summary>
    [Fact]
    public void Services_OfTheCommandLine_AreSupervisedUnits()
    {
        var types = typeof(PeriodicBackgroundWork).Assembly.GetTypes();

        Assert.Equal(
            ["EngineHostedService", "HostedWorker"],
            types
                .Where(type => type.IsSubclassOf(typeof(BackgroundService)) && type != typeof(PeriodicBackgroundWork))
                .Where(type => !type.IsSubclassOf(typeof(PeriodicBackgroundWork)))
                .Select(type => type.Name)
                .Order()
        );
        Assert.Empty(
            types
                .Where(type => type.Name.EndsWith("Watch", StringComparison.Ordinal) && !type.IsSubclassOf(typeof(PeriodicBackgroundWork)))
                .Select(type => type.Name)
        );
    }

    public void Dispose() => _cli.Dispose();

    private TestUnit Unit() => new(LocalRepositoryPaths.Find(_cli.Folder)!, _time, _passes.Reader);

    /// <summary>Has the unit perform one pass.</summary>
    /// <returns>The pause after it, which has passed then.</returns>
    private async Task<TimeSpan> PassAsync(Func<Task<TimeSpan?>> pass)
    {
        _passes.Writer.TryWrite(pass);
        var pause = await _time.Delays.ReadAsync();
        _time.Advance(pause);
        return pause;
    }

    private sealed class TestUnit(LocalRepositoryPaths repository, TimeProvider time, ChannelReader<Func<Task<TimeSpan?>>> passes)
        : PeriodicBackgroundWork("unit", [repository], time, NullLogger.Instance)
    {
        public Task ActAsync(string item, Func<Task<string>> act) => TryAsync(item, act, default);

        protected override async Task<TimeSpan?> PassAsync(CancellationToken stop) => await (await passes.ReadAsync(stop))();
    }

    /// <summary>A clock that tells which delays begin.</summary>
    private sealed class DelayRecorder : FakeTimeProvider
    {
        private readonly Channel<TimeSpan> _delays = Channel.CreateUnbounded<TimeSpan>();

        public ChannelReader<TimeSpan> Delays => _delays.Reader;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _delays.Writer.TryWrite(dueTime);
            return timer;
        }
    }
}
