namespace Orchestrator.Workflows.Runs;

/// <summary>
/// Tracks a run's outages, that is, failures that no task has caused. All tasks of an affected account wait together, while one task probes
/// the account with growing delays. Three identical failures of different tasks within ten minutes also count as an outage.
/// </summary>
/// <param name="firstPause">Returns the delay before the first probe.</param>
internal sealed class AccountAndHostOutageTracker(Func<TimeSpan> firstPause)
{
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(30);
    private const int EqualFailures = 3;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);
    private readonly List<(DateTimeOffset At, string Task, string Signature)> _failures = [];

    public List<Outage> Open { get; } = [];

    /// <summary>Restores the outages from a checkpoint.</summary>
    public void Restore(IEnumerable<OutageCheckpoint> saved) =>
        Open.AddRange(saved.Select(s => new Outage(s.Name, s.Why, s.Pause) { Until = s.Until }));

    public IReadOnlyList<OutageCheckpoint> ToCheckpoint() => [.. Open.Select(o => new OutageCheckpoint(o.Name, o.Why, o.Pause, o.Until))];

    /// <summary>True if no outage prevents the task from starting now.</summary>
    public bool Allow(TaskOutline task) => Open.All(t => !Holds(t, task) || t.MayStartOne);

    /// <summary>
    /// True if no outage holds back both tasks, so that they may start at the same time. Only one of the tasks affected by an outage may
    /// probe it.
    /// </summary>
    public bool AllowTogether(TaskOutline one, TaskOutline other) => Open.All(t => !Holds(t, one) || !Holds(t, other));

    /// <summary>Records that a task has started. If it is a probe, no other probe may start.</summary>
    public void Started(TaskOutline task)
    {
        foreach (var outage in Open.Where(t => t.MayStartOne && AffectsTask(t, task)))
        {
            outage.MayStartOne = false;
            outage.Tries.Add(task.Id);
        }
    }

    /// <summary>Records that a waiting task was resumed as a probe.</summary>
    public void RecordProbe(TaskOutline task)
    {
        foreach (var outage in Open.Where(t => AffectsTask(t, task)))
        {
            outage.Tries.Add(task.Id);
        }
    }

    /// <summary>
    /// Updates the outages according to a task's report. The report may show a new outage, or that an account or host works again.
    /// </summary>
    public void Report(TaskOutline task, TaskReport report)
    {
        if (report.Progress is { Parts: not null } or { Asks: ApprovalKinds.Question } || report.FailureClass == FailureClass.Budget)
        {
            return; // The task waits for other tasks, the planner or a user, and not for an account or host.
        }
        if (report.Progress.State == TaskStateNames.Parked)
        {
            Parked(task, report);
            return;
        }
        foreach (
            var outage in Open.Where(t => t.Tries.Contains(task.Id) && AffectsTask(t, task) && ShowsThatItWorks(t, report.Progress.State))
        )
        {
            outage.IsOver = true;
        }
    }

    /// <summary>
    /// Records that a task ended because its agent failed. If this reveals an outage, returns the ids of all tasks with the same failure,
    /// which are then retried.
    /// </summary>
    /// <param name="signature">Signature of the failure; empty if the failure does not affect other tasks.</param>
    /// <param name="why">The failure as a reason, or null if unknown.</param>
    /// <param name="now">Current time.</param>
    /// <param name="isSettled">Returns true if a failed task has been done or skipped meanwhile, so that its failure does not
    /// count.</param>
    public IReadOnlyList<string> Failed(TaskOutline task, string signature, Reason? why, DateTimeOffset now, Func<string, bool> isSettled)
    {
        if (signature.Length == 0)
        {
            return [];
        }
        _failures.RemoveAll(f => now - f.At > Window || f.Task == task.Id || isSettled(f.Task));
        _failures.Add((now, task.Id, signature));
        var alike = _failures.Where(f => f.Signature == signature).Select(f => f.Task).ToList();
        var known = Open.Find(t => t.Name == task.Account && t.Until is null);
        if (known is not null && (known.Tries.Contains(task.Id) || known.Signature == signature))
        {
            known.Failures += known.Tries.Contains(task.Id) ? 1 : 0;
            return [task.Id];
        }
        if (alike.Count < EqualFailures)
        {
            return [];
        }
        _failures.RemoveAll(f => f.Signature == signature);
        if (Begin(task.Account, new TasksFailedAlikeReason(alike.Count, why)) is { } outage)
        {
            outage.Signature = signature;
        }
        return alike;
    }

    /// <summary>Formats all outages as text; empty if there are none.</summary>
    public string Describe() =>
        string.Join(" ", Open.Select(t => $"{StatusReasonFormatter.NameOf(t.Name)}: {StatusReasonFormatter.Of(t.Why).TrimEnd('.')}."));

    public static bool AffectsTask(Outage outage, TaskOutline task) => outage.Name.Length == 0 || outage.Name == task.Account;

    /// <summary>
    /// True if the outage prevents a task from starting. A usage limit does not hold back a task that may continue with another agent,
    /// because the task itself decides when to start.
    /// </summary>
    private static bool Holds(Outage outage, TaskOutline task) =>
        AffectsTask(outage, task) && !(outage.Until is not null && task.Relays is { Count: > 0 });

    private static bool ShowsThatItWorks(Outage outage, string state) =>
        outage.Name.Length == 0
            ? state
                is TaskStateNames.Executing
                    or TaskStateNames.Merged
                    or TaskStateNames.Kept
                    or TaskStateNames.Planned
                    or TaskStateNames.Remediating
                    or TaskStateNames.Blocked
            : state
                is TaskStateNames.Verifying
                    or TaskStateNames.Merging
                    or TaskStateNames.Merged
                    or TaskStateNames.Kept
                    or TaskStateNames.Planned
                    or TaskStateNames.Remediating
                    or TaskStateNames.Blocked;

    /// <summary>
    /// Returns the name of the outage whose end a task is waiting for, or null if the task's report shows none. The name is empty for an
    /// outage of the host.
    /// </summary>
    public static string? Of(TaskOutline task, TaskReport report) =>
        report.Progress.State != TaskStateNames.Parked ? null
        : report.FailureClass == FailureClass.Environment ? ""
        : report.FailureClass is FailureClass.Account or FailureClass.UsageLimit ? task.Account
        : null;

    private void Parked(TaskOutline task, TaskReport report)
    {
        var name = report.FailureClass == FailureClass.Environment ? "" : task.Account;
        var isLimit = report.FailureClass == FailureClass.UsageLimit;
        if (Open.Find(t => t.Name == name && t.Until is not null == isLimit) is { } known)
        {
            known.Failures += known.Tries.Contains(task.Id) ? 1 : 0;
            known.Until = isLimit && report.ResetAt > known.Until ? report.ResetAt : known.Until;
            return;
        }
        if (Of(task, report) is null)
        {
            return;
        }
        if (Begin(name, report.Progress.Why) is { } outage && isLimit)
        {
            outage.Until = report.ResetAt;
        }
    }

    private Outage? Begin(string name, Reason? why)
    {
        if (Open.Exists(t => t.Name == name && t.Until is null))
        {
            return null;
        }
        var outage = new Outage(name, why, firstPause());
        Open.Add(outage);
        return outage;
    }
}

/// <summary>Outage of an account or host, and the tasks that probe it.</summary>
internal sealed class Outage(string name, Reason? why, TimeSpan pause)
{
    /// <summary>Name of the account; empty for the host.</summary>
    public string Name { get; } = name;

    /// <summary>Reason for the outage, taken from its first failure. Later failures do not change it.</summary>
    public Reason? Why { get; } = why;

    /// <summary>Delay before the next probe.</summary>
    public TimeSpan Pause { get; private set; } = pause;

    /// <summary>Signature of the failures that revealed the outage; empty if an agent reported the outage.</summary>
    public string Signature { get; set; } = "";

    /// <summary>Time at which a usage limit resets, or null to probe until the outage ends.</summary>
    public DateTimeOffset? Until { get; set; }

    /// <summary>Ids of the tasks that were resumed or started as probes.</summary>
    public HashSet<string> Tries { get; } = new(StringComparer.Ordinal);

    /// <summary>True if one more task may start as a probe.</summary>
    public bool MayStartOne { get; set; }

    /// <summary>Number of failures so far. If it grows during a probe, the probe has failed.</summary>
    public int Failures { get; set; }

    /// <summary>True while an <see cref="OutageProber"/> handles the outage.</summary>
    public bool IsProbed { get; set; }

    /// <summary>True if the account or host works again.</summary>
    public bool IsOver { get; set; }

    /// <summary>Returns the outage in the form shown to clients.</summary>
    public OutageStatus ToStatus() => new(Name, Why, Until);

    /// <summary>Doubles the delay before the next probe, up to <see cref="AccountAndHostOutageTracker.LongestPause"/>.</summary>
    public void PauseLonger() => Pause = TimeSpan.FromTicks(Math.Min(Pause.Ticks * 2, AccountAndHostOutageTracker.LongestPause.Ticks));
}
