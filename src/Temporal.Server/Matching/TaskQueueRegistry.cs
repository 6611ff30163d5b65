using System.Collections.Concurrent;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;

namespace Temporal.Server.Matching;

/// <summary>All task queues, created on first use and removed after a long time without use.</summary>
/// <param name="time">The clock.</param>
/// <param name="configOf">Returns the configuration of a namespace's queue, or null for none.</param>
/// <param name="versionFor">Returns the version whose workers may take a task, or null if versions are not used.</param>
internal sealed class TaskQueueRegistry(
    TimeProvider time,
    Func<string, string, TaskQueueType, TaskQueueConfig?> configOf,
    Func<QueuedTemporalTask, string>? versionFor = null
) : IDisposable
{
    private const int CleanEvery = 1000;
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan StickyPollerGone = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<(string NamespaceId, string Name, bool Activity), TaskQueue> _queues = new();
    private readonly TimeProvider _time = time;
    private readonly Func<string, string, TaskQueueType, TaskQueueConfig?> _configOf = configOf;
    private readonly Func<QueuedTemporalTask, string>? _versionFor = versionFor;
    private int _made;

    public TaskQueue Get(string namespaceId, string name, bool activity)
    {
        if (_queues.TryGetValue((namespaceId, name, activity), out var queue))
        {
            return queue;
        }

        if (Interlocked.Increment(ref _made) % CleanEvery == 0)
        {
            RemoveUnused(Forgotten);
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

    /// <summary>Finds a queue, or returns null if no queue with this name was used recently.</summary>
    public TaskQueue? Find(string namespaceId, string name, bool activity) => _queues.GetValueOrDefault((namespaceId, name, activity));

    public void Add(QueuedTemporalTask task)
    {
        TaskQueue queue;
        while (!(queue = Get(task.NamespaceId, task.Queue, task is QueuedActivityTask)).TryAdd(task))
        {
            Remove((task.NamespaceId, task.Queue, task is QueuedActivityTask), queue);
        }
    }

    public ValueTask<QueuedTemporalTask?> PollAsync(
        string namespaceId,
        string name,
        bool activity,
        string version,
        PollerInfo poller,
        CancellationToken cancellationToken
    )
    {
        TaskQueue queue;
        ValueTask<QueuedTemporalTask?> task;
        while (!(queue = Get(namespaceId, name, activity)).TryPoll(version, poller, _time.GetUtcNow(), cancellationToken, out task))
        {
            Remove((namespaceId, name, activity), queue);
        }

        return task;
    }

    /// <summary>Removes queues that have no waiting tasks or polls and have been unused for the given time.</summary>
    public void RemoveUnused(TimeSpan unused)
    {
        foreach (var (key, queue) in _queues)
        {
            if (queue.TryRetire(unused))
            {
                Remove(key, queue);
            }
        }
    }

    /// <summary>True if a worker is polling the sticky queue, or did so recently.</summary>
    public bool StickyWorkerLives(string namespaceId, string name) =>
        _queues.TryGetValue((namespaceId, name, false), out var queue) && queue.HasPoller(StickyPollerGone);

    /// <summary>Records that the worker of a sticky queue has left, so that no worker will poll the queue again.</summary>
    public void AbandonStickyQueue(string namespaceId, string name)
    {
        if (_queues.TryGetValue((namespaceId, name, false), out var queue))
        {
            queue.RemoveAllPollers();
        }
    }

    /// <summary>Reassigns the waiting tasks of a namespace to worker versions after a change to the version routing.</summary>
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

    /// <summary>Ends every waiting poll when the server stops.</summary>
    public void ReleaseAll()
    {
        foreach (var queue in _queues.Values)
        {
            queue.Release();
        }
    }

    /// <summary>
    /// Removes a retired queue, so that a new queue can take its name. Every caller that finds a retired queue calls this method, because
    /// the queue may not have been removed yet.
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
