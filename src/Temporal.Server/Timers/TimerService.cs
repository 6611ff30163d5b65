using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Temporal.Server.Timers;

/// <summary>
/// Runs all timed actions from one heap and one system timer. Due times are wall clock times, so the clock is checked for jumps every
/// second while an action is due within a day. A backward jump raises <see cref="SetBack"/>, because timeouts that are not affected by
/// clock changes are then due at an earlier wall clock time.
/// </summary>
internal sealed class TimerService : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookFar = TimeSpan.FromHours(1);
    private const int FewCancelled = 1000;

    private readonly TimeProvider _time;
    private readonly AwakeClock _awake;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly PriorityQueue<PendingTimerCallback, long> _heap = new();
    private readonly ITimer _timer;
    private long _armedFor = long.MaxValue;
    private bool _disposed;
    private int _running;
    private long _begun;
    private int _cancelled;
    private TimeSpan _asleep;

    public TimerService(TimeProvider time, ILogger logger, AwakeClock? awake = null)
    {
        _time = time;
        _awake = awake ?? new AwakeClock(time);
        _logger = logger;
        _timer = time.CreateTimer(static s => ((TimerService)s!).RunDueActions(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The server's current time.</summary>
    public DateTimeOffset UtcNow => _time.GetUtcNow();

    /// <summary>
    /// Calls <paramref name="action"/> on the thread pool once the clock has reached <paramref name="due"/>. Dispose the returned object to
    /// cancel the call.
    /// </summary>
    public IDisposable Schedule(DateTimeOffset due, Action action)
    {
        var entry = new PendingTimerCallback(this, due.UtcTicks, action);
        lock (_lock)
        {
            RemoveCanceled();
            _heap.Enqueue(entry, entry.Due);
            if (entry.Due < _armedFor)
            {
                SetTimer();
            }
        }

        return entry;
    }

    /// <summary>Number of stored actions, including canceled ones that have not been removed yet.</summary>
    public int Kept
    {
        get
        {
            lock (_lock)
            {
                return _heap.Count;
            }
        }
    }

    /// <summary>
    /// The idle state with the next due time, or null while an action or other work (<see cref="BeginWork"/>) is running. If two successive
    /// values are equal, no work started in between.
    /// </summary>
    public IdleTimerState? AtRest
    {
        get
        {
            lock (_lock)
            {
                // Reads the counter first. Work that starts later changes the counter, and work that started earlier is still counted as
                // running.
                var begun = Interlocked.Read(ref _begun);
                return Volatile.Read(ref _running) > 0
                    ? null
                    : new IdleTimerState(Peek() is { } entry ? new DateTimeOffset(entry.Due, TimeSpan.Zero) : null, begun);
            }
        }
    }

    /// <summary>Raised after the wall clock was set back.</summary>
    public event Action? SetBack;

    /// <summary>Raised when an action or other work has ended.</summary>
    public event Action? WorkDone;

    /// <summary>
    /// Registers work that follows from a timer or a change, so that a time-skipping clock is not moved forward until the work has ended.
    /// Dispose the returned object when the work ends.
    /// </summary>
    public IDisposable BeginWork()
    {
        Begin();
        return new ClockSkipBlockingHandle(this);
    }

    /// <summary>Immediately runs all actions that are due. Call this method after the clock was moved.</summary>
    public void CheckClock() => RunDueActions();

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _timer.Dispose();
        }
    }

    private PendingTimerCallback? Peek()
    {
        while (_heap.TryPeek(out var entry, out _))
        {
            if (!entry.Cancelled)
            {
                return entry;
            }

            _heap.Dequeue();
            _cancelled--;
        }

        return null;
    }

    /// <summary>
    /// Removes canceled actions once they make up most of the heap. Otherwise, a canceled action that is due in a year would stay in the
    /// heap for a year.
    /// </summary>
    private void RemoveCanceled()
    {
        if (_cancelled < Math.Max(FewCancelled, _heap.Count / 2))
        {
            return;
        }

        var live = _heap.UnorderedItems.Where(item => !item.Element.Cancelled).ToList();
        _cancelled = 0;
        _heap.Clear();
        _heap.EnqueueRange(live);
    }

    private void SetTimer()
    {
        if (_disposed)
        {
            return;
        }

        if (Peek() is not { } next)
        {
            _armedFor = long.MaxValue;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        var wait = TimeSpan.FromTicks(Math.Max(0, next.Due - UtcNow.UtcTicks));
        wait =
            wait > TimeSpan.FromDays(1) ? LookFar
            : wait > Look ? Look
            : wait;
        _armedFor = next.Due;

        // Rounds up to whole milliseconds, so that the timer never fires early.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
    }

    private void RunDueActions()
    {
        if (IsSetBack())
        {
            SetBack?.Invoke();
        }

        lock (_lock)
        {
            var now = UtcNow.UtcTicks;
            while (Peek() is { } entry && entry.Due <= now)
            {
                _heap.Dequeue();
                entry.Taken = true;
                Begin();
                ThreadPool.UnsafeQueueUserWorkItem(static s => s.Service.Run(s.Entry), (Service: this, Entry: entry), preferLocal: false);
            }

            SetTimer();
        }
    }

    private bool IsSetBack()
    {
        var asleep = _awake.Asleep;
        lock (_lock)
        {
            var before = _asleep;
            _asleep = asleep;
            return asleep < before;
        }
    }

    private void Run(PendingTimerCallback entry)
    {
        try
        {
            if (!entry.Cancelled)
            {
                entry.Action();
            }
        }
        catch (Exception e)
        {
            Log.TimerFailed(_logger, e);
        }
        finally
        {
            EndWork();
        }
    }

    private void Begin()
    {
        Interlocked.Increment(ref _running);
        Interlocked.Increment(ref _begun);
    }

    private void EndWork()
    {
        Interlocked.Decrement(ref _running);
        WorkDone?.Invoke();
    }

    private sealed class ClockSkipBlockingHandle(TimerService service) : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
            {
                service.EndWork();
            }
        }
    }

    private sealed class PendingTimerCallback(TimerService service, long due, Action action) : IDisposable
    {
        private int _cancelled;

        public long Due { get; } = due;

        public Action Action { get; } = action;

        /// <summary>
        /// True if the action was removed from the heap for execution. If the action is canceled later, the count of canceled actions in
        /// the heap stays the same.
        /// </summary>
        public bool Taken { get; set; }

        public bool Cancelled => Volatile.Read(ref _cancelled) == 1;

        public void Dispose()
        {
            lock (service._lock)
            {
                if (_cancelled == 0)
                {
                    _cancelled = 1;
                    service._cancelled += Taken ? 0 : 1;
                }
            }
        }
    }
}

/// <summary>The state of the timers while no action is running.</summary>
/// <param name="NextDue">Next due time, or null for none.</param>
/// <param name="Begun">Number of actions and other work started so far.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct IdleTimerState(DateTimeOffset? NextDue, long Begun);
