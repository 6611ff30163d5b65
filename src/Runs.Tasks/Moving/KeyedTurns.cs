namespace Orchestrator.Runs.Tasks.Moving;

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
