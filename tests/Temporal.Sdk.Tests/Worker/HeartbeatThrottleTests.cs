using System.Collections.Concurrent;
using Orchestrator.TestKit;
using Temporalio.Worker.Activities;

namespace Orchestrator.Temporal.Sdk.Tests.Worker;

public sealed class HeartbeatThrottleTests
{
    private readonly ConcurrentQueue<object?> _sent = new();

    [Theory]
    [InlineData(10.0, 8.0)]
    [InlineData(0.01, 0.008)]
    [InlineData(1000.0, 60.0)]
    [InlineData(0.0, 30.0)]
    [InlineData(null, 30.0)]
    public void Interval_IsFourFifthsOfTheTimeout_WithinItsLimit(double? timeout, double expected)
    {
        TimeSpan? limit = timeout is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        Assert.Equal(
            TimeSpan.FromSeconds(expected),
            HeartbeatThrottle.IntervalFor(limit, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60))
        );
    }

    [Fact]
    public async Task Heartbeats_WithinTheInterval_AreHeldBackAndGivenAtTheEnd()
    {
        var throttle = Create(TimeSpan.FromHours(1));
        throttle.Record([0]);
        await Eventually.TrueAsync(() => _sent.Count == 1);
        for (var index = 1; index < 10; index++)
        {
            throttle.Record([index]);
        }

        var held = await throttle.CloseAsync();
        Assert.Equal([9], held);
        Assert.Equal([0], _sent);
        throttle.Record([10]);
        Assert.Equal([0], _sent);
    }

    [Fact]
    public async Task Heartbeats_AfterTheInterval_AreSentTheLatestOnly()
    {
        var throttle = Create(TimeSpan.FromMilliseconds(50));
        for (var index = 0; index < 1000; index++)
        {
            throttle.Record([index]);
        }

        await Eventually.TrueAsync(() => _sent.Contains(999));
        Assert.Null(await throttle.CloseAsync());
        Assert.True(_sent.Count < 1000);
    }

    private HeartbeatThrottle Create(TimeSpan interval) =>
        new(
            interval,
            TimeProvider.System,
            details =>
            {
                _sent.Enqueue(details[0]);
                return Task.CompletedTask;
            }
        );
}
