namespace Orchestrator.Workflows.Runs;

/// <summary>The transitions of a run and of its tasks, numbered, until they are recorded.</summary>
internal sealed class RunJournal
{
    private readonly SortedSet<int> _changed = [];
    private readonly List<RunEvent> _events = [];

    /// <summary>Number of the last transition of the run.</summary>
    public long Sequence { get; set; }

    /// <summary>Time of the last transition that was noted; null while there was none.</summary>
    public DateTimeOffset? LastAt { get; private set; }

    /// <summary>True when there are transitions that are not recorded.</summary>
    public bool HasUnrecorded => _events.Count > 0 || _changed.Count > 0;

    /// <summary>Marks a task whose record is out of date.</summary>
    public void Changed(TaskEntry entry) => _changed.Add(entry.Index);

    /// <summary>
    /// Notes a transition; <paramref name="task"/> is null for one of the run itself, <paramref name="by"/> where no person decided it.
    /// </summary>
    public void Note(string? task, string state, Reason? why, DateTimeOffset now, string evidence = "", string? by = null)
    {
        _events.Add(
            new RunEvent
            {
                Sequence = ++Sequence,
                Time = now,
                Task = task,
                State = state,
                Why = why,
                Evidence = evidence,
                By = by,
            }
        );
        LastAt = now;
    }

    /// <summary>Numbers further events after those of an earlier record of the run, and records everything again.</summary>
    /// <param name="last">Last number of that record.</param>
    /// <param name="tasks">Number of tasks.</param>
    public void Follow(long last, int tasks)
    {
        var shift = last + RunStatus.ExecutionGap - Sequence;
        if (shift > 0)
        {
            Sequence += shift;
            for (var i = 0; i < _events.Count; i++)
            {
                _events[i] = _events[i] with { Sequence = _events[i].Sequence + shift };
            }
        }
        _changed.UnionWith(Enumerable.Range(0, tasks));
    }

    /// <summary>Returns and removes what is not recorded yet, at most <paramref name="limit"/> transitions and as many tasks.</summary>
    public (IReadOnlyList<RunTask> Tasks, IReadOnlyList<RunEvent> Events) TakeUnrecorded(RunBoard board, int limit)
    {
        var tasks = PayloadPaging.First(_changed.Select(i => board.Entries[i].Shown()), limit);
        _changed.ExceptWith(_changed.Take(tasks.Count).ToList());
        var events = PayloadPaging.First(_events, limit);
        _events.RemoveRange(0, events.Count);
        return (tasks, events);
    }
}
