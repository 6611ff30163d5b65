using System.Collections.Concurrent;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;

namespace Temporal.Server.Matching;

/// <summary>All task queues, made when they are first named and forgotten when nobody has used them for long.</summary>
/// <param name="time">The clock.</param>
/// <param name="configOf">What was set for a queue of a namespace; null for nothing.</param>
/// <param name="versionFor">The version whose workers a task is for; null: there are no versions.</param>
internal sealed class TaskQueues(
    TimeProvider time,
    Func<string, string, TaskQueueType, TaskQueueConfig?> configOf,
    Func<QueuedTask, string>? versionFor = null
) : IDisposable
{
    private const int CleanEvery = 1000;
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan StickyPollerGone = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<(string NamespaceId, string Name, bool Activity), TaskQueue> _queues = new();
    private readonly TimeProvider _time = time;
    private readonly Func<string, string, TaskQueueType, TaskQueueConfig?> _configOf = configOf;
    private readonly Func<QueuedTask, string>? _versionFor = versionFor;
    private int _made;

    public TaskQueue Get(string namespaceId, string name, bool activity)
    {
        if (_queues.TryGetValue((namespaceId, name, activity), out var queue))
        {
            return queue;
        }

        if (Interlocked.Increment(ref _made) % CleanEvery == 0)
        {
            Forget(Forgotten);
        }

        return _queues.GetOrAdd(
            (namespaceId, name, activity),
            static (key, queues) =>
            {
                var config = queues._configOf(key.NamespaceId, key.Name, key.Activity ? TaskQueueType.Activity : TaskQueueType.Workflow);
                var made = new TaskQueue(queues._time, queues._versionFor);
                made.Configure(config);
                return made;
            },
            this
        );
    }

    /// <summary>A queue that is in use; null for one that nobody has named lately.</summary>
    public TaskQueue? Find(string namespaceId, string name, bool activity) => _queues.GetValueOrDefault((namespaceId, name, activity));

    public void Add(QueuedTask task)
    {
        TaskQueue queue;
        while (!(queue = Get(task.NamespaceId, task.Queue, task is ActivityQueuedTask)).TryAdd(task))
        {
            Remove((task.NamespaceId, task.Queue, task is ActivityQueuedTask), queue);
        }
    }

    public ValueTask<QueuedTask?> PollAsync(
        string namespaceId,
        string name,
        bool activity,
        string version,
        PollerInfo poller,
        CancellationToken cancellationToken
    )
    {
        TaskQueue queue;
        ValueTask<QueuedTask?> task;
        while (!(queue = Get(namespaceId, name, activity)).TryPoll(version, poller, _time.GetUtcNow(), cancellationToken, out task))
        {
            Remove((namespaceId, name, activity), queue);
        }

        return task;
    }

    /// <summary>Forgets the queues in which nothing waits and that nobody has used for that long.</summary>
    public void Forget(TimeSpan unused)
    {
        foreach (var (key, queue) in _queues)
        {
            if (queue.TryRetire(unused))
            {
                Remove(key, queue);
            }
        }
    }

    /// <summary>True while a worker polls the sticky queue, or did so shortly before.</summary>
    public bool StickyWorkerLives(string namespaceId, string name) =>
        _queues.TryGetValue((namespaceId, name, false), out var queue) && queue.HasPoller(StickyPollerGone);

    /// <summary>The worker of a sticky queue has left: nobody will poll it again.</summary>
    public void Abandon(string namespaceId, string name)
    {
        if (_queues.TryGetValue((namespaceId, name, false), out var queue))
        {
            queue.Abandon();
        }
    }

    /// <summary>The versions that tasks of a namespace go to have changed.</summary>
    public void Reroute(string namespaceId)
    {
        foreach (var (key, queue) in _queues)
        {
            if (key.NamespaceId == namespaceId)
            {
                queue.Reroute();
            }
        }
    }

    /// <summary>Ends every waiting poll, for a server that stops.</summary>
    public void ReleaseAll()
    {
        foreach (var queue in _queues.Values)
        {
            queue.Release();
        }
    }

    /// <summary>
    /// Makes room for another queue of that name. Whoever meets a retired queue does it, since the one that retired it may not have come to
    /// it yet.
    /// </summary>
    private void Remove((string NamespaceId, string Name, bool Activity) key, TaskQueue retired)
    {
        if (_queues.TryRemove(new(key, retired)))
        {
            retired.Dispose();
        }
    }

    public void Dispose()
    {
        foreach (var queue in _queues.Values)
        {
            queue.Dispose();
        }
    }
}
