namespace Orchestrator.Workflows.Tests.Night;

/// <summary>The clock on the wall of a simulated night: it goes as it does, and is put forward; timers that are due then go off at once.
/// What measures awake time goes by a timestamp, and sees each time that it is put forward as sleep of the machine.</summary>
/// <param name="start">The first time of the clock.</param>
internal sealed class NightClock(DateTimeOffset start) : TimeProvider
{
    private readonly long _began = System.GetTimestamp();
    private readonly Lock _lock = new();
    private readonly List<(DateTimeOffset Due, TaskCompletionSource Reached)> _waiting = [];
    private readonly List<NightTimer> _timers = [];
    private TimeSpan _ahead;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return start + System.GetElapsedTime(_began) + _ahead;
        }
    }

    /// <summary>Number of callers that wait for a time.</summary>
    public int Awaited
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Waits until the clock shows a time.</summary>
    public Task UntilAsync(DateTimeOffset due, CancellationToken stop)
    {
        lock (_lock)
        {
            if (due <= GetUtcNow())
            {
                return Task.CompletedTask;
            }
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((due, reached));
            return reached.Task.WaitAsync(stop);
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new NightTimer(this, callback, state);
        lock (_lock)
        {
            _timers.Add(timer);
        }
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Puts it forward. What timers do that are due then is begun when this returns.</summary>
    /// <param name="time">By so much.</param>
    /// <param name="asleep">Nothing worked meanwhile: what is waited for comes as much later.</param>
    public void Forward(TimeSpan time, bool asleep = false)
    {
        List<TaskCompletionSource> reached;
        List<NightTimer> timers;
        lock (_lock)
        {
            _ahead += time;
            if (asleep)
            {
                for (var i = 0; i < _waiting.Count; i++)
                {
                    _waiting[i] = (_waiting[i].Due + time, _waiting[i].Reached);
                }
            }
            var now = GetUtcNow();
            reached = [.. _waiting.Where(one => one.Due <= now).Select(one => one.Reached)];
            _waiting.RemoveAll(one => one.Due <= now);
            timers = [.. _timers.Where(timer => timer.Due <= now)];
        }
        timers.ForEach(timer => timer.GoOff());
        reached.ForEach(one => one.TrySetResult());
    }

    /// <summary>A timer that goes off when its time has passed, or was passed over.</summary>
    private sealed class NightTimer : ITimer
    {
        private readonly NightClock _clock;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private readonly ITimer _real;

        public NightTimer(NightClock clock, TimerCallback callback, object? state)
        {
            (_clock, _callback, _state) = (clock, callback, state);
            _real = System.CreateTimer(_ => GoOff(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        /// <summary>The time when the timer is due, or null if it never is.</summary>
        public DateTimeOffset? Due { get; private set; }

        public void GoOff()
        {
            lock (_clock._lock)
            {
                if (Due - _clock.GetUtcNow() is not { } left)
                {
                    return;
                }
                if (left > TimeSpan.Zero)
                {
                    // The real one was a little early.
                    _real.Change(left + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
                    return;
                }
                Due = null;
            }
            _callback(_state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (period != Timeout.InfiniteTimeSpan)
            {
                throw new NotSupportedException("Nothing in a night is done again and again by a timer.");
            }
            lock (_clock._lock)
            {
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : _clock.GetUtcNow() + dueTime;
                return _real.Change(dueTime, period);
            }
        }

        public void Dispose()
        {
            lock (_clock._lock)
            {
                _clock._timers.Remove(this);
                Due = null;
            }
            _real.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
