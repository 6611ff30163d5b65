namespace Orchestrator.Workflows.Runs;

/// <summary>
/// Tasks of a run and the rules between them, such as readiness, and the effect of a task's end on other tasks. Does not depend on Temporal
/// or the clock; the time is a parameter.
/// </summary>
internal sealed class RunTaskTracker
{
    private readonly List<TrackedRunTask> _entries = [];
    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);
    private readonly SortedSet<int> _ready = [];
    private readonly SortedSet<int> _atWork = [];
    private readonly TasksByState _byState;
    private int _done;

    public RunTaskTracker()
    {
        _byState = new TasksByState(_entries);
    }

    /// <summary>Transitions that are not recorded yet.</summary>
    public RunJournal Journal { get; } = new();

    /// <summary>True if the tasks are loaded.</summary>
    public bool IsFilled { get; private set; }

    /// <summary>All tasks in plan order.</summary>
    public IReadOnlyList<TrackedRunTask> Entries => _entries;

    /// <summary>Tasks by state. States are ordered by name, and tasks as in the plan.</summary>
    public IEnumerable<(string State, IReadOnlyCollection<TrackedRunTask> Entries)> ByState => _byState.All;

    /// <summary>True if no work is left, because all tasks are merged, count as done, or were canceled individually.</summary>
    public bool AllMerged => _done + LeftOut.Count() == _entries.Count;

    /// <summary>Tasks that a user canceled individually, in plan order. The run lands without them.</summary>
    public IEnumerable<TrackedRunTask> LeftOut => In(TaskStateNames.Cancelled).Where(e => e.State.LeftOut);

    /// <summary>Tasks whose work is on staging but has not landed.</summary>
    public IEnumerable<TrackedRunTask> Unlanded =>
        In(TaskStateNames.Merged).Concat(In(TaskStateNames.Resolved)).Where(e => !e.Progress.Landed).OrderBy(e => e.Index);

    /// <summary>Tasks whose workflow is open, in plan order.</summary>
    public IEnumerable<TrackedRunTask> AtWork => _atWork.Select(i => _entries[i]);

    public bool AnyAtWork => _atWork.Count > 0;

    /// <summary>
    /// Tasks whose dependencies are met and that wait for a slot, an approval or another task. Ordered by priority, then as in the plan.
    /// </summary>
    public IEnumerable<TrackedRunTask> Ready => _ready.Select(i => _entries[i]).OrderByDescending(entry => entry.Outline.Priority);

    public bool AnyReady => _ready.Count > 0;

    /// <summary>Ready tasks that are waiting for a user's approval.</summary>
    public IEnumerable<TrackedRunTask> NotApproved => Ready.Where(e => !e.State.Approved);

    public TrackedRunTask Find(string id) => _entries[_index[id]];

    public TrackedRunTask? TryFind(string id) => _index.TryGetValue(id, out var index) ? _entries[index] : null;

    /// <summary>Returns tasks in a state, in plan order.</summary>
    public IReadOnlyCollection<TrackedRunTask> In(string state) => _byState.In(state);

    /// <summary>Adds tasks after the existing ones.</summary>
    /// <param name="tasks">Tasks to add, in any order.</param>
    /// <param name="restored">For a restored run: the checkpoint of each task by id, and true if a file in the run's folder contains
    /// it.</param>
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
            var entry = new TrackedRunTask(task, _entries.Count, now);
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
            AddIfReady(entry);
        }
    }

    /// <summary>Records the start of a task's workflow.</summary>
    public void Started(TrackedRunTask entry, DateTimeOffset now)
    {
        _ready.Remove(entry.Index);
        _atWork.Add(entry.Index);
        entry.Begin();
        Change(entry, TaskStateNames.Preparing, null, now);
    }

    /// <summary>Resumes a paused task. The task occupies its slot immediately, and not only after it reports that it is running.</summary>
    public void ResumeTask(TrackedRunTask entry)
    {
        if (!entry.Progress.Paused)
        {
            return;
        }
        entry.Progress = entry.Progress with { Paused = false };
        Journal.Changed(entry);
    }

    /// <summary>Ends a task that is not running, because a user canceled or rejected it.</summary>
    public void End(TrackedRunTask entry, string state, Reason why, DateTimeOffset now, string? by = null)
    {
        Change(entry, state, why, now, by: by);
        Ended(entry, now);
    }

    /// <summary>Counts a task as done without its workflow, so that its dependents may run.</summary>
    /// <param name="state">One of the states for which <see cref="TaskStateNames.IsDone"/> is true.</param>
    /// <param name="why">Reason for the state.</param>
    /// <param name="by">User who decided, or null if no user did.</param>
    public void CountAsDone(TrackedRunTask entry, string state, Reason why, DateTimeOffset now, string? by = null)
    {
        End(entry, state, why, now, by);
        ReopenDependents(entry, now);
    }

    /// <summary>Continues the run without a task that has ended.</summary>
    public void ExcludeTask(TrackedRunTask entry, Reason why, DateTimeOffset now, string evidence = "")
    {
        entry.State = entry.State with { LeftOut = true };
        Change(entry, TaskStateNames.Cancelled, why, now, evidence);
    }

    /// <summary>Retries an ended task, and the tasks that were skipped because of it.</summary>
    public void Retry(TrackedRunTask entry, string guidance, DateTimeOffset now, DecidingUser? by = null)
    {
        PutBack(entry, guidance, new TaskRetriedReason(by), now, by?.Who);
    }

    /// <summary>Repeats a task that is done and has no dependents.</summary>
    public void AskAgain(TrackedRunTask entry, Reason why, DateTimeOffset now)
    {
        _done--;
        PutBack(entry, "", why, now);
    }

    /// <summary>Escalates a task that is done and has no dependents, so that a user decides how the run continues.</summary>
    public void Escalate(TrackedRunTask entry, Reason why, DateTimeOffset now, string evidence)
    {
        _done--;
        Change(entry, TaskStateNames.Escalated, why, now, evidence);
    }

    /// <summary>Adopts a task's workflow that an earlier execution of the run started.</summary>
    public void AdoptWorkflow(TrackedRunTask entry, string executionId, DateTimeOffset now)
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

    /// <summary>Starts a task again if its workflow is gone and its result is unknown.</summary>
    public void BeginAnew(TrackedRunTask entry, DateTimeOffset now)
    {
        _atWork.Remove(entry.Index);
        entry.State = entry.State with { AtWork = false, Progress = entry.Progress with { Paused = false } };
        Retry(entry, entry.State.Guidance, now);
    }

    /// <summary>Returns the tasks with the given ids, and all done or running tasks that are based on their work, in plan order.</summary>
    /// <param name="ids">Ids of tasks; unknown ids are ignored.</param>
    public IReadOnlyList<TrackedRunTask> WithThoseThatBuildOn(IEnumerable<string> ids)
    {
        var found = new SortedSet<int>(ids.Select(TryFind).OfType<TrackedRunTask>().Select(entry => entry.Index));
        foreach (var entry in found.Select(index => _entries[index]).ToList())
        {
            Spread(entry, dependant => (dependant.AtWork || IsDone(dependant)) && found.Add(dependant.Index));
        }
        return [.. found.Select(index => _entries[index])];
    }

    /// <summary>Repeats a done or running task whose work is lost. Its dependents wait for it again.</summary>
    public void RepeatTask(TrackedRunTask entry, Reason why, DateTimeOffset now)
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

    /// <summary>Records that a task is approved.</summary>
    public void Approve(TrackedRunTask entry, Reason why, DateTimeOffset now, string? by = null)
    {
        entry.State = entry.State with { Approved = true };
        if (!entry.AtWork && entry.Progress.State == TaskStateNames.AwaitingApproval)
        {
            Change(entry, TaskStateNames.Pending, why, now, by: by);
        }
        else
        {
            Journal.Note(entry.Id, entry.Progress.State, why, now, by: by);
        }
    }

    /// <summary>Records that the task's work has landed on the target while the run continues.</summary>
    public void Landed(TrackedRunTask entry)
    {
        entry.Progress = entry.Progress with { Landed = true };
        Journal.Changed(entry);
    }

    /// <summary>Sets the reason for a task's state.</summary>
    public void Explain(TrackedRunTask entry, Reason? why, DateTimeOffset now) => Change(entry, entry.Progress.State, why, now);

    /// <summary>Moves the task to a new state, or sets a new reason for the same state.</summary>
    public void Change(TrackedRunTask entry, string state, Reason? why, DateTimeOffset now, string evidence = "", string? by = null) =>
        Put(entry, entry.Progress.MovedTo(state, why, now, evidence), now, by);

    /// <summary>Replaces the progress of a task.</summary>
    /// <param name="by">User who decided, or null if no user did.</param>
    /// <param name="notesHost">True to record a change of the task's host as an event.</param>
    public void Put(TrackedRunTask entry, TaskProgress progress, DateTimeOffset now, string? by = null, bool notesHost = false)
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
                progress.Host is { } host ? new TaskPlacedOnHostReason(host) : new TaskLeftHostReason(before.Host!),
                now
            );
        }
    }

    /// <summary>Returns the tasks that are not run if this task is skipped.</summary>
    public IEnumerable<TrackedRunTask> SkippedFor(TrackedRunTask entry) =>
        entry.Dependants.Select(i => _entries[i]).Where(e => e.Progress.State == TaskStateNames.Skipped);

    /// <summary>Handles the end of a task, after which its dependents become ready or are skipped.</summary>
    public void Ended(TrackedRunTask entry, DateTimeOffset now)
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
                AddIfReady(dependant);
            }
            return;
        }
        Spread(
            entry,
            dependant =>
            {
                if (dependant.AtWork || dependant.Progress.State is not (TaskStateNames.Pending or TaskStateNames.AwaitingApproval))
                {
                    return false;
                }
                _ready.Remove(dependant.Index);
                Change(dependant, TaskStateNames.Skipped, new TaskDependencyFailedReason(entry.Id, entry.Progress.State), now);
                return true;
            }
        );
    }

    /// <summary>
    /// Makes a task wait for another execution of its workflow, and likewise the tasks that were skipped because of this task.
    /// </summary>
    private void PutBack(TrackedRunTask entry, string guidance, Reason why, DateTimeOffset now, string? by = null)
    {
        entry.PutBack(guidance);
        Change(entry, TaskStateNames.Pending, why, now, by: by);
        AddIfReady(entry);
        ReopenDependents(entry, now);
    }

    /// <summary>Reopens tasks that were skipped because of this one, unless another of their dependencies did not succeed.</summary>
    private void ReopenDependents(TrackedRunTask entry, DateTimeOffset now) =>
        Spread(
            entry,
            dependant =>
            {
                if (dependant.Progress.State != TaskStateNames.Skipped)
                {
                    return false;
                }
                if (dependant.Outline.DependsOn.Select(Find).Any(d => d.HasEnded && !IsDone(d)))
                {
                    return false;
                }
                Change(dependant, TaskStateNames.Pending, new FailedDependencyContinuesReason(entry.Id), now);
                AddIfReady(dependant);
                return true;
            }
        );

    /// <summary>Visits dependents transitively, as long as the condition is true for them.</summary>
    private void Spread(TrackedRunTask from, Func<TrackedRunTask, bool> isConcerned)
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

    private static bool IsDone(TrackedRunTask entry) => TaskStateNames.IsDone(entry.Progress.State);

    private void AddIfReady(TrackedRunTask entry)
    {
        if (entry.Unmet == 0 && !entry.AtWork && entry.Progress.State is TaskStateNames.Pending or TaskStateNames.AwaitingApproval)
        {
            _ready.Add(entry.Index);
        }
    }
}
