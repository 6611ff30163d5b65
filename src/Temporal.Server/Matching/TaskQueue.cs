using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.TaskQueue.V1;

namespace Temporal.Server.Matching;

/// <summary>
/// One task queue of one kind of task: tasks that wait for pollers, or pollers that wait for tasks. Guarded by its own lock.
/// </summary>
internal sealed class TaskQueue : IDisposable
{
    /// <summary>How long a poller is shown after its last poll.</summary>
    public static readonly TimeSpan PollerShown = TimeSpan.FromMinutes(5);

    private const int DefaultPriority = 3;
    private const int ManyPollers = 100;

    /// <summary>How old a list of pollers may be that comes from <see cref="PollersLately"/>.</summary>
    private const long LatelyMs = 5_000;

    private readonly Lock _lock = new();
    private readonly PriorityQueue<QueuedTask, (int Priority, long Sequence)> _tasks = new();
    private readonly LinkedList<TaskCompletionSource<QueuedTask?>> _pollers = new();
    private readonly Dictionary<string, (DateTimeOffset LastPoll, PollerInfo Info)> _seen = [];
    private readonly TaskQueueNumbers _numbers = new();
    private readonly DispatchRate _rate;
    private readonly ITimer _next;
    private IReadOnlyList<PollerInfo> _lately = [];
    private long _latelyAt = long.MinValue;
    private long _sequence;
    private long _lastPoll = long.MinValue;
    private long _lastUse = Environment.TickCount64;
    private bool _retired;

    public TaskQueue(TimeProvider time)
    {
        _rate = new DispatchRate(time);
        _next = time.CreateTimer(static s => ((TaskQueue)s!).Pump(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Tasks per second that may leave the queue, as somebody set it; null for no limit but that of the workers.</summary>
    public double? Rate
    {
        set
        {
            lock (_lock)
            {
                _rate.Set = value;
                Pump();
            }
        }
    }

    /// <summary>Numbers of each priority of which tasks wait.</summary>
    public IReadOnlyList<(int Priority, TaskQueueStats Stats)> StatsByPriority
    {
        get
        {
            lock (_lock)
            {
                return [.. _numbers.ByPriority(_tasks.UnorderedItems.Select(item => (item.Element, item.Priority.Priority)))];
            }
        }
    }

    /// <summary>Numbers of all tasks.</summary>
    public TaskQueueStats Stats
    {
        get
        {
            lock (_lock)
            {
                return _numbers.Stats([.. _tasks.UnorderedItems.Select(item => item.Element)]);
            }
        }
    }

    public int Backlog
    {
        get
        {
            lock (_lock)
            {
                return _tasks.Count;
            }
        }
    }

    /// <summary>Who polled since a time, and when.</summary>
    public IReadOnlyList<PollerInfo> Pollers(DateTimeOffset since)
    {
        lock (_lock)
        {
            return
            [
                .. _seen
                    .Values.Where(seen => seen.LastPoll >= since)
                    .OrderByDescending(seen => seen.LastPoll)
                    .Select(seen =>
                    {
                        var info = seen.Info.Clone();
                        info.LastAccessTime = Timestamp.FromDateTimeOffset(seen.LastPoll);
                        return info;
                    }),
            ];
        }
    }

    /// <summary>
    /// As <see cref="Pollers"/>, as it was some seconds ago: the real server answers the enhanced description from a cache, and so do we.
    /// </summary>
    public IReadOnlyList<PollerInfo> PollersLately(DateTimeOffset since)
    {
        lock (_lock)
        {
            if (_latelyAt == long.MinValue || Environment.TickCount64 - _latelyAt >= LatelyMs)
            {
                _lately = Pollers(since);
                _latelyAt = Environment.TickCount64;
            }

            return _lately;
        }
    }

    public bool HasPoller(TimeSpan within)
    {
        lock (_lock)
        {
            return _pollers.Count > 0 || (_lastPoll != long.MinValue && Environment.TickCount64 - _lastPoll <= within.TotalMilliseconds);
        }
    }

    /// <summary>
    /// Hands the task to the poller that waits longest, else keeps it. False: the queue is retired, another has its name.
    /// </summary>
    public bool TryAdd(QueuedTask task)
    {
        lock (_lock)
        {
            if (_retired)
            {
                return false;
            }

            _lastUse = Environment.TickCount64;
            var priority = task.Priority > 0 ? task.Priority : DefaultPriority;
            _tasks.Enqueue(task, (priority, _sequence++));
            _numbers.Added(task, priority);
            Pump();
            return true;
        }
    }

    /// <summary>
    /// Takes the next task, waiting for one until the token is cancelled; null then. False: the queue is retired, another has its name.
    /// </summary>
    /// <param name="info">Who polls, for descriptions of the queue.</param>
    /// <param name="now">The time that descriptions show for this poll.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="task">The task, or the wait for it.</param>
    public bool TryPoll(PollerInfo info, DateTimeOffset now, CancellationToken cancellationToken, out ValueTask<QueuedTask?> task)
    {
        LinkedListNode<TaskCompletionSource<QueuedTask?>> node;
        task = default;
        if (cancellationToken.IsCancellationRequested)
        {
            return true;
        }

        lock (_lock)
        {
            if (_retired)
            {
                return false;
            }

            _lastPoll = _lastUse = Environment.TickCount64;
            if (info.Identity.Length > 0)
            {
                Forget(now);
                _seen[info.Identity] = (now, info);
            }

            _rate.Asked = info.RatePerSecond;
            if (_tasks.Count > 0 && _pollers.Count == 0 && MayGo())
            {
                _tasks.TryDequeue(out var next, out var place);
                _numbers.Dispatched(next!, place.Priority);
                task = new ValueTask<QueuedTask?>(next);
                return true;
            }

            node = _pollers.AddLast(new TaskCompletionSource<QueuedTask?>(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        task = WaitAsync(node, cancellationToken);
        return true;
    }

    private async ValueTask<QueuedTask?> WaitAsync(
        LinkedListNode<TaskCompletionSource<QueuedTask?>> node,
        CancellationToken cancellationToken
    )
    {
        var poller = node.Value;
        await using (cancellationToken.UnsafeRegister(static (s, _) => ((TaskCompletionSource<QueuedTask?>)s!).TrySetResult(null), poller))
        {
            var task = await poller.Task;
            lock (_lock)
            {
                _lastUse = Environment.TickCount64;
                _lastPoll = _lastPoll == long.MinValue ? _lastPoll : _lastUse;
                if (node.List is not null)
                {
                    _pollers.Remove(node);
                }
            }

            return task;
        }
    }

    /// <summary>Forgets pollers that are not shown any more, when there are many: every process that ever polled was one.</summary>
    private void Forget(DateTimeOffset now)
    {
        if (_seen.Count < ManyPollers)
        {
            return;
        }

        foreach (var (identity, seen) in _seen)
        {
            if (now - seen.LastPoll > PollerShown)
            {
                _seen.Remove(identity);
            }
        }
    }

    /// <summary>Hands out tasks while there are tasks, pollers, and leave to go.</summary>
    private void Pump()
    {
        lock (_lock)
        {
            while (_tasks.Count > 0 && _pollers.Count > 0 && MayGo())
            {
                _tasks.TryDequeue(out var task, out var place);
                if (HandOver(task!))
                {
                    _numbers.Dispatched(task!, place.Priority);
                }
                else
                {
                    _tasks.Enqueue(task!, place);
                    _rate.GiveBack();
                }
            }
        }
    }

    private bool HandOver(QueuedTask task)
    {
        while (_pollers.First is { } first)
        {
            _pollers.RemoveFirst();
            if (first.Value.TrySetResult(task))
            {
                return true;
            }
        }

        return false;
    }

    private bool MayGo()
    {
        if (_rate.TryTake(out var wait))
        {
            return true;
        }

        _next.Change(wait, Timeout.InfiniteTimeSpan);
        return false;
    }

    /// <summary>Ends all waiting polls without a task.</summary>
    public void Release()
    {
        lock (_lock)
        {
            foreach (var poller in _pollers)
            {
                poller.TrySetResult(null);
            }

            _pollers.Clear();
        }
    }

    /// <summary>As if nobody had ever polled.</summary>
    public void Abandon()
    {
        lock (_lock)
        {
            Release();
            _lastPoll = long.MinValue;
        }
    }

    /// <summary>Closes the queue for ever if nothing waits in it and nobody has used it for that long; true when it is closed.</summary>
    public bool TryRetire(TimeSpan unused)
    {
        lock (_lock)
        {
            return _retired |= _tasks.Count == 0 && _pollers.Count == 0 && Environment.TickCount64 - _lastUse >= unused.TotalMilliseconds;
        }
    }

    public void Dispose() => _next.Dispose();
}
