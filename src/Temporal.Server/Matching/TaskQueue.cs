using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.TaskQueue.V1;
using Place = (int Priority, long Pass, long Sequence);

namespace Temporal.Server.Matching;

/// <summary>
/// A task queue of one task type, in which either tasks wait for pollers or pollers wait for tasks. Guarded by its own lock.
/// </summary>
internal sealed class TaskQueue : IDisposable
{
    /// <summary>Duration for which descriptions still list a poller after its last poll.</summary>
    public static readonly TimeSpan PollerShown = TimeSpan.FromMinutes(5);

    private const int DefaultPriority = 3;
    private const int LeastPriority = 5;
    private const int ManyPollers = 100;

    /// <summary>Maximum age, in ms, of the cached list that <see cref="PollersLately"/> returns.</summary>
    private const long LatelyMs = 5_000;

    private readonly Lock _lock = new();
    private readonly Func<QueuedTemporalTask, string> _versionFor;

    // One lane per worker version. Most queues have only unversioned workers.
    private readonly Dictionary<string, WorkerVersionSubqueue> _lanes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (DateTimeOffset LastPoll, PollerInfo Info)> _seen = [];
    private readonly TaskQueueStatistics _numbers = new();
    private readonly TaskQueueRateLimiter _rate;
    private readonly ITimer _next;
    private IReadOnlyList<PollerInfo> _lately = [];
    private long _latelyAt = long.MinValue;
    private Dictionary<string, float>? _weights;
    private long _sequence;
    private long _lastPoll = long.MinValue;
    private long _lastUse = Environment.TickCount64;
    private bool _retired;

    /// <summary>Creates an empty queue.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="versionFor">Returns the version whose workers may take a task, or null if all tasks are for unversioned
    /// workers.</param>
    public TaskQueue(TimeProvider time, Func<QueuedTemporalTask, string>? versionFor = null)
    {
        _versionFor = versionFor ?? (_ => DeploymentVersionText.None);
        _rate = new TaskQueueRateLimiter(time);
        _next = time.CreateTimer(static s => ((TaskQueue)s!).DeliverTasks(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Configured rate limit in tasks per second, or null to use the workers' limit.</summary>
    public double? Rate
    {
        set
        {
            lock (_lock)
            {
                _rate.Set = value;
                DeliverTasks();
            }
        }
    }

    /// <summary>
    /// Applies the queue's configuration, or removes the current configuration if the given one is null. A configuration contains the rate
    /// limit in tasks per second and the weights of fairness keys. These weights override the weights of tasks that are queued from now on.
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

    /// <summary>Statistics for each priority that has waiting tasks.</summary>
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

    /// <summary>Statistics of all tasks.</summary>
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

    /// <summary>Pollers that have polled since the given time, each with the time of its last poll.</summary>
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
    /// Same as <see cref="Pollers"/>, but from a cache that is up to 5 seconds old. The Temporal server also uses a cache for the enhanced
    /// description.
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
    /// Delivers the task to the longest-waiting poller, or queues it. Returns false if the queue is retired, in which case the caller must
    /// use its replacement.
    /// </summary>
    public bool TryAdd(QueuedTemporalTask task)
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
            DeliverTasks();
            return true;
        }
    }

    /// <summary>
    /// Takes the next task, or waits for one. The task is null if the token is canceled first. Returns false if the queue is retired, in
    /// which case the caller must use its replacement.
    /// </summary>
    /// <param name="version">The poller's version, which limits the tasks that it may take.</param>
    /// <param name="info">The poller, for descriptions of the queue.</param>
    /// <param name="now">Poll time for descriptions.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="task">The task, or the pending wait for it.</param>
    public bool TryPoll(
        string version,
        PollerInfo info,
        DateTimeOffset now,
        CancellationToken cancellationToken,
        out ValueTask<QueuedTemporalTask?> task
    )
    {
        LinkedListNode<TaskCompletionSource<QueuedTemporalTask?>> node;
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
                RemoveOldPollers(now);
                _seen[info.Identity] = (now, info);
            }

            _rate.Asked = info.RatePerSecond;
            var lane = LaneOf(version);
            if (lane.Tasks.Count > 0 && lane.Pollers.Count == 0 && MayGo())
            {
                var next = Dequeue(lane, out var place);
                lane.Order.RecordLeft(place, lane.Tasks.Count == 0);
                _numbers.Dispatched(next, LevelOf(place.Priority));
                task = new ValueTask<QueuedTemporalTask?>(next);
                return true;
            }

            node = lane.Pollers.AddLast(new TaskCompletionSource<QueuedTemporalTask?>(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        task = WaitAsync(node, cancellationToken);
        return true;
    }

    private async ValueTask<QueuedTemporalTask?> WaitAsync(
        LinkedListNode<TaskCompletionSource<QueuedTemporalTask?>> node,
        CancellationToken cancellationToken
    )
    {
        var poller = node.Value;
        await using (
            cancellationToken.UnsafeRegister(static (s, _) => ((TaskCompletionSource<QueuedTemporalTask?>)s!).TrySetResult(null), poller)
        )
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

    /// <summary>
    /// Removes pollers that descriptions no longer list, once there are many entries. The number of entries would otherwise grow with each
    /// new polling process.
    /// </summary>
    private void RemoveOldPollers(DateTimeOffset now)
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

    /// <summary>Delivers tasks as long as both tasks and pollers are waiting and the rate limit allows it.</summary>
    private void DeliverTasks()
    {
        lock (_lock)
        {
            foreach (var lane in _lanes.Values)
            {
                while (lane.Tasks.Count > 0 && lane.Pollers.Count > 0 && MayGo())
                {
                    var task = Dequeue(lane, out var place);
                    if (DeliverToPoller(lane, task))
                    {
                        lane.Order.RecordLeft(place, lane.Tasks.Count == 0);
                        _numbers.Dispatched(task, LevelOf(place.Priority));
                    }
                    else
                    {
                        lane.Tasks.Enqueue(task, place);
                        _rate.ReturnToken();
                    }
                }
            }
        }
    }

    /// <summary>Reassigns the waiting tasks to worker versions after a change to the version routing.</summary>
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

            DeliverTasks();
        }
    }

    private static int PriorityOf(QueuedTemporalTask task) =>
        task is QueuedQueryTask ? 0
        : task.Priority > 0 ? task.Priority
        : DefaultPriority;

    // Priorities beyond the least urgent level are counted in that level.
    private static int LevelOf(int priority) => Math.Min(priority, LeastPriority);

    private void Enqueue(QueuedTemporalTask task, long sequence)
    {
        var lane = LaneOf(_versionFor(task));
        var priority = PriorityOf(task);
        var weight = _weights is not null && _weights.TryGetValue(task.FairnessKey, out var set) ? set : task.FairnessWeight;
        lane.Tasks.Enqueue(task, (priority, lane.Order.Join(priority, task.FairnessKey, weight), sequence));
    }

    private static QueuedTemporalTask Dequeue(WorkerVersionSubqueue lane, out Place place)
    {
        lane.Tasks.TryDequeue(out var task, out place);
        task!.Behind = lane.Tasks.Count;
        return task;
    }

    private IEnumerable<(QueuedTemporalTask Task, Place Place)> Waiting => _lanes.Values.SelectMany(lane => lane.Tasks.UnorderedItems);

    private WorkerVersionSubqueue LaneOf(string version)
    {
        if (!_lanes.TryGetValue(version, out var lane))
        {
            _lanes[version] = lane = new WorkerVersionSubqueue();
        }

        return lane;
    }

    private static bool DeliverToPoller(WorkerVersionSubqueue lane, QueuedTemporalTask task)
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

    /// <summary>Ends all waiting polls and forgets the time of the last poll, so that the queue counts as having no poller.</summary>
    public void RemoveAllPollers()
    {
        lock (_lock)
        {
            Release();
            _lastPoll = long.MinValue;
        }
    }

    /// <summary>
    /// Closes the queue permanently if it has no waiting tasks or polls and has been unused for the given time. Returns true if the queue
    /// is closed, even by an earlier call.
    /// </summary>
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

    /// <summary>The waiting tasks and the waiting pollers of one worker version.</summary>
    private sealed class WorkerVersionSubqueue
    {
        public PriorityQueue<QueuedTemporalTask, Place> Tasks { get; } = new();

        public FairTaskOrder Order { get; private set; } = new();

        public LinkedList<TaskCompletionSource<QueuedTemporalTask?>> Pollers { get; } = new();

        public void Clear()
        {
            Tasks.Clear();
            Order = new FairTaskOrder();
        }
    }
}
