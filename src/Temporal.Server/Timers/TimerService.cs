using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Temporal.Server.Timers;

/// <summary>
/// Everything that happens at a time goes through here: one heap, one real timer. Due times are wall clock; while anything is due within a
/// day the clock is looked at every second, so that jumps of the wall clock are seen; a jump back is told, since what is measured in awake
/// time is then due earlier.
/// </summary>
internal sealed class TimerService : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookFar = TimeSpan.FromHours(1);
    private const int FewCancelled = 1000;

    private readonly TimeProvider _time;
    private readonly AwakeTime _awake;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly PriorityQueue<Entry, long> _heap = new();
    private readonly ITimer _timer;
    private long _armedFor = long.MaxValue;
    private bool _disposed;
    private int _running;
    private long _begun;
    private int _cancelled;
    private TimeSpan _asleep;

    public TimerService(TimeProvider time, ILogger logger, AwakeTime? awake = null)
    {
        _time = time;
        _awake = awake ?? new AwakeTime(time);
        _logger = logger;
        _timer = time.CreateTimer(static s => ((TimerService)s!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The clock of the engine.</summary>
    public DateTimeOffset UtcNow => _time.GetUtcNow();

    /// <summary>
    /// Calls <paramref name="action"/> on the thread pool once the clock has reached <paramref name="due"/>; dispose the result to call it
    /// off.
    /// </summary>
    public IDisposable Schedule(DateTimeOffset due, Action action)
    {
        var entry = new Entry(this, due.UtcTicks, action);
        lock (_lock)
        {
            Sweep();
            _heap.Enqueue(entry, entry.Due);
            if (entry.Due < _armedFor)
            {
                Arm();
            }
        }

        return entry;
    }

    /// <summary>The number of actions that are kept, with those that were cancelled and not forgotten yet.</summary>
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

    /// <summary>The moment of the next action while nothing is being carried out, neither an action nor other work that
    /// <see cref="BeginWork"/> told of; null while something is. Two of them are equal where nothing was begun in between.</summary>
    public TimersAtRest? AtRest
    {
        get
        {
            lock (_lock)
            {
                // In this order: work that begins after the first look changes the number, work that began before it is counted.
                var begun = Interlocked.Read(ref _begun);
                return Volatile.Read(ref _running) > 0
                    ? null
                    : new TimersAtRest(Peek() is { } entry ? new DateTimeOffset(entry.Due, TimeSpan.Zero) : null, begun);
            }
        }
    }

    /// <summary>The wall clock was set back.</summary>
    public event Action? SetBack;

    /// <summary>Called when such work has ended.</summary>
    public event Action? WorkDone;

    /// <summary>
    /// Tells of work that follows from a timer or a change and is not finished: a clock that skips waits for it. Dispose the result at its
    /// end.
    /// </summary>
    public IDisposable BeginWork()
    {
        Begin();
        return new Work(this);
    }

    /// <summary>Looks at the clock now: for a clock that was moved.</summary>
    public void Reconsider() => Fire();

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _timer.Dispose();
        }
    }

    private Entry? Peek()
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

    /// <summary>Forgets what was called off, when it is most of the heap: what is due in a year would stay there for a year.</summary>
    private void Sweep()
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

    private void Arm()
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

        // Whole milliseconds, rounded up: never early.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
    }

    private void Fire()
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

            Arm();
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

    private void Run(Entry entry)
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

    private sealed class Work(TimerService service) : IDisposable
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

    private sealed class Entry(TimerService service, long due, Action action) : IDisposable
    {
        private int _cancelled;

        public long Due { get; } = due;

        public Action Action { get; } = action;

        /// <summary>True if the action has left the heap to be carried out: calling it off changes no count.</summary>
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

/// <summary>Timers of which none is being carried out.</summary>
/// <param name="NextDue">When the next is due; null: there is none.</param>
/// <param name="Begun">How much has been begun since the start.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TimersAtRest(DateTimeOffset? NextDue, long Begun);
