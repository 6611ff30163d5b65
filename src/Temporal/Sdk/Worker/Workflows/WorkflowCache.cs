namespace Temporalio.Worker.Workflows;

/// <summary>
/// The runs that this worker works on or keeps. A run is used by one task at a time; the least recently used ones that nobody uses are
/// dropped when there are too many.
/// Dropping is forgetting: nothing is thrown into workflow code, its unreachable strands are collected and their <c>finally</c> blocks do
/// not run.
/// </summary>
internal sealed class WorkflowCache(int capacity, Telemetry.TaskMetrics metrics)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Slot> _slots = new(StringComparer.Ordinal);
    private readonly LinkedList<Slot> _recent = new();

    /// <summary>Number of runs that are kept.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _recent.Count;
            }
        }
    }

    /// <summary>Waits until no other task uses the run.</summary>
    public async Task<Slot> EnterAsync(string runId, CancellationToken cancellationToken)
    {
        Slot? slot;
        lock (_lock)
        {
            if (!_slots.TryGetValue(runId, out slot))
            {
                _slots.Add(runId, slot = new(runId));
            }

            slot.Users++;
        }

        try
        {
            await slot.Gate.WaitAsync(cancellationToken);
        }
        catch
        {
            Forget(slot);
            throw;
        }

        lock (_lock)
        {
            slot.Held = true;
        }

        return slot;
    }

    /// <summary>Ends a use and keeps the run, if there is one.</summary>
    public void Leave(Slot slot)
    {
        lock (_lock)
        {
            slot.Held = false;
            slot.Gate.Release();
            slot.Users--;
            if (slot.Node is not null)
            {
                _recent.Remove(slot.Node);
                slot.Node = null;
            }

            if (slot.Session is not null && (capacity > 0 || slot.Pinned))
            {
                slot.Node = _recent.AddFirst(slot);
                for (var node = _recent.Last; node is not null && _recent.Count > capacity; )
                {
                    var older = node.Previous;
                    if (node.Value is { Users: 0, Pinned: false })
                    {
                        Drop(node.Value);
                        metrics.StickyCacheForcedEviction.Add(1);
                    }

                    node = older;
                }
            }
            else if (slot.Users == 0)
            {
                Drop(slot);
            }

            metrics.StickyCacheSize.Set(_recent.Count);
        }
    }

    /// <summary>
    /// Drops a run if it is still kept in the state that a reply was made from. Not while a later task works on it: that task has seen, or
    /// will see, whether the state is the server's, and must not lose it in the middle.
    /// </summary>
    public void Evict(string runId, object? origin)
    {
        lock (_lock)
        {
            if (_slots.TryGetValue(runId, out var slot) && !slot.Held && ReferenceEquals(slot.Session, origin))
            {
                Drop(slot);
            }
        }
    }

    /// <summary>Takes a run back to an event if it is still kept in the state that a reply was made from.</summary>
    public void GoBack(string runId, object? origin, long eventId)
    {
        lock (_lock)
        {
            if (_slots.TryGetValue(runId, out var slot) && slot.Session is { } session && ReferenceEquals(session, origin))
            {
                session.Run.GoBackTo(eventId);
            }
        }
    }

    public void EvictAll()
    {
        lock (_lock)
        {
            foreach (var slot in _slots.Values.ToList())
            {
                Drop(slot);
            }
        }
    }

    private void Forget(Slot slot)
    {
        lock (_lock)
        {
            slot.Users--;
            if (slot is { Users: 0, Session: null })
            {
                _slots.Remove(slot.RunId);
            }
        }
    }

    private void Drop(Slot slot)
    {
        slot.Session?.Dispose();
        slot.Session = null;
        if (slot.Node is not null)
        {
            _recent.Remove(slot.Node);
            slot.Node = null;
        }

        if (slot.Users == 0)
        {
            _slots.Remove(slot.RunId);
        }
    }

    /// <summary>The place of one run.</summary>
    internal sealed class Slot(string runId)
    {
        public string RunId => runId;

        public SemaphoreSlim Gate { get; } = new(1);

        /// <summary>What is kept of the run; null when nothing is.</summary>
        public RunSession? Session { get; set; }

        /// <summary>Whether the run waits for a task that was kept alive: its local activities run.</summary>
        public bool Pinned { get; set; }

        public int Users { get; set; }

        /// <summary>Whether one of the users has entered.</summary>
        public bool Held { get; set; }

        public LinkedListNode<Slot>? Node { get; set; }
    }
}
