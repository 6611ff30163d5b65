using Orchestrator.Messages;

namespace Orchestrator.Workflows;

/// <summary>
/// The state of all tasks of a run and the rules between them: what is ready, what may work beside what, what a failure means for others.
/// No Temporal, no clock: the workflow tells it the time. Each change is kept as a transition until it is recorded.
/// </summary>
internal sealed class RunBoard
{
    private readonly List<TaskEntry> _entries = [];
    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);
    private readonly SortedSet<int> _ready = [];
    private readonly HashSet<int> _atWork = [];
    private readonly SortedSet<int> _changed = [];
    private readonly List<RunEvent> _events = [];
    private readonly SortedDictionary<string, SortedSet<int>> _byState = new(StringComparer.Ordinal);
    private int _merged;

    /// <summary>Sets up the board; <paramref name="statuses"/> are those of a run that is carried on, by id.</summary>
    public RunBoard(IReadOnlyList<TaskOutline> tasks, DateTimeOffset now, IReadOnlyDictionary<string, RunTask>? statuses = null)
    {
        Add(tasks, now, statuses);
    }

    /// <summary>Adds tasks behind those that are there.</summary>
    public void Add(IReadOnlyList<TaskOutline> tasks, DateTimeOffset now, IReadOnlyDictionary<string, RunTask>? statuses = null)
    {
        var first = _entries.Count;
        foreach (var task in tasks)
        {
            var status = new RunTask
            {
                Id = task.Id,
                Title = task.Title,
                State = task.Done ? TaskStates.Merged : TaskStates.Pending,
                Reason = task.Done ? "done before this run" : "",
                DependsOn = task.DependsOn,
                Since = now,
            };
            _index.Add(task.Id, _entries.Count);
            var entry = new TaskEntry(task, _entries.Count, status);
            _entries.Add(entry);
            if (statuses is null)
                _changed.Add(entry.Index);
            else
                entry.Status = statuses.GetValueOrDefault(task.Id) is { } known ? known with { Title = status.Title, DependsOn = status.DependsOn } : status;
            Count(entry.Status.State, entry.Index);
        }
        foreach (var entry in _entries.Skip(first))
        {
            foreach (var id in entry.Outline.DependsOn)
                _entries[_index[id]].Dependants.Add(entry.Index);
        }
        foreach (var entry in _entries.Skip(first))
        {
            entry.Unmet = entry.Outline.DependsOn.Count(id => !IsMerged(Find(id)));
            if (IsMerged(entry))
                _merged++;
            Consider(entry);
        }
    }

    /// <summary>All tasks in plan order.</summary>
    public IReadOnlyList<TaskEntry> Entries => _entries;

    /// <summary>Tasks by state, both in order.</summary>
    public IEnumerable<(string State, IReadOnlyCollection<TaskEntry> Entries)> ByState => _byState
        .Where(group => group.Value.Count > 0)
        .Select(group => (group.Key, (IReadOnlyCollection<TaskEntry>)new Group(this, group.Value)));

    /// <summary>Number of the last transition of the run.</summary>
    public long Sequence { get; set; }

    public bool AllMerged => _merged == _entries.Count;

    /// <summary>Tasks whose workflow runs.</summary>
    public int AtWork => _atWork.Count;

    /// <summary>True when some task is ready and waits for a slot, an approval or another task.</summary>
    public bool AnyReady => _ready.Count > 0;

    /// <summary>True when there are transitions that are not recorded.</summary>
    public bool HasUnrecorded => _events.Count > 0 || _changed.Count > 0;

    public TaskEntry Find(string id) => _entries[_index[id]];

    public bool IsMerged(string id) => IsMerged(Find(id));

    public TaskEntry? TryFind(string id) => _index.TryGetValue(id, out var index) ? _entries[index] : null;

    /// <summary>The tasks that may start now, in plan order, at most so many that <paramref name="slots"/> are in use.</summary>
    /// <param name="slots">Agents at once.</param>
    /// <param name="mayStart">Whether what a task needs beside a slot works; null: it does.</param>
    public IReadOnlyList<TaskEntry> NextToStart(int slots, Func<TaskEntry, bool>? mayStart = null)
    {
        var free = slots - _atWork.Count(i => TaskStates.HoldsSlot(_entries[i].Status.State) && !_entries[i].Status.Paused);
        var chosen = new List<TaskEntry>();
        var claimed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var index in _ready)
        {
            if (free <= chosen.Count)
                break;
            var entry = _entries[index];
            if (!entry.Approved || mayStart?.Invoke(entry) == false)
                continue;
            if (entry.Outline.Exclusive)
            {
                // It works alone: whatever comes later in the plan waits for it, so that it is not passed by for ever.
                if (_atWork.Count == 0 && chosen.Count == 0)
                    chosen.Add(entry);
                break;
            }
            if (_atWork.Any(i => _entries[i].Outline.Exclusive))
                break;
            var waits = claimed.Contains(entry.Outline.Id)
                || entry.Outline.Excludes.Any(id => Find(id).AtWork || chosen.Contains(Find(id)));
            if (!waits)
                chosen.Add(entry);
            claimed.UnionWith(entry.Outline.Excludes);
        }
        return chosen;
    }

    /// <summary>Ready tasks that wait for a person's yes.</summary>
    public IEnumerable<TaskEntry> AwaitingApproval() => _ready.Select(i => _entries[i]).Where(e => !e.Approved);

    /// <summary>A task of a run that is carried on by a new execution.</summary>
    public void TakeUp(CarriedTask carried)
    {
        var entry = Find(carried.Id);
        entry.TakeUp(carried);
        if (!carried.AtWork)
            return;
        _ready.Remove(entry.Index);
        _atWork.Add(entry.Index);
    }

    /// <summary>A task's workflow was started.</summary>
    public void Started(TaskEntry entry, DateTimeOffset now)
    {
        _ready.Remove(entry.Index);
        _atWork.Add(entry.Index);
        entry.AtWork = true;
        entry.Before = (entry.Status.Starts, entry.Status.Cost, entry.Status.Tokens);
        Change(entry, TaskStates.Preparing, "", now);
    }

    /// <summary>Takes in a report; one that is late or doubled changes nothing.</summary>
    public void Report(TaskReport report, DateTimeOffset now)
    {
        var entry = TryFind(report.TaskId);
        if (entry is null || !entry.AtWork || entry.PastExecutions.Contains(report.ExecutionId))
            return;
        if (entry.ExecutionId.Length == 0 && report.Sequence == TaskReport.LastWord)
            return; // An execution before the one that is about to begin.
        if (entry.ExecutionId.Length == 0)
            entry.ExecutionId = report.ExecutionId;
        if (report.ExecutionId != entry.ExecutionId || report.Sequence <= entry.ReportSequence)
            return;
        entry.ReportSequence = report.Sequence;
        if (report.Sequence == TaskReport.LastWord)
        {
            Lost(entry, report.ExecutionId, report.Reason, now);
            return;
        }
        entry.LastStart = report.LastStart;
        var status = entry.Status;
        entry.Status = status with
        {
            Paused = report.Paused,
            Round = report.Round,
            Starts = entry.Before.Starts + report.Starts,
            StartedAt = status.StartedAt ?? (report.Starts > 0 ? now : null),
            Cost = entry.Before.Cost + report.Cost,
            Tokens = entry.Before.Tokens + report.Tokens,
            Commit = report.Commit,
            MergeCommit = report.MergeCommit,
            Reused = report.Reused,
            Gates = report.Gates,
        };
        Change(entry, report.State, report.Reason, now, report.Evidence);
        if (TaskStates.IsEnd(report.State))
            Ended(entry, now);
    }

    /// <summary>A paused task is told to go on: it holds its slot from now on, not only when it says that it has heard.</summary>
    public void GoesOn(TaskEntry entry)
    {
        if (!entry.Status.Paused)
            return;
        entry.Status = entry.Status with { Paused = false };
        _changed.Add(entry.Index);
    }

    /// <summary>The task's workflow ended in a way it could not report.</summary>
    /// <param name="entry">The task.</param>
    /// <param name="executionId">The execution that ended; empty when none was begun.</param>
    /// <param name="reason">What is known of it.</param>
    /// <param name="now">The time.</param>
    public void Lost(TaskEntry entry, string executionId, string reason, DateTimeOffset now)
    {
        if (!entry.AtWork || entry.PastExecutions.Contains(executionId))
            return;
        Change(entry, TaskStates.Failed, reason, now);
        Ended(entry, now);
    }

    /// <summary>A task that is not at work ends: a person cancelled it, or said no.</summary>
    public void End(TaskEntry entry, string state, string reason, DateTimeOffset now)
    {
        _ready.Remove(entry.Index);
        Change(entry, state, reason, now);
        Ended(entry, now);
    }

    /// <summary>Counts as done without changes: its dependants may run.</summary>
    public void CountAsDone(TaskEntry entry, string reason, DateTimeOffset now)
    {
        Change(entry, TaskStates.Merged, reason, now);
        Ended(entry, now);
        Revive(entry, now);
    }

    /// <summary>Puts an ended task back, and what was skipped because of it.</summary>
    public void Retry(TaskEntry entry, string guidance, DateTimeOffset now)
    {
        entry.Guidance = guidance;
        if (entry.ExecutionId.Length > 0)
            entry.PastExecutions.Add(entry.ExecutionId);
        entry.ExecutionId = "";
        entry.ReportSequence = 0;
        entry.Notices = 0;
        entry.Status = entry.Status with { EndedAt = null };
        Change(entry, TaskStates.Pending, "tried again", now);
        Consider(entry);
        Revive(entry, now);
    }

    /// <summary>After a reset: an earlier execution of the run has had this task merged.</summary>
    public void MergedEarlier(TaskEntry entry, string commit, DateTimeOffset now)
    {
        if (IsMerged(entry))
            return;
        entry.Status = entry.Status with { MergeCommit = commit, Paused = false };
        Change(entry, TaskStates.Merged, "merged before the run was reset", now);
        Ended(entry, now);
        Revive(entry, now);
    }

    /// <summary>The task's workflow, which an earlier execution of the run had started, goes on for this one.</summary>
    public void TakeOver(TaskEntry entry, string executionId, DateTimeOffset now)
    {
        if (!entry.AtWork)
        {
            if (TaskStates.IsEnd(entry.Status.State))
                Retry(entry, entry.Guidance, now);
            Started(entry, now);
        }
        if (entry.ExecutionId == executionId)
            return;
        entry.PastExecutions.Remove(executionId);
        (entry.ExecutionId, entry.ReportSequence) = (executionId, 0);
    }

    /// <summary>The workflow that was at work on the task is gone, and nobody knows how it ended: it is begun anew.</summary>
    public void BeginAnew(TaskEntry entry, DateTimeOffset now)
    {
        _atWork.Remove(entry.Index);
        entry.AtWork = false;
        entry.Status = entry.Status with { Paused = false };
        Retry(entry, entry.Guidance, now);
    }

    /// <summary>What happens from here on is numbered behind an earlier record of the run, and all of it is recorded again.</summary>
    public void FollowRecord(long last)
    {
        var shift = last + RunStatus.ExecutionGap - Sequence;
        if (shift > 0)
        {
            Sequence += shift;
            for (var i = 0; i < _events.Count; i++)
                _events[i] = _events[i] with { Sequence = _events[i].Sequence + shift };
        }
        _changed.UnionWith(Enumerable.Range(0, _entries.Count));
    }

    /// <summary>Says yes for a task.</summary>
    public void Approve(TaskEntry entry, DateTimeOffset now)
    {
        entry.Approved = true;
        if (entry.Status.State == TaskStates.AwaitingApproval)
            Change(entry, TaskStates.Pending, "approved", now);
    }

    /// <summary>Marks ready tasks that need a yes as waiting for it.</summary>
    public void MarkAwaitingApproval(DateTimeOffset now)
    {
        foreach (var entry in AwaitingApproval().Where(e => e.Status.State != TaskStates.AwaitingApproval).ToList())
            Change(entry, TaskStates.AwaitingApproval, "the plan asks for an approval before it starts", now);
    }

    /// <summary>Says why a task that is not at work is where it is.</summary>
    public void Explain(TaskEntry entry, string reason, DateTimeOffset now) => Change(entry, entry.Status.State, reason, now);

    /// <summary>Notes what was noticed while a task's agents worked and was not noted yet.</summary>
    /// <returns>What is new.</returns>
    public IReadOnlyList<TaskNotice> Notice(TaskEntry entry, IReadOnlyList<TaskNotice> notices, DateTimeOffset now)
    {
        var news = notices.Skip(entry.Notices).ToList();
        entry.Notices += news.Count;
        foreach (var notice in news)
            _events.Add(new RunEvent { Sequence = ++Sequence, Time = now, Task = entry.Outline.Id, State = entry.Status.State, Reason = MessageParts.Brief(notice.Text) });
        return news;
    }

    /// <summary>Notes a transition of the run itself.</summary>
    public void NoteRun(string state, string reason, DateTimeOffset now, string evidence = "") =>
        _events.Add(new RunEvent { Sequence = ++Sequence, Time = now, State = state, Reason = reason, Evidence = evidence });

    /// <summary>Hands out what is not recorded yet, at most <paramref name="limit"/> transitions and as many tasks, and forgets it.</summary>
    public (IReadOnlyList<RunTask> Tasks, IReadOnlyList<RunEvent> Events) TakeUnrecorded(int limit)
    {
        var tasks = MessageParts.First(_changed.Select(i => _entries[i].Status), limit);
        _changed.ExceptWith(_changed.Take(tasks.Count).ToList());
        var events = MessageParts.First(_events, limit);
        _events.RemoveRange(0, events.Count);
        return (tasks, events);
    }

    private static bool IsMerged(TaskEntry entry) => entry.Status.State == TaskStates.Merged;

    private void Consider(TaskEntry entry)
    {
        if (entry.Unmet == 0 && !entry.AtWork && entry.Status.State is TaskStates.Pending or TaskStates.AwaitingApproval)
            _ready.Add(entry.Index);
    }

    private void Change(TaskEntry entry, string state, string reason, DateTimeOffset now, string evidence = "")
    {
        var status = entry.Status;
        var moved = status.State != state;
        reason = MessageParts.Brief(reason);
        if (moved)
        {
            _byState[status.State].Remove(entry.Index);
            Count(state, entry.Index);
        }
        entry.Status = status with
        {
            State = state,
            Reason = reason,
            Evidence = evidence.Length > 0 ? evidence : moved ? "" : status.Evidence,
            Since = moved ? now : status.Since,
            EndedAt = TaskStates.IsEnd(state) ? now : null,
        };
        _changed.Add(entry.Index);
        if (moved || status.Reason != reason)
            _events.Add(new RunEvent { Sequence = ++Sequence, Time = now, Task = status.Id, State = state, Reason = reason, Evidence = evidence });
    }

    private void Count(string state, int index)
    {
        if (!_byState.TryGetValue(state, out var group))
            _byState.Add(state, group = []);
        group.Add(index);
    }

    private void Ended(TaskEntry entry, DateTimeOffset now)
    {
        _atWork.Remove(entry.Index);
        _ready.Remove(entry.Index);
        entry.AtWork = false;
        if (IsMerged(entry))
        {
            _merged++;
            foreach (var index in entry.Dependants)
            {
                _entries[index].Unmet--;
                Consider(_entries[index]);
            }
            return;
        }
        var queue = new Queue<int>(entry.Dependants);
        while (queue.TryDequeue(out var index))
        {
            var dependant = _entries[index];
            if (dependant.AtWork || dependant.Status.State is not (TaskStates.Pending or TaskStates.AwaitingApproval))
                continue;
            _ready.Remove(index);
            Change(dependant, TaskStates.Skipped, $"depends on {entry.Outline.Id}, which is {entry.Status.State}", now);
            foreach (var next in dependant.Dependants)
                queue.Enqueue(next);
        }
    }

    /// <summary>Tasks that were skipped because of this one wait again, unless another of their dependencies ended badly.</summary>
    private void Revive(TaskEntry entry, DateTimeOffset now)
    {
        var queue = new Queue<int>(entry.Dependants);
        while (queue.TryDequeue(out var index))
        {
            var dependant = _entries[index];
            if (dependant.Status.State != TaskStates.Skipped)
                continue;
            if (dependant.Outline.DependsOn.Any(id => TaskStates.IsEnd(Find(id).Status.State) && !IsMerged(Find(id))))
                continue;
            Change(dependant, TaskStates.Pending, $"{entry.Outline.Id} goes on", now);
            Consider(dependant);
            foreach (var next in dependant.Dependants)
                queue.Enqueue(next);
        }
    }

    private sealed class Group(RunBoard board, SortedSet<int> indexes) : IReadOnlyCollection<TaskEntry>
    {
        public int Count => indexes.Count;

        public IEnumerator<TaskEntry> GetEnumerator() => indexes.Select(i => board._entries[i]).GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
