namespace Orchestrator.Workflows.Runs;

/// <summary>The tasks of a run and the rules between them: what is ready, and what the end of one means for others. No Temporal, no clock:
/// the time is a parameter.</summary>
internal sealed class RunBoard
{
    private readonly List<TaskEntry> _entries = [];
    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);
    private readonly SortedSet<int> _ready = [];
    private readonly SortedSet<int> _atWork = [];
    private readonly TasksByState _byState;
    private int _done;

    public RunBoard()
    {
        _byState = new TasksByState(_entries);
    }

    /// <summary>The transitions that are not recorded yet.</summary>
    public RunJournal Journal { get; } = new();

    /// <summary>The tasks are loaded.</summary>
    public bool IsFilled { get; private set; }

    /// <summary>All tasks in plan order.</summary>
    public IReadOnlyList<TaskEntry> Entries => _entries;

    /// <summary>Tasks by state, both in order.</summary>
    public IEnumerable<(string State, IReadOnlyCollection<TaskEntry> Entries)> ByState => _byState.All;

    /// <summary>Nothing is left to do: all tasks are merged, count as done without it, or were cancelled by name.</summary>
    public bool AllMerged => _done + LeftOut.Count() == _entries.Count;

    /// <summary>Tasks that a person has cancelled by name, in plan order: the run lands without them.</summary>
    public IEnumerable<TaskEntry> LeftOut => In(TaskStates.Cancelled).Where(e => e.State.LeftOut);

    /// <summary>Tasks whose work is on staging and has not landed.</summary>
    public IEnumerable<TaskEntry> Unlanded =>
        In(TaskStates.Merged).Concat(In(TaskStates.Resolved)).Where(e => !e.Progress.Landed).OrderBy(e => e.Index);

    /// <summary>Tasks whose workflow runs, in plan order.</summary>
    public IEnumerable<TaskEntry> AtWork => _atWork.Select(i => _entries[i]);

    public bool AnyAtWork => _atWork.Count > 0;

    /// <summary>Tasks that wait for a slot, an approval or another task and for no dependency, in plan order.</summary>
    public IEnumerable<TaskEntry> Ready => _ready.Select(i => _entries[i]);

    public bool AnyReady => _ready.Count > 0;

    /// <summary>Ready tasks that wait for a person's yes.</summary>
    public IEnumerable<TaskEntry> NotApproved => Ready.Where(e => !e.State.Approved);

    public TaskEntry Find(string id) => _entries[_index[id]];

    public TaskEntry? TryFind(string id) => _index.TryGetValue(id, out var index) ? _entries[index] : null;

    /// <summary>Tasks in a state, in plan order.</summary>
    public IReadOnlyCollection<TaskEntry> In(string state) => _byState.In(state);

    /// <summary>Adds tasks behind those that are there.</summary>
    /// <param name="tasks">The tasks, in any order.</param>
    /// <param name="restored">For a restored run: what is known of tasks, and whether a file of the run's folder contains it.</param>
    public void Add(
        IReadOnlyList<TaskOutline> tasks,
        DateTimeOffset now,
        IReadOnlyDictionary<string, (TaskCheckpoint Task, bool IsInFile)>? restored = null
    )
    {
        IsFilled = true;
        var first = _entries.Count;
        foreach (var task in tasks)
        {
            var entry = new TaskEntry(task, _entries.Count, now);
            _index.Add(task.Id, entry.Index);
            _entries.Add(entry);
            if (restored is null)
            {
                Journal.Changed(entry);
            }
            else if (restored.TryGetValue(task.Id, out var known))
            {
                entry.Restore(known.Task, known.IsInFile);
            }
            _byState.Add(entry);
        }
        foreach (var entry in _entries.Skip(first))
        {
            foreach (var id in entry.Outline.DependsOn)
            {
                Find(id).Dependants.Add(entry.Index);
            }
        }
        foreach (var entry in _entries.Skip(first))
        {
            entry.Unmet = entry.Outline.DependsOn.Count(id => !IsDone(Find(id)));
            if (IsDone(entry))
            {
                _done++;
            }
            if (entry.AtWork)
            {
                _atWork.Add(entry.Index);
            }
            Consider(entry);
        }
    }

    /// <summary>A task's workflow was started.</summary>
    public void Started(TaskEntry entry, DateTimeOffset now)
    {
        _ready.Remove(entry.Index);
        _atWork.Add(entry.Index);
        entry.Begin();
        Change(entry, TaskStates.Preparing, null, now);
    }

    /// <summary>Resumes a paused task: it holds its slot from now on, not only when it reports that it runs.</summary>
    public void GoesOn(TaskEntry entry)
    {
        if (!entry.Progress.Paused)
        {
            return;
        }
        entry.Progress = entry.Progress with { Paused = false };
        Journal.Changed(entry);
    }

    /// <summary>Ends a task that is not running: a person cancelled or rejected it.</summary>
    public void End(TaskEntry entry, string state, Reason why, DateTimeOffset now, string? by = null)
    {
        Change(entry, state, why, now, by: by);
        Ended(entry, now);
    }

    /// <summary>Counts a task as done without its workflow, so that its dependants may run.</summary>
    /// <param name="state">One of those that <see cref="TaskStates.IsDone"/> names.</param>
    /// <param name="why">Why.</param>
    /// <param name="by">The person who decided it; null: none.</param>
    public void CountAsDone(TaskEntry entry, string state, Reason why, DateTimeOffset now, string? by = null)
    {
        End(entry, state, why, now, by);
        Revive(entry, now);
    }

    /// <summary>Goes on without a task that has ended.</summary>
    public void LeaveOut(TaskEntry entry, Reason why, DateTimeOffset now, string evidence = "")
    {
        entry.State = entry.State with { LeftOut = true };
        Change(entry, TaskStates.Cancelled, why, now, evidence);
    }

    /// <summary>Retries an ended task, and those that were skipped because of it.</summary>
    public void Retry(TaskEntry entry, string guidance, DateTimeOffset now, Person? by = null)
    {
        PutBack(entry, guidance, new TriedAgain(by), now, by?.Who);
    }

    /// <summary>Repeats a task that is done and that no other depends on.</summary>
    public void AskAgain(TaskEntry entry, Reason why, DateTimeOffset now)
    {
        _done--;
        PutBack(entry, "", why, now);
    }

    /// <summary>Turns a done task that no other depends on into one that a person must decide about.</summary>
    public void Escalate(TaskEntry entry, Reason why, DateTimeOffset now, string evidence)
    {
        _done--;
        Change(entry, TaskStates.Escalated, why, now, evidence);
    }

    /// <summary>The task's workflow, started by an earlier execution of the run, works for this one now.</summary>
    public void TakeOver(TaskEntry entry, string executionId, DateTimeOffset now)
    {
        if (!entry.AtWork)
        {
            if (entry.HasEnded)
            {
                Retry(entry, entry.State.Guidance, now);
            }
            Started(entry, now);
        }
        entry.Follow(executionId);
    }

    /// <summary>The task's workflow is gone and its result unknown: the task is started again.</summary>
    public void BeginAnew(TaskEntry entry, DateTimeOffset now)
    {
        _atWork.Remove(entry.Index);
        entry.State = entry.State with { AtWork = false, Progress = entry.Progress with { Paused = false } };
        Retry(entry, entry.State.Guidance, now);
    }

    /// <summary>The tasks with these ids, and those that are done or at work and build on theirs, in plan order.</summary>
    /// <param name="ids">Ids; unknown ones are left out.</param>
    public IReadOnlyList<TaskEntry> WithThoseThatBuildOn(IEnumerable<string> ids)
    {
        var found = new SortedSet<int>(ids.Select(TryFind).OfType<TaskEntry>().Select(entry => entry.Index));
        foreach (var entry in found.Select(index => _entries[index]).ToList())
        {
            Spread(entry, dependant => (dependant.AtWork || IsDone(dependant)) && found.Add(dependant.Index));
        }
        return [.. found.Select(index => _entries[index])];
    }

    /// <summary>The work of a task is gone, whether it is done or at work: it is done again, and what depends on it waits.</summary>
    public void Lose(TaskEntry entry, Reason why, DateTimeOffset now)
    {
        if (IsDone(entry))
        {
            _done--;
            foreach (var dependant in entry.Dependants.Select(i => _entries[i]))
            {
                dependant.Unmet++;
                _ready.Remove(dependant.Index);
            }
        }
        _atWork.Remove(entry.Index);
        entry.State = entry.State with { AtWork = false, Progress = entry.Progress.WithoutResult() with { Landed = false } };
        PutBack(entry, entry.State.Guidance, why, now);
    }

    /// <summary>Approves a task.</summary>
    public void Approve(TaskEntry entry, Reason why, DateTimeOffset now, string? by = null)
    {
        entry.State = entry.State with { Approved = true };
        if (!entry.AtWork && entry.Progress.State == TaskStates.AwaitingApproval)
        {
            Change(entry, TaskStates.Pending, why, now, by: by);
        }
        else
        {
            Journal.Note(entry.Id, entry.Progress.State, why, now, by: by);
        }
    }

    /// <summary>The task's work is on the target branch, while the run goes on.</summary>
    public void Landed(TaskEntry entry)
    {
        entry.Progress = entry.Progress with { Landed = true };
        Journal.Changed(entry);
    }

    /// <summary>Sets the reason of a task's state.</summary>
    public void Explain(TaskEntry entry, Reason? why, DateTimeOffset now) => Change(entry, entry.Progress.State, why, now);

    /// <summary>The task comes into a state, or has another reason to be in it.</summary>
    public void Change(TaskEntry entry, string state, Reason? why, DateTimeOffset now, string evidence = "", string? by = null) =>
        Put(entry, entry.Progress.MovedTo(state, why, now, evidence), now, by);

    /// <summary>Takes over what is known of a task now.</summary>
    /// <param name="by">The person who decided it; null: none.</param>
    /// <param name="notesHost">Notes where it is done from now on, if that is elsewhere than before.</param>
    public void Put(TaskEntry entry, TaskProgress progress, DateTimeOffset now, string? by = null, bool notesHost = false)
    {
        var before = entry.Progress;
        var moved = before.State != progress.State;
        if (moved)
        {
            _byState.Remove(entry);
        }
        entry.Progress = progress;
        if (moved)
        {
            _byState.Add(entry);
        }
        Journal.Changed(entry);
        if (moved || before.Reason != progress.Reason)
        {
            Journal.Note(progress.Id, progress.State, progress.Why, now, progress.Evidence, by);
        }
        if (notesHost && before.Host != progress.Host)
        {
            Journal.Note(
                progress.Id,
                progress.State,
                progress.Host is { } host ? new PlacedOnHost(host) : new LeftItsHost(before.Host!),
                now
            );
        }
    }

    /// <summary>Tasks that do not run because this one is left out.</summary>
    public IEnumerable<TaskEntry> SkippedFor(TaskEntry entry) =>
        entry.Dependants.Select(i => _entries[i]).Where(e => e.Progress.State == TaskStates.Skipped);

    /// <summary>Handles the end of a task, which makes others ready, or skips them.</summary>
    public void Ended(TaskEntry entry, DateTimeOffset now)
    {
        _atWork.Remove(entry.Index);
        _ready.Remove(entry.Index);
        entry.State = entry.State with { AtWork = false, AnswerSent = false };
        if (IsDone(entry))
        {
            _done++;
            foreach (var dependant in entry.Dependants.Select(i => _entries[i]))
            {
                dependant.Unmet--;
                Consider(dependant);
            }
            return;
        }
        Spread(
            entry,
            dependant =>
            {
                if (dependant.AtWork || dependant.Progress.State is not (TaskStates.Pending or TaskStates.AwaitingApproval))
                {
                    return false;
                }
                _ready.Remove(dependant.Index);
                Change(dependant, TaskStates.Skipped, new DependencyEnded(entry.Id, entry.Progress.State), now);
                return true;
            }
        );
    }

    /// <summary>The task waits for another execution of its workflow, and those that were skipped because of it wait with it.</summary>
    private void PutBack(TaskEntry entry, string guidance, Reason why, DateTimeOffset now, string? by = null)
    {
        entry.PutBack(guidance);
        Change(entry, TaskStates.Pending, why, now, by: by);
        Consider(entry);
        Revive(entry, now);
    }

    /// <summary>Tasks that were skipped because of this one wait again, unless another of their dependencies ended badly.</summary>
    private void Revive(TaskEntry entry, DateTimeOffset now) =>
        Spread(
            entry,
            dependant =>
            {
                if (dependant.Progress.State != TaskStates.Skipped)
                {
                    return false;
                }
                if (dependant.Outline.DependsOn.Select(Find).Any(d => d.HasEnded && !IsDone(d)))
                {
                    return false;
                }
                Change(dependant, TaskStates.Pending, new DependencyGoesOn(entry.Id), now);
                Consider(dependant);
                return true;
            }
        );

    /// <summary>Walks from dependant to dependant, as long as the condition holds.</summary>
    private void Spread(TaskEntry from, Func<TaskEntry, bool> isConcerned)
    {
        var queue = new Queue<int>(from.Dependants);
        while (queue.TryDequeue(out var index))
        {
            if (!isConcerned(_entries[index]))
            {
                continue;
            }
            foreach (var next in _entries[index].Dependants)
            {
                queue.Enqueue(next);
            }
        }
    }

    private static bool IsDone(TaskEntry entry) => TaskStates.IsDone(entry.Progress.State);

    private void Consider(TaskEntry entry)
    {
        if (entry.Unmet == 0 && !entry.AtWork && entry.Progress.State is TaskStates.Pending or TaskStates.AwaitingApproval)
        {
            _ready.Add(entry.Index);
        }
    }
}
