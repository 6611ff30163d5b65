namespace Orchestrator.Temporal.Sdk.Tests.Unkind;

/// <summary>The system's clock, whose timers ring up to a second late, as a busy server's may.</summary>
internal sealed class LateClock(int seed) : TimeProvider
{
    private readonly Random _random = new(seed);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new LateTimer(this, System.CreateTimer(callback, state, Later(dueTime), period));

    private TimeSpan Later(TimeSpan due)
    {
        lock (_random)
        {
            return due <= TimeSpan.Zero ? due : due + TimeSpan.FromMilliseconds(_random.Next(1000));
        }
    }

    private sealed class LateTimer(LateClock clock, ITimer inner) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => inner.Change(clock.Later(dueTime), period);

        public void Dispose() => inner.Dispose();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
