using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.TaskQueue.V1;

namespace Temporal.Server.Matching;

/// <summary>One task queue of one kind of task: tasks that wait for pollers, or pollers that wait for tasks. Guarded by its own lock.</summary>
internal sealed class TaskQueue : IDisposable
{
    private const int DefaultPriority = 3;

    /// <summary>How old a list of pollers may be that comes from <see cref="PollersLately"/>.</summary>
    private const long LatelyMs = 5_000;

    private readonly Lock _lock = new();
    private readonly PriorityQueue<QueuedTask, (int Priority, long Sequence)> _tasks = new();
    private readonly LinkedList<TaskCompletionSource<QueuedTask?>> _pollers = new();
    private readonly Dictionary<string, (DateTimeOffset LastPoll, PollerInfo Info)> _seen = [];
    private readonly DispatchRate _rate;
    private readonly ITimer _next;
    private IReadOnlyList<PollerInfo> _lately = [];
    private long _latelyAt = long.MinValue;
    private long _sequence;
    private long _lastPoll = long.MinValue;

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

    /// <summary>Age of the task that waits longest.</summary>
    public TimeSpan BacklogAge
    {
        get
        {
            lock (_lock)
            {
                return _tasks.Count == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Environment.TickCount64 - _tasks.UnorderedItems.Min(t => t.Element.Added));
            }
        }
    }

    /// <summary>Who polled since a time, and when.</summary>
    public IReadOnlyList<PollerInfo> Pollers(DateTimeOffset since)
    {
        lock (_lock)
        {
            return [.. _seen.Values.Where(seen => seen.LastPoll >= since).OrderByDescending(seen => seen.LastPoll).Select(seen =>
            {
                var info = seen.Info.Clone();
                info.LastAccessTime = Timestamp.FromDateTimeOffset(seen.LastPoll);
                return info;
            })];
        }
    }

    /// <summary>As <see cref="Pollers"/>, as it was some seconds ago: the real server answers the enhanced description from a cache, and so do we.</summary>
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

    /// <summary>Hands the task to the poller that waits longest, else keeps it.</summary>
    public void Add(QueuedTask task)
    {
        lock (_lock)
        {
            _tasks.Enqueue(task, (task.Priority > 0 ? task.Priority : DefaultPriority, _sequence++));
            Pump();
        }
    }

    /// <summary>Takes the next task, waiting for one until the token is cancelled; null then.</summary>
    /// <param name="info">Who polls, for descriptions of the queue.</param>
    public async ValueTask<QueuedTask?> PollAsync(PollerInfo info, DateTimeOffset now, CancellationToken cancellationToken)
    {
        TaskCompletionSource<QueuedTask?> poller;
        LinkedListNode<TaskCompletionSource<QueuedTask?>> node;
        if (cancellationToken.IsCancellationRequested)
        {
            return null;
        }

        lock (_lock)
        {
            _lastPoll = Environment.TickCount64;
            if (info.Identity.Length > 0)
            {
                _seen[info.Identity] = (now, info);
            }

            _rate.Asked = info.RatePerSecond;
            if (_tasks.Count > 0 && _pollers.Count == 0 && MayGo())
            {
                return _tasks.Dequeue();
            }

            poller = new TaskCompletionSource<QueuedTask?>(TaskCreationOptions.RunContinuationsAsynchronously);
            node = _pollers.AddLast(poller);
        }

        await using (cancellationToken.UnsafeRegister(static (s, _) => ((TaskCompletionSource<QueuedTask?>)s!).TrySetResult(null), poller))
        {
            var task = await poller.Task;
            lock (_lock)
            {
                _lastPoll = _lastPoll == long.MinValue ? _lastPoll : Environment.TickCount64;
                if (node.List is not null)
                {
                    _pollers.Remove(node);
                }
            }

            return task;
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
                if (!HandOver(task!))
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

    /// <summary>Nothing waits and nobody has polled for long.</summary>
    public bool IsIdle(TimeSpan since)
    {
        lock (_lock)
        {
            return _tasks.Count == 0 && _pollers.Count == 0 && Environment.TickCount64 - _lastPoll > since.TotalMilliseconds;
        }
    }

    public void Dispose() => _next.Dispose();
}
