using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Temporal.Server.Tests.Model;
using Temporal.Server.Timers;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests.Timers;

public sealed class TimerServiceTests
{
    private readonly ManualClock _clock = new();

    /// <summary>Every change of a run may set its timer anew: limits that are hours off would fill the memory for hours.</summary>
    [Fact]
    public void Schedule_MostIsCalledOff_IsForgottenLongBeforeItIsDue()
    {
        using var timers = new TimerService(_clock, NullLogger.Instance);
        using var kept = timers.Schedule(_clock.GetUtcNow().AddDays(2), () => { });
        for (var i = 0; i < 20_000; i++)
        {
            timers.Schedule(_clock.GetUtcNow().AddDays(1), () => { }).Dispose();
        }

        Assert.InRange(timers.Kept, 1, 2_000);
        timers.Schedule(_clock.GetUtcNow().AddDays(3), () => { }).Dispose();
        Assert.Equal(_clock.GetUtcNow().AddDays(2), timers.AtRest?.NextDue);
    }

    [Fact]
    public async Task Schedule_SomeCalledOff_TheOthersAreDone()
    {
        using var timers = new TimerService(_clock, NullLogger.Instance);
        var done = new System.Collections.Concurrent.ConcurrentBag<int>();
        var last = new TaskCompletionSource();
        for (var i = 0; i < 5_000; i++)
        {
            var number = i;
            var entry = timers.Schedule(_clock.GetUtcNow().AddHours(1), () => done.Add(number));
            if (number % 5 != 0)
            {
                entry.Dispose();
                entry.Dispose();
            }
        }

        timers.WorkDone += () =>
        {
            if (done.Count == 1_000)
            {
                last.TrySetResult();
            }
        };
        _clock.Advance(TimeSpan.FromHours(1));
        timers.CheckClock();

        await last.Task.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(Enumerable.Range(0, 1_000).Select(i => i * 5), done.Order());
        Assert.Equal(0, timers.Kept);
    }

    /// <summary>The clock must not skip to the next timer before the effect of the last one is complete.</summary>
    [Fact]
    public async Task AtRest_WhileATimerGoesOff_IsNotSaidBeforeItIsDone()
    {
        using var timers = new TimerService(_clock, NullLogger.Instance);
        for (var i = 0; i < 5_000; i++)
        {
            var done = false;
            timers.Schedule(
                _clock.GetUtcNow().AddHours(1),
                () =>
                {
                    Thread.SpinWait(100);
                    Volatile.Write(ref done, true);
                }
            );
            _clock.Advance(TimeSpan.FromHours(1));
            var firing = Task.Run(timers.CheckClock);
            while (timers.AtRest is not { NextDue: null })
            {
                Thread.Yield();
            }

            Assert.True(Volatile.Read(ref done), $"time {i}");
            await firing;
        }
    }
}
