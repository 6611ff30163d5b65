namespace Orchestrator.Workflows.Runs;

/// <summary>
/// Tracks this run's leases of files and resources, which are shared by all runs of the repository. While no other run is active, the run
/// only joins; otherwise each of its tasks requests a lease. Queues updates for the lease workflow in order (<see cref="NextUpdate"/>).
/// Independent of Temporal and the clock.
/// </summary>
internal sealed class LeaseTracker
{
    private readonly Dictionary<string, TaskLease> _tasks = new(StringComparer.Ordinal);
    private readonly Queue<(LeaseSignalKind Step, IReadOnlyList<string> Tasks)> _updates = new();

    /// <summary>True if the run has joined the other runs of the repository and has not left them.</summary>
    public bool Joined { get; private set; }

    /// <summary>True if other runs are active in the repository, or null while this is unknown.</summary>
    public bool? Shared { get; private set; }

    /// <summary>Reason why the run could not join; empty if it could.</summary>
    public string JoinFailure { get; private set; } = "";

    /// <summary>True if the lease workflow has replied to the join, or the join has failed.</summary>
    public bool IsAnswered => Shared is not null || JoinFailure.Length > 0;

    public RunLeaseClientCheckpoint ToCheckpoint() =>
        new()
        {
            Joined = Joined,
            Shared = Shared,
            Tasks = new SortedDictionary<string, TaskLease>(_tasks),
        };

    public void Restore(RunLeaseClientCheckpoint saved)
    {
        (Joined, Shared) = (saved.Joined, saved.Shared);
        foreach (var (task, lease) in saved.Tasks)
        {
            _tasks[task] = lease;
        }
    }

    /// <summary>
    /// Joins the other runs of the repository, before the first task starts and again after a workflow reset. After a reset, the lease
    /// workflow may have removed this run, or may still hold leases of ended tasks.
    /// </summary>
    public void Join()
    {
        (Joined, Shared, JoinFailure) = (true, null, "");
        _tasks.Clear();
        Add(LeaseSignalKind.Join);
    }

    public void Leave()
    {
        if (!Joined)
        {
            return;
        }
        Joined = false;
        _tasks.Clear();
        Add(LeaseSignalKind.Leave);
    }

    /// <summary>
    /// Handles a notification from the lease workflow. Ignores notifications that arrive before the join, because they were sent to an
    /// execution that a reset has replaced.
    /// </summary>
    public void HandleNotification(LeaseChangeNotification news, RunTaskTracker board, DateTimeOffset now)
    {
        if (!Joined)
        {
            return;
        }
        if (board.TryFind(news.Granted) is not null)
        {
            _tasks[news.Granted] = new TaskLease(TaskLeaseStatus.Granted, now);
        }
        if (board.TryFind(news.Waiting) is { AtWork: false, HasEnded: false } waiting)
        {
            board.Explain(waiting, news.Wait, now);
            if (_tasks.ContainsKey(news.Waiting))
            {
                _tasks[news.Waiting] = new TaskLease(TaskLeaseStatus.Waiting, now, news.Wait);
            }
        }
        if (news.Shared is not { } shared)
        {
            return;
        }
        var before = Shared;
        Shared = shared;
        if (!shared)
        {
            _tasks.Clear();
        }
        else if (before is false)
        {
            DeclareLeasesOfRunningTasks(board, now);
        }
    }

    /// <summary>Declares the leases that running tasks need.</summary>
    public void DeclareLeasesOfRunningTasks(RunTaskTracker board, DateTimeOffset now)
    {
        var atWork = board.AtWork.Where(e => !NeedsNone(e)).Select(e => e.Id).ToList();
        foreach (var id in atWork)
        {
            _tasks[id] = new TaskLease(TaskLeaseStatus.Granted, now);
        }
        Add(LeaseSignalKind.Hold, atWork);
    }

    /// <summary>True if the task has its lease or needs none.</summary>
    public bool MayStart(PlanTaskWithProgress entry) =>
        Shared is not true || NeedsNone(entry) || StandingOf(entry) is TaskLeaseStatus.Granted;

    /// <summary>True if the task needs a lease that has not been requested yet.</summary>
    public bool MustAsk(PlanTaskWithProgress entry) => Shared is true && StandingOf(entry) is null;

    /// <summary>True if a task is waiting for a lease. During the wait, it occupies no agent slot.</summary>
    public bool Waits(PlanTaskWithProgress entry) => Shared is true && StandingOf(entry) is TaskLeaseStatus.Waiting;

    /// <summary>True if the task is the review or a planner. These tasks only read files and therefore need no lease.</summary>
    private static bool NeedsNone(PlanTaskWithProgress entry) => entry.Id is ReviewTaskDefinition.Id or ReplanTaskDefinition.Id;

    /// <summary>Requests a lease for a task.</summary>
    public void Ask(PlanTaskWithProgress entry, DateTimeOffset now)
    {
        _tasks[entry.Id] = new TaskLease(TaskLeaseStatus.Asked, now);
        Add(LeaseSignalKind.Ask, [entry.Id]);
    }

    /// <summary>True if there are updates to send.</summary>
    public bool HasUpdates(RunTaskTracker board) => _updates.Count > 0 || Ended(board).Any();

    /// <summary>Returns the next update to send. For ended tasks, the update releases their held or requested leases.</summary>
    public (LeaseSignalKind Step, IReadOnlyList<string> Tasks) NextUpdate(RunTaskTracker board)
    {
        foreach (var id in Ended(board).ToList())
        {
            _tasks.Remove(id);
            Add(LeaseSignalKind.Release, [id]);
        }
        return _updates.Peek();
    }

    /// <summary>Removes the oldest pending update after it was sent.</summary>
    public void Sent() => _updates.Dequeue();

    /// <summary>Drops the oldest pending update, which can never be sent.</summary>
    public void CouldNotSend(RunTaskTracker board, string why, DateTimeOffset now)
    {
        var (step, tasks) = _updates.Dequeue();
        if (step == LeaseSignalKind.Join)
        {
            JoinFailure = why;
        }
        if (step != LeaseSignalKind.Ask)
        {
            return;
        }
        foreach (var entry in tasks.Select(board.Find))
        {
            _tasks.Remove(entry.Id);
            if (!entry.AtWork && !entry.HasEnded)
            {
                board.End(entry, TaskStateNames.Failed, new LeaseRequestFailedReason(new VerbatimQuote(why)), now);
            }
        }
    }

    /// <summary>Time at which <see cref="ExplainLongWaits"/> is due next, or null if no task is waiting.</summary>
    public DateTimeOffset? NextLongWait(RunTaskTracker board, TimeSpan patience) =>
        Unexplained(board).Select(entry => (DateTimeOffset?)(_tasks[entry.Id].Since + patience)).Min();

    /// <summary>
    /// Adds the start time of the wait to the displayed reason of each task that has waited long for a lease. The lease's holder may itself
    /// be waiting for a user.
    /// </summary>
    public void ExplainLongWaits(RunTaskTracker board, TimeSpan patience, DateTimeOffset now)
    {
        foreach (var entry in Unexplained(board).Where(entry => _tasks[entry.Id].Since + patience <= now).ToList())
        {
            var lease = _tasks[entry.Id];
            board.Explain(entry, lease.Wait is null ? null : new WaitingLongForLeaseReason(lease.Wait, lease.Since), now);
            _tasks[entry.Id] = lease with { IsSaid = true };
        }
    }

    private IEnumerable<PlanTaskWithProgress> Unexplained(RunTaskTracker board) =>
        Shared is not true
            ? []
            : _tasks
                .Where(t => t.Value is { Standing: TaskLeaseStatus.Waiting, IsSaid: false })
                .Select(t => board.Find(t.Key))
                .Where(entry => !entry.AtWork && !entry.HasEnded);

    private IEnumerable<string> Ended(RunTaskTracker board) =>
        Shared is true ? _tasks.Keys.Where(id => board.TryFind(id) is { HasEnded: true }) : [];

    private TaskLeaseStatus? StandingOf(PlanTaskWithProgress entry) => _tasks.TryGetValue(entry.Id, out var lease) ? lease.Standing : null;

    private void Add(LeaseSignalKind step, IReadOnlyList<string>? tasks = null) => _updates.Enqueue((step, tasks ?? []));
}
