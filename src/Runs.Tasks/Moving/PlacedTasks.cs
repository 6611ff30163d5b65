namespace Orchestrator.Runs.Tasks.Moving;

/// <summary>A task that is shared by the remote, as each machine has it.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Repository">The repository on this machine.</param>
/// <param name="TaskId">The task.</param>
public sealed record SharedTask(string RunId, RepositoryReference Repository, string TaskId)
{
    internal RunFolder Folder => new(Repository.Path, RunId);

    /// <summary>The same task in the same clone, whatever else is known of that.</summary>
    public bool Equals(SharedTask? other) => other is not null && NameOf(this) == NameOf(other);

    /// <inheritdoc/>
    public override int GetHashCode() => NameOf(this).GetHashCode(StringComparison.Ordinal);

    private static string NameOf(SharedTask task) => $"{task.Repository.Path} {task.RunId}/{task.TaskId}";
}

/// <summary>Tasks of other machines' runs that are placed on this host, as far as files say: what was placed here is known after a
/// restart.</summary>
public static class PlacedTasks
{
    /// <summary>The file in a task's folder that says so; it stays on this machine.</summary>
    internal const string Marker = ".placed";

    /// <summary>True if a task is placed here.</summary>
    public static bool Has(SharedTask task) => File.Exists(MarkerOf(task));

    /// <summary>The tasks of a run that are placed here.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="here">The repository.</param>
    public static IReadOnlyList<SharedTask> Find(string runId, RepositoryReference here) =>
        [.. new RunFolder(here.Path, runId).TaskIds().Select(task => new SharedTask(runId, here, task)).Where(Has)];

    /// <summary>A step is done on a host only while the task is placed there: what is made of it afterwards would be lost.</summary>
    /// <exception cref="StepException">It is not placed here, and its run is another machine's.</exception>
    public static void Demand(SharedTask task)
    {
        if (!Has(task) && StatusFile.Read(task.Folder.Status) is { } run && run.Queue != task.Repository.Queue)
        {
            throw Gone(task);
        }
    }

    /// <summary>The interval at which a host pushes the task; null: it is not placed here.</summary>
    public static TimeSpan? IntervalOf(SharedTask task) => Has(task) ? RunStart.TryRead(task.Folder)?.Settings.Wip.Interval : null;

    internal static void Add(SharedTask task) => DurableFile.Write(MarkerOf(task), "");

    internal static void Remove(SharedTask task)
    {
        if (Has(task))
        {
            File.Delete(MarkerOf(task));
        }
    }

    /// <summary>As where a worker stops: the step is done where the task is.</summary>
    internal static StepException Gone(SharedTask task) =>
        new($"{task.TaskId} of {task.RunId} is not placed here any more", FailureTypes.WorkerStops) { IsFinal = false };

    private static string MarkerOf(SharedTask task) => Path.Combine(task.Folder.Task(task.TaskId), Marker);
}

/// <summary>Tasks for which this process holds a place. What is placed here and not held is of a worker before.</summary>
public sealed class HeldPlaces
{
    private readonly Dictionary<SharedTask, int> _held = [];

    /// <summary>The places of this process.</summary>
    /// <param name="services">What the steps need of this machine.</param>
    public static HeldPlaces Of(RunServices services) => services.Part(_ => new HeldPlaces());

    /// <summary>This process holds a place for the task.</summary>
    public void Hold(SharedTask task)
    {
        lock (_held)
        {
            _held[task] = _held.GetValueOrDefault(task) + 1;
        }
    }

    /// <summary>The place is given back.</summary>
    public void GiveBack(SharedTask task)
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

    /// <summary>True if this process holds one for the task.</summary>
    public bool Has(SharedTask task)
    {
        lock (_held)
        {
            return _held.ContainsKey(task);
        }
    }

    /// <summary>Tasks of a run that were placed here by a worker before.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="here">The repository.</param>
    public IReadOnlyList<SharedTask> FindLeft(string runId, RepositoryReference here) =>
        [.. PlacedTasks.Find(runId, here).Where(task => !Has(task))];
}

/// <summary>One holder at a time for each key, with a state that the holders of a key share. A key that nobody holds or waits for is
/// dropped with its state, unless it is still needed.</summary>
/// <param name="isNeeded">True if the state of an unused key is needed later.</param>
internal sealed class KeyedTurns<TKey, TState>(Func<TKey, bool> isNeeded)
    where TKey : notnull
    where TState : class, new()
{
    private readonly Dictionary<TKey, Entry> _entries = [];

    /// <summary>Number of keys.</summary>
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

    /// <summary>Waits until nobody else holds the key; disposing the result releases it.</summary>
    public async Task<Turn> TakeAsync(TKey key, CancellationToken stop)
    {
        Entry? entry;
        lock (_entries)
        {
            if (!_entries.TryGetValue(key, out entry))
            {
                DropUnneeded();
                _entries[key] = entry = new Entry();
            }
            entry.Users++;
        }
        try
        {
            await entry.Free.WaitAsync(stop);
        }
        catch
        {
            Leave(key, entry);
            throw;
        }
        return new Turn(this, key, entry);
    }

    private void Leave(TKey key, Entry entry)
    {
        lock (_entries)
        {
            if (--entry.Users == 0 && !isNeeded(key))
            {
                _entries.Remove(key);
            }
        }
    }

    // Of keys that were needed when their last holder left.
    private void DropUnneeded()
    {
        foreach (var (key, _) in _entries.Where(one => one.Value.Users == 0 && !isNeeded(one.Key)).ToList())
        {
            _entries.Remove(key);
        }
    }

    /// <summary>The hold of a key.</summary>
    internal sealed class Turn(KeyedTurns<TKey, TState> turns, TKey key, Entry entry) : IDisposable
    {
        /// <summary>The state of the key.</summary>
        public TState State => entry.State;

        public void Dispose()
        {
            entry.Free.Release();
            turns.Leave(key, entry);
        }
    }

    internal sealed class Entry
    {
        public SemaphoreSlim Free { get; } = new(1);

        public TState State { get; } = new();

        public int Users { get; set; }
    }
}
