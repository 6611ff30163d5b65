namespace Orchestrator.Workflows.Runs;

/// <summary>Numbers the transitions of a run and its tasks, and keeps them until they are recorded.</summary>
internal sealed class RunJournal
{
    private readonly SortedSet<int> _changed = [];
    private readonly List<(RunEvent Event, object? Life)> _events = [];

    /// <summary>Changed tasks and events that are currently being recorded.</summary>
    private (IReadOnlyList<int> Changed, IReadOnlyList<RunEvent> Events) _taken = ([], []);

    /// <summary>Number of the run's last transition.</summary>
    public long Sequence { get; set; }

    /// <summary>Time of the last transition, or null before the first one.</summary>
    public DateTimeOffset? LastAt { get; private set; }

    /// <summary>True if some transitions or changed tasks have not yet been handed over for recording.</summary>
    public bool HasUnrecorded => _events.Count > 0 || _changed.Count > 0;

    /// <summary>True if the recording of some transitions has not been confirmed.</summary>
    public bool HasUnconfirmed => HasUnrecorded || _taken is not ({ Count: 0 }, { Count: 0 });

    /// <summary>Number of transitions that have not yet been handed over for recording.</summary>
    public int Unrecorded => _events.Count;

    /// <summary>Time of the oldest transition that has not yet been handed over for recording, or null if there is none.</summary>
    public DateTimeOffset? UnrecordedSince => _events.Count == 0 ? null : _events[0].Event.Time;

    /// <summary>Function that returns an object whose identity changes after a reset of the run's workflow.</summary>
    /// <value>Default: constant null, meaning the run is never reset.</value>
    public Func<object?> Life { get; set; } = () => null;

    /// <summary>Marks a task as changed since it was last recorded.</summary>
    public void Changed(PlanTaskWithProgress entry) => _changed.Add(entry.Index);

    /// <summary>Adds a transition. <paramref name="task"/> is null for the run itself; <paramref name="by"/> is null if no user
    /// decided.</summary>
    public void Note(string? task, string state, Reason? why, DateTimeOffset now, string evidence = "", string? by = null)
    {
        var noted = new RunEvent
        {
            Sequence = ++Sequence,
            Time = now,
            Task = task,
            State = state,
            Why = why,
            Evidence = evidence,
            By = by,
        };
        _events.Add((noted, Life()));
        LastAt = now;
    }

    /// <summary>
    /// Continues the event numbers of the run's existing record after a workflow reset, and marks all tasks to be recorded again. Drops
    /// events from before the reset that the record already contains.
    /// </summary>
    /// <param name="last">Last event number of that record.</param>
    /// <param name="tasks">Number of tasks.</param>
    public void Follow(long last, int tasks)
    {
        var life = Life();
        _events.RemoveAll(noted => noted.Life != life && noted.Event.Sequence <= last);
        var shift = last + RunStatus.ExecutionGap - Sequence;
        if (shift > 0)
        {
            Sequence += shift;
            for (var i = 0; i < _events.Count; i++)
            {
                var (noted, of) = _events[i];
                _events[i] = (noted with { Sequence = noted.Sequence + shift }, of);
            }
        }
        _changed.UnionWith(Enumerable.Range(0, tasks));
    }

    /// <summary>
    /// Hands over the oldest unrecorded changes for recording, with at most <paramref name="limit"/> transitions and as many tasks.
    /// </summary>
    public UnrecordedRunChangeList RemoveUnrecorded(RunTaskTracker board, int limit)
    {
        var part = Part(board, [.. _changed], [.. _events.Select(noted => noted.Event)], limit);
        _taken = ([.. _changed.Take(part.Tasks.Count)], part.Events);
        _changed.ExceptWith(_taken.Changed);
        _events.RemoveRange(0, part.Events.Count);
        return part;
    }

    /// <summary>Removes the transitions that were handed over, because they are now recorded.</summary>
    public void RemoveRecorded() => _taken = ([], []);

    /// <summary>
    /// Returns changes whose recording has not been confirmed, oldest first. Includes those that <see cref="RemoveUnrecorded"/> returned.
    /// </summary>
    public UnrecordedRunChangeList Unconfirmed(RunTaskTracker board, int limit) =>
        Part(board, [.. _taken.Changed.Union(_changed).Order()], [.. _taken.Events, .. _events.Select(noted => noted.Event)], limit);

    private UnrecordedRunChangeList Part(RunTaskTracker board, IReadOnlyList<int> changed, IReadOnlyList<RunEvent> noted, int limit)
    {
        var events = PayloadSizeLimiter.First(noted, limit);
        return new UnrecordedRunChangeList(
            PayloadSizeLimiter.First(changed.Select(i => board.Entries[i].ToRunTask()), limit),
            events,
            events.Count < noted.Count ? events[^1].Sequence : Sequence
        );
    }
}

/// <summary>Unrecorded changes, from the oldest up to a limit.</summary>
/// <param name="Tasks">Tasks that have changed since they were last recorded.</param>
/// <param name="Events">Events in chronological order.</param>
/// <param name="Sequence">Number of the last event that the record will contain after this part is stored.</param>
internal sealed record UnrecordedRunChangeList(IReadOnlyList<RunTaskStatus> Tasks, IReadOnlyList<RunEvent> Events, long Sequence);
