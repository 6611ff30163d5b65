using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.TaskQueue.V1;
using Place = (int Priority, long Pass, long Sequence);

namespace Temporal.Server.Matching;

/// <summary>
/// One task queue of one kind of task: tasks that wait for pollers, or pollers that wait for tasks. Guarded by its own lock.
/// </summary>
internal sealed class TaskQueue : IDisposable
{
    /// <summary>The time for which a poller is shown after its last poll.</summary>
    public static readonly TimeSpan PollerShown = TimeSpan.FromMinutes(5);

    private const int DefaultPriority = 3;
    private const int LeastPriority = 5;
    private const int ManyPollers = 100;

    /// <summary>The greatest age of a list of pollers from <see cref="PollersLately"/>.</summary>
    private const long LatelyMs = 5_000;

    private readonly Lock _lock = new();
    private readonly Func<QueuedTask, string> _versionFor;

    // One for each version of workers; most queues have workers without one alone.
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (DateTimeOffset LastPoll, PollerInfo Info)> _seen = [];
    private readonly TaskQueueNumbers _numbers = new();
    private readonly DispatchRate _rate;
    private readonly ITimer _next;
    private IReadOnlyList<PollerInfo> _lately = [];
    private long _latelyAt = long.MinValue;
    private Dictionary<string, float>? _weights;
    private long _sequence;
    private long _lastPoll = long.MinValue;
    private long _lastUse = Environment.TickCount64;
    private bool _retired;

    /// <summary>Makes an empty queue.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="versionFor">The version whose workers a task is for; without it all tasks are for workers without version.</param>
    public TaskQueue(TimeProvider time, Func<QueuedTask, string>? versionFor = null)
    {
        _versionFor = versionFor ?? (_ => BuildVersion.None);
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

    /// <summary>
    /// Takes what somebody set for the queue, null for nothing: tasks per second that may leave it, and weights of fairness keys, which go
    /// before those of the tasks that come from now on.
    /// </summary>
    public void Configure(TaskQueueConfig? config)
    {
        lock (_lock)
        {
            _weights = config is { FairnessWeightOverrides.Count: > 0 }
                ? new Dictionary<string, float>(config.FairnessWeightOverrides)
                : null;
            Rate = config?.QueueRateLimit?.RateLimit?.RequestsPerSecond;
        }
    }

    /// <summary>Numbers of each priority of which tasks wait.</summary>
    public IReadOnlyList<(int Priority, TaskQueueStats Stats)> StatsByPriority
    {
        get
        {
            lock (_lock)
            {
                return [.. _numbers.ByPriority(Waiting.Select(item => (item.Task, LevelOf(item.Place.Priority))))];
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
                return _numbers.Stats([.. Waiting.Select(item => item.Task)]);
            }
        }
    }

    public int Backlog
    {
        get
        {
            lock (_lock)
            {
                return _lanes.Values.Sum(lane => lane.Tasks.Count);
            }
        }
    }

    /// <summary>The one who polled since a time, and when.</summary>
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
            return _lanes.Values.Any(lane => lane.Pollers.Count > 0)
                || (_lastPoll != long.MinValue && Environment.TickCount64 - _lastPoll <= within.TotalMilliseconds);
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
            _numbers.Added(task, LevelOf(PriorityOf(task)));
            Enqueue(task, _sequence++);
            Pump();
            return true;
        }
    }

    /// <summary>
    /// Takes the next task, waiting for one until the token is cancelled; null then. False: the queue is retired, another has its name.
    /// </summary>
    /// <param name="version">The poller's version, and so what it may take.</param>
    /// <param name="info">Who polls, for descriptions of the queue.</param>
    /// <param name="now">The time that descriptions show for this poll.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="task">The task, or the wait for it.</param>
    public bool TryPoll(
        string version,
        PollerInfo info,
        DateTimeOffset now,
        CancellationToken cancellationToken,
        out ValueTask<QueuedTask?> task
    )
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
            var lane = LaneOf(version);
            if (lane.Tasks.Count > 0 && lane.Pollers.Count == 0 && MayGo())
            {
                var next = Dequeue(lane, out var place);
                lane.Order.Leave(place, lane.Tasks.Count == 0);
                _numbers.Dispatched(next, LevelOf(place.Priority));
                task = new ValueTask<QueuedTask?>(next);
                return true;
            }

            node = lane.Pollers.AddLast(new TaskCompletionSource<QueuedTask?>(TaskCreationOptions.RunContinuationsAsynchronously));
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
                node.List?.Remove(node);
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
            foreach (var lane in _lanes.Values)
            {
                while (lane.Tasks.Count > 0 && lane.Pollers.Count > 0 && MayGo())
                {
                    var task = Dequeue(lane, out var place);
                    if (HandOver(lane, task))
                    {
                        lane.Order.Leave(place, lane.Tasks.Count == 0);
                        _numbers.Dispatched(task, LevelOf(place.Priority));
                    }
                    else
                    {
                        lane.Tasks.Enqueue(task, place);
                        _rate.GiveBack();
                    }
                }
            }
        }
    }

    /// <summary>The versions that tasks go to have changed: those that wait go where they belong now.</summary>
    public void Reroute()
    {
        lock (_lock)
        {
            var waiting = Waiting.OrderBy(item => item.Place).ToList();
            foreach (var lane in _lanes.Values)
            {
                lane.Clear();
            }

            foreach (var (task, place) in waiting)
            {
                Enqueue(task, place.Sequence);
            }

            Pump();
        }
    }

    private static int PriorityOf(QueuedTask task) =>
        task is QueryQueuedTask ? 0
        : task.Priority > 0 ? task.Priority
        : DefaultPriority;

    // Keys beyond the least urgent level are shown in that.
    private static int LevelOf(int priority) => Math.Min(priority, LeastPriority);

    private void Enqueue(QueuedTask task, long sequence)
    {
        var lane = LaneOf(_versionFor(task));
        var priority = PriorityOf(task);
        var weight = _weights is not null && _weights.TryGetValue(task.FairnessKey, out var set) ? set : task.FairnessWeight;
        lane.Tasks.Enqueue(task, (priority, lane.Order.Join(priority, task.FairnessKey, weight), sequence));
    }

    private static QueuedTask Dequeue(Lane lane, out Place place)
    {
        lane.Tasks.TryDequeue(out var task, out place);
        task!.Behind = lane.Tasks.Count;
        return task;
    }

    private IEnumerable<(QueuedTask Task, Place Place)> Waiting => _lanes.Values.SelectMany(lane => lane.Tasks.UnorderedItems);

    private Lane LaneOf(string version)
    {
        if (!_lanes.TryGetValue(version, out var lane))
        {
            _lanes[version] = lane = new Lane();
        }

        return lane;
    }

    private static bool HandOver(Lane lane, QueuedTask task)
    {
        while (lane.Pollers.First is { } first)
        {
            lane.Pollers.RemoveFirst();
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
            foreach (var lane in _lanes.Values)
            {
                foreach (var poller in lane.Pollers)
                {
                    poller.TrySetResult(null);
                }

                lane.Pollers.Clear();
            }
        }
    }

    /// <summary>Forgets all pollers, as if nobody had ever polled.</summary>
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
            return _retired |=
                _lanes.Values.All(lane => lane.Tasks.Count == 0 && lane.Pollers.Count == 0)
                && Environment.TickCount64 - _lastUse >= unused.TotalMilliseconds;
        }
    }

    public void Dispose() => _next.Dispose();

    /// <summary>Tasks that wait for workers of a version, or such workers that wait for tasks.</summary>
    private sealed class Lane
    {
        public PriorityQueue<QueuedTask, Place> Tasks { get; } = new();

        public FairOrder Order { get; private set; } = new();

        public LinkedList<TaskCompletionSource<QueuedTask?>> Pollers { get; } = new();

        public void Clear()
        {
            Tasks.Clear();
            Order = new FairOrder();
        }
    }
}
