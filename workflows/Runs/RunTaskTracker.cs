namespace Orchestrator.Workflows.Runs;

/// <summary>
/// Tracks the tasks of a run and applies the rules that connect them, such as readiness and the effects of a task's end. Does not depend on
/// Temporal or the clock.
/// </summary>
internal sealed class RunTaskTracker
{
    private readonly List<PlanTaskWithProgress> _entries = [];
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
    public IReadOnlyList<PlanTaskWithProgress> Entries => _entries;

    /// <summary>Tasks by state. States are ordered by name, and tasks as in the plan.</summary>
    public IEnumerable<(string State, IReadOnlyCollection<PlanTaskWithProgress> Entries)> ByState => _byState.All;

    /// <summary>True if no work is left, because all tasks are merged, count as done, or were canceled individually.</summary>
    public bool AllMerged => _done + LeftOut.Count() == _entries.Count;

    /// <summary>Tasks that a user canceled individually, in plan order. The run lands without them.</summary>
    public IEnumerable<PlanTaskWithProgress> LeftOut => In(TaskStateNames.Cancelled).Where(e => e.State.LeftOut);

    /// <summary>Tasks whose work is on staging but has not landed.</summary>
    public IEnumerable<PlanTaskWithProgress> Unlanded =>
        In(TaskStateNames.Merged).Concat(In(TaskStateNames.Resolved)).Where(e => !e.Progress.Landed).OrderBy(e => e.Index);

    /// <summary>Tasks whose workflow is open, in plan order.</summary>
    public IEnumerable<PlanTaskWithProgress> AtWork => _atWork.Select(i => _entries[i]);

    public bool AnyAtWork => _atWork.Count > 0;

    /// <summary>
    /// Tasks whose dependencies are met and that are waiting for a slot, an approval or another task. Ordered by priority, then by position
    /// in the plan.
    /// </summary>
    public IEnumerable<PlanTaskWithProgress> Ready => _ready.Select(i => _entries[i]).OrderByDescending(entry => entry.Outline.Priority);

    public bool AnyReady => _ready.Count > 0;

    /// <summary>Ready tasks that are waiting for a user's approval.</summary>
    public IEnumerable<PlanTaskWithProgress> NotApproved => Ready.Where(e => !e.State.Approved);

    public PlanTaskWithProgress Find(string id) => _entries[_index[id]];

    public PlanTaskWithProgress? TryFind(string id) => _index.TryGetValue(id, out var index) ? _entries[index] : null;

    /// <summary>Returns the tasks in the given state, in plan order.</summary>
    public IReadOnlyCollection<PlanTaskWithProgress> In(string state) => _byState.In(state);

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
            var entry = new PlanTaskWithProgress(task, _entries.Count, now);
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
    public void Started(PlanTaskWithProgress entry, DateTimeOffset now)
    {
        _ready.Remove(entry.Index);
        _atWork.Add(entry.Index);
        entry.Begin();
        Change(entry, TaskStateNames.Preparing, null, now);
    }

    /// <summary>Resumes a paused task. The task occupies its slot immediately, even before it reports that it is running.</summary>
    public void ResumeTask(PlanTaskWithProgress entry)
    {
        if (!entry.Progress.Paused)
        {
            return;
        }
        entry.Progress = entry.Progress with { Paused = false };
        Journal.Changed(entry);
    }

    /// <summary>
    /// Moves a task to a final state without a report from its workflow, for example because a user canceled or rejected the task.
    /// </summary>
    public void End(PlanTaskWithProgress entry, string state, Reason why, DateTimeOffset now, string? by = null)
    {
        Change(entry, state, why, now, by: by);
        Ended(entry, now);
    }

    /// <summary>Counts a task as done without its workflow, so that its dependents may run.</summary>
    /// <param name="state">One of the states for which <see cref="TaskStateNames.IsDone"/> is true.</param>
    /// <param name="why">Reason for the state.</param>
    /// <param name="by">User who decided, or null if no user did.</param>
    public void CountAsDone(PlanTaskWithProgress entry, string state, Reason why, DateTimeOffset now, string? by = null)
    {
        End(entry, state, why, now, by);
        ReopenDependents(entry, now);
    }

    /// <summary>Continues the run without a task that has ended.</summary>
    public void ExcludeTask(PlanTaskWithProgress entry, Reason why, DateTimeOffset now, string evidence = "")
    {
        entry.State = entry.State with { LeftOut = true };
        Change(entry, TaskStateNames.Cancelled, why, now, evidence);
    }

    /// <summary>Retries an ended task, and the tasks that were skipped because of it.</summary>
    public void Retry(PlanTaskWithProgress entry, string guidance, DateTimeOffset now, DecidingUser? by = null)
    {
        PutBack(entry, guidance, new TaskRetriedReason(by), now, by?.Who);
    }

    /// <summary>Repeats a task that is done and has no dependents.</summary>
    public void AskAgain(PlanTaskWithProgress entry, Reason why, DateTimeOffset now)
    {
        _done--;
        PutBack(entry, "", why, now);
    }

    /// <summary>Escalates a task that is done and has no dependents, so that a user decides how the run continues.</summary>
    public void Escalate(PlanTaskWithProgress entry, Reason why, DateTimeOffset now, string evidence)
    {
        _done--;
        Change(entry, TaskStateNames.Escalated, why, now, evidence);
    }

    /// <summary>Adopts a task's workflow that an earlier execution of the run started.</summary>
    public void AdoptWorkflow(PlanTaskWithProgress entry, string executionId, DateTimeOffset now)
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

    /// <summary>Retries a task whose workflow is gone and whose result is unknown.</summary>
    public void BeginAnew(PlanTaskWithProgress entry, DateTimeOffset now)
    {
        _atWork.Remove(entry.Index);
        entry.State = entry.State with { AtWork = false, Progress = entry.Progress with { Paused = false } };
        Retry(entry, entry.State.Guidance, now);
    }

    /// <summary>Returns the given tasks and all done or running tasks that build on their work, in plan order.</summary>
    /// <param name="ids">Ids of tasks; unknown ids are ignored.</param>
    public IReadOnlyList<PlanTaskWithProgress> WithThoseThatBuildOn(IEnumerable<string> ids)
    {
        var found = new SortedSet<int>(ids.Select(TryFind).OfType<PlanTaskWithProgress>().Select(entry => entry.Index));
        foreach (var entry in found.Select(index => _entries[index]).ToList())
        {
            Spread(entry, dependant => (dependant.AtWork || IsDone(dependant)) && found.Add(dependant.Index));
        }
        return [.. found.Select(index => _entries[index])];
    }

    /// <summary>Repeats a done or running task whose work is lost. Its dependents wait for it again.</summary>
    public void RepeatTask(PlanTaskWithProgress entry, Reason why, DateTimeOffset now)
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
    public void Approve(PlanTaskWithProgress entry, Reason why, DateTimeOffset now, string? by = null)
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
    public void Landed(PlanTaskWithProgress entry)
    {
        entry.Progress = entry.Progress with { Landed = true };
        Journal.Changed(entry);
    }

    /// <summary>Sets the reason for a task's state.</summary>
    public void Explain(PlanTaskWithProgress entry, Reason? why, DateTimeOffset now) => Change(entry, entry.Progress.State, why, now);

    /// <summary>Moves the task to a new state, or sets a new reason for the same state.</summary>
    public void Change(
        PlanTaskWithProgress entry,
        string state,
        Reason? why,
        DateTimeOffset now,
        string evidence = "",
        string? by = null
    ) => Put(entry, entry.Progress.MovedTo(state, why, now, evidence), now, by);

    /// <summary>Replaces the progress of a task.</summary>
    /// <param name="by">User who decided, or null if no user did.</param>
    /// <param name="notesHost">True to record a change of the task's host as an event.</param>
    public void Put(PlanTaskWithProgress entry, TaskProgress progress, DateTimeOffset now, string? by = null, bool notesHost = false)
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

    /// <summary>Returns those direct dependents of a task that were skipped.</summary>
    public IEnumerable<PlanTaskWithProgress> SkippedFor(PlanTaskWithProgress entry) =>
        entry.Dependants.Select(i => _entries[i]).Where(e => e.Progress.State == TaskStateNames.Skipped);

    /// <summary>Handles the end of a task, after which its dependents become ready or are skipped.</summary>
    public void Ended(PlanTaskWithProgress entry, DateTimeOffset now)
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
    /// Makes a task ready for another execution of its workflow, and reopens the tasks that were skipped because of the task.
    /// </summary>
    private void PutBack(PlanTaskWithProgress entry, string guidance, Reason why, DateTimeOffset now, string? by = null)
    {
        entry.PutBack(guidance);
        Change(entry, TaskStateNames.Pending, why, now, by: by);
        AddIfReady(entry);
        ReopenDependents(entry, now);
    }

    /// <summary>Reopens tasks that were skipped because of this one, unless another of their dependencies did not succeed.</summary>
    private void ReopenDependents(PlanTaskWithProgress entry, DateTimeOffset now) =>
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
                Change(dependant, TaskStateNames.Pending, new FailedDependencyResumedReason(entry.Id), now);
                AddIfReady(dependant);
                return true;
            }
        );

    /// <summary>
    /// Visits the dependents of a task transitively, but does not continue beyond a dependent for which the condition is false.
    /// </summary>
    private void Spread(PlanTaskWithProgress from, Func<PlanTaskWithProgress, bool> isConcerned)
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

    private static bool IsDone(PlanTaskWithProgress entry) => TaskStateNames.IsDone(entry.Progress.State);

    private void AddIfReady(PlanTaskWithProgress entry)
    {
        if (entry.Unmet == 0 && !entry.AtWork && entry.Progress.State is TaskStateNames.Pending or TaskStateNames.AwaitingApproval)
        {
            _ready.Add(entry.Index);
        }
    }
}
