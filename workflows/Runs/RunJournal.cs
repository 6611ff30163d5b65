namespace Orchestrator.Workflows.Runs;

/// <summary>The transitions of a run and of its tasks, numbered, until they are recorded.</summary>
internal sealed class RunJournal
{
    private readonly SortedSet<int> _changed = [];
    private readonly List<(RunEvent Event, object? Life)> _events = [];

    /// <summary>Taken for a record that is under way.</summary>
    private (IReadOnlyList<int> Changed, IReadOnlyList<RunEvent> Events) _taken = ([], []);

    /// <summary>Number of the last transition of the run.</summary>
    public long Sequence { get; set; }

    /// <summary>Time of the last transition that was noted; null while there was none.</summary>
    public DateTimeOffset? LastAt { get; private set; }

    /// <summary>True when there are transitions that are not taken for a record.</summary>
    public bool HasUnrecorded => _events.Count > 0 || _changed.Count > 0;

    /// <summary>True when there are transitions that are not known to be recorded.</summary>
    public bool HasUnconfirmed => HasUnrecorded || _taken is not ({ Count: 0 }, { Count: 0 });

    /// <summary>The number of transitions that are not taken for a record.</summary>
    public int Unrecorded => _events.Count;

    /// <summary>Time of the oldest of them; null: there are none.</summary>
    public DateTimeOffset? UnrecordedSince => _events.Count == 0 ? null : _events[0].Event.Time;

    /// <summary>Something that is another one after a reset.</summary>
    /// <value>Default: the run is never reset.</value>
    public Func<object?> Life { get; set; } = () => null;

    /// <summary>Marks a task whose record is out of date.</summary>
    public void Changed(TaskEntry entry) => _changed.Add(entry.Index);

    /// <summary>
    /// Notes a transition; <paramref name="task"/> is null for one of the run itself, <paramref name="by"/> where no person decided it.
    /// </summary>
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

    /// <summary>Numbers further events after those of an earlier record of the run, and records everything again. What that record has of
    /// before the reset is dropped here.</summary>
    /// <param name="last">Last number of that record.</param>
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

    /// <summary>Takes what is not recorded yet for a record, at most <paramref name="limit"/> transitions and as many tasks.</summary>
    public UnrecordedPart TakeUnrecorded(RunBoard board, int limit)
    {
        var part = Part(board, [.. _changed], [.. _events.Select(noted => noted.Event)], limit);
        _taken = ([.. _changed.Take(part.Tasks.Count)], part.Events);
        _changed.ExceptWith(_taken.Changed);
        _events.RemoveRange(0, part.Events.Count);
        return part;
    }

    /// <summary>Forgets the transitions that were taken.</summary>
    public void Forget() => _taken = ([], []);

    /// <summary>From the first transition on that is not known to be recorded, as <see cref="TakeUnrecorded"/> with those it has
    /// taken.</summary>
    public UnrecordedPart Unconfirmed(RunBoard board, int limit) =>
        Part(board, [.. _taken.Changed.Union(_changed).Order()], [.. _taken.Events, .. _events.Select(noted => noted.Event)], limit);

    private UnrecordedPart Part(RunBoard board, IReadOnlyList<int> changed, IReadOnlyList<RunEvent> noted, int limit)
    {
        var events = PayloadPaging.First(noted, limit);
        return new UnrecordedPart(
            PayloadPaging.First(changed.Select(i => board.Entries[i].Shown()), limit),
            events,
            events.Count < noted.Count ? events[^1].Sequence : Sequence
        );
    }
}

/// <summary>Transitions that are not recorded yet, or the first of them.</summary>
/// <param name="Tasks">Tasks whose record is out of date.</param>
/// <param name="Events">In their order.</param>
/// <param name="Sequence">With these, the record contains everything up to this number.</param>
internal sealed record UnrecordedPart(IReadOnlyList<RunTask> Tasks, IReadOnlyList<RunEvent> Events, long Sequence);
