namespace Orchestrator.Runs.Tasks.Transfer;

/// <summary>Identifies a task that hosts exchange through the git remote, in this host's clone of the repository.</summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="Repository">The repository on this host.</param>
/// <param name="TaskId">Id of the task.</param>
public sealed record LocalRepositoryTaskReference(string RunId, RepositoryReference Repository, string TaskId)
{
    /// <summary>Folder of the run on this host.</summary>
    internal RunFolder Folder => new(Repository.Path, RunId);

    /// <summary>
    /// True if both objects refer to the same task in the same clone. Differences in other properties of the repository are ignored.
    /// </summary>
    public bool Equals(LocalRepositoryTaskReference? other) => other is not null && NameOf(this) == NameOf(other);

    /// <inheritdoc/>
    public override int GetHashCode() => NameOf(this).GetHashCode(StringComparison.Ordinal);

    private static string NameOf(LocalRepositoryTaskReference task) => $"{task.Repository.Path} {task.RunId}/{task.TaskId}";
}

/// <summary>
/// Records the tasks of other hosts' runs that are assigned to this worker host. The records are files, so they survive a restart.
/// </summary>
public static class HostTaskAssignmentStore
{
    /// <summary>Name of the file in a task's folder that records the assignment. The file is never sent to another host.</summary>
    internal const string Marker = ".placed";

    /// <summary>True if a task is assigned to this host.</summary>
    public static bool Has(LocalRepositoryTaskReference task) => File.Exists(MarkerOf(task));

    /// <summary>Lists the tasks of a run that are assigned to this host.</summary>
    /// <param name="runId">Id of the run.</param>
    /// <param name="here">The repository on this host.</param>
    public static IReadOnlyList<LocalRepositoryTaskReference> Find(string runId, RepositoryReference here) =>
        [.. new RunFolder(here.Path, runId).TaskIds().Select(task => new LocalRepositoryTaskReference(runId, here, task)).Where(Has)];

    /// <summary>
    /// Throws unless a task is assigned to this host. Called before a step runs, because the step's results would otherwise be lost.
    /// </summary>
    /// <exception cref="RunStepFailedException">The task is not assigned to this host, and another host owns its run.</exception>
    public static void RequireAssignment(LocalRepositoryTaskReference task)
    {
        if (!Has(task) && RunStatusFile.Read(task.Folder.Status) is { } run && run.Queue != task.Repository.Queue)
        {
            throw ReassignedError(task);
        }
    }

    /// <summary>
    /// Returns the interval at which this host pushes the state of a task to the remote. Returns null if the task is not assigned to this
    /// host.
    /// </summary>
    public static TimeSpan? IntervalOf(LocalRepositoryTaskReference task) =>
        Has(task) ? RunStartSettings.TryRead(task.Folder)?.Settings.Wip.Interval : null;

    /// <summary>Records that a task is assigned to this host.</summary>
    internal static void Add(LocalRepositoryTaskReference task) => DurableFile.Write(MarkerOf(task), "");

    /// <summary>Removes the record that a task is assigned to this host.</summary>
    internal static void Remove(LocalRepositoryTaskReference task)
    {
        if (Has(task))
        {
            File.Delete(MarkerOf(task));
        }
    }

    /// <summary>
    /// Creates the failure of a step whose task is no longer assigned to this host. The workflow then retries the step on the host to which
    /// the task is now assigned.
    /// </summary>
    internal static RunStepFailedException ReassignedError(LocalRepositoryTaskReference task) =>
        new($"{task.TaskId} of {task.RunId} is no longer assigned to this host", FailureTypes.WorkerStops) { IsFinal = false };

    private static string MarkerOf(LocalRepositoryTaskReference task) => Path.Combine(task.Folder.Task(task.TaskId), Marker);
}

/// <summary>
/// Records the tasks for which this process holds a slot. If a task is assigned to this host but this process holds no slot for it, an
/// earlier worker process held the slot.
/// </summary>
public sealed class SlotHolderRecords
{
    private readonly Dictionary<LocalRepositoryTaskReference, int> _held = [];

    /// <summary>Returns the records of this process.</summary>
    /// <param name="services">Dependencies of the run's steps.</param>
    public static SlotHolderRecords Of(RunServiceBundle services) => services.Part(_ => new SlotHolderRecords());

    /// <summary>Records that this process holds a slot for a task.</summary>
    public void RecordSlot(LocalRepositoryTaskReference task)
    {
        lock (_held)
        {
            _held[task] = _held.GetValueOrDefault(task) + 1;
        }
    }

    /// <summary>Records that a slot for a task was released.</summary>
    public void RecordSlotRelease(LocalRepositoryTaskReference task)
    {
        lock (_held)
        {
            if (_held.GetValueOrDefault(task) is > 1 and var count)
            {
                _held[task] = count - 1;
            }
            else
            {
                _held.Remove(task);
            }
        }
    }

    /// <summary>True if this process holds a slot for the task.</summary>
    public bool Has(LocalRepositoryTaskReference task)
    {
        lock (_held)
        {
            return _held.ContainsKey(task);
        }
    }

    /// <summary>
    /// Lists the tasks of a run that are assigned to this host but for which this process holds no slot, for example after a restart.
    /// </summary>
    /// <param name="runId">Id of the run.</param>
    /// <param name="here">The repository on this host.</param>
    public IReadOnlyList<LocalRepositoryTaskReference> FindLeft(string runId, RepositoryReference here) =>
        [.. HostTaskAssignmentStore.Find(runId, here).Where(task => !Has(task))];
}

/// <summary>
/// A set of locks, one for each key. Successive holders of a lock share a state object. When a key is no longer in use, its state is
/// removed unless it is still needed.
/// </summary>
/// <param name="isNeeded">True if the state of an unused key is still needed.</param>
internal sealed class KeyedLocks<TKey, TState>(Func<TKey, bool> isNeeded)
    where TKey : notnull
    where TState : class, new()
{
    private readonly Dictionary<TKey, PerKeyLock> _entries = [];

    /// <summary>Number of keys that are in use, including keys that are kept because their state is still needed.</summary>
    public int Count
    {
        get
        {
            lock (_entries)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Waits until the lock of a key is free, and acquires the lock. Disposing the result releases the lock.</summary>
    public async Task<HeldKeyedLock> TakeAsync(TKey key, CancellationToken stop)
    {
        PerKeyLock? entry;
        lock (_entries)
        {
            if (!_entries.TryGetValue(key, out entry))
            {
                DropUnneeded();
                _entries[key] = entry = new PerKeyLock();
            }
            entry.Users++;
        }
        try
        {
            await entry.Free.WaitAsync(stop);
        }
        catch
        {
            ReleaseEntry(key, entry);
            throw;
        }
        return new HeldKeyedLock(this, key, entry);
    }

    private void ReleaseEntry(TKey key, PerKeyLock entry)
    {
        lock (_entries)
        {
            if (--entry.Users == 0 && !isNeeded(key))
            {
                _entries.Remove(key);
            }
        }
    }

    // Keys whose state was still needed when the last holder released the lock.
    private void DropUnneeded()
    {
        foreach (var (key, _) in _entries.Where(one => one.Value.Users == 0 && !isNeeded(one.Key)).ToList())
        {
            _entries.Remove(key);
        }
    }

    /// <summary>The lock of a key, held by one caller.</summary>
    internal sealed class HeldKeyedLock(KeyedLocks<TKey, TState> turns, TKey key, PerKeyLock entry) : IDisposable
    {
        /// <summary>The state that the holders of this key's lock share.</summary>
        public TState State => entry.State;

        public void Dispose()
        {
            entry.Free.Release();
            turns.ReleaseEntry(key, entry);
        }
    }

    internal sealed class PerKeyLock
    {
        public SemaphoreSlim Free { get; } = new(1);

        public TState State { get; } = new();

        public int Users { get; set; }
    }
}
