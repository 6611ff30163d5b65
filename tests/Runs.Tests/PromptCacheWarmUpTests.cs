using Microsoft.Extensions.Time.Testing;
using Orchestrator.Runs.Tasks;
using Xunit;

namespace Orchestrator.Runs.Tests;

public sealed class PromptCacheWarmUpTests
{
    private static readonly TimeSpan Lead = TimeSpan.FromSeconds(3);
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 25, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Wave_TheFirstBeginsAtOnceAndTheOthersBehindIt()
    {
        var starts = new PromptCacheWarmUp(_time);

        await starts.WaitAsync("a", Lead, CancellationToken.None);
        var other = starts.WaitAsync("b", Lead, CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(1));
        var second = starts.WaitAsync("a", Lead, CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(1));
        var third = starts.WaitAsync("a", Lead, CancellationToken.None);

        Assert.True(other.IsCompleted);
        Assert.False(second.IsCompleted || third.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        await Task.WhenAll(second, third);
        Assert.True(starts.WaitAsync("a", Lead, CancellationToken.None).IsCompleted);
    }

    [Fact]
    public async Task Wave_AfterTheCacheIsGone_BeginsAnew()
    {
        var starts = new PromptCacheWarmUp(_time);
        await starts.WaitAsync("a", Lead, CancellationToken.None);
        _time.Advance(TimeSpan.FromMinutes(4));
        await starts.WaitAsync("a", Lead, CancellationToken.None);
        _time.Advance(TimeSpan.FromMinutes(4));
        Assert.True(starts.WaitAsync("a", Lead, CancellationToken.None).IsCompleted);

        _time.Advance(TimeSpan.FromMinutes(6));
        await starts.WaitAsync("a", Lead, CancellationToken.None);

        Assert.False(starts.WaitAsync("a", Lead, CancellationToken.None).IsCompleted);
    }

    [Fact]
    public async Task Waiting_ThatIsEnded_EndsWithoutAFault()
    {
        var starts = new PromptCacheWarmUp(_time);
        using var stop = new CancellationTokenSource();
        await starts.WaitAsync("a", Lead, CancellationToken.None);
        var waiting = starts.WaitAsync("a", Lead, stop.Token);

        await stop.CancelAsync();

        await waiting;
    }
}
