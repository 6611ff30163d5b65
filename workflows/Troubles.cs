using Orchestrator.Messages;

namespace Orchestrator.Workflows;

/// <summary>An account, or the machine, that does not work: who waits for it, and who tries it.</summary>
internal sealed class Trouble(string name, string reason, TimeSpan pause)
{
    /// <summary>The account; empty for the machine.</summary>
    public string Name { get; } = name;

    /// <summary>What went wrong last.</summary>
    public string Reason { get; set; } = reason;

    /// <summary>How long to wait before it is tried again.</summary>
    public TimeSpan Pause { get; set; } = pause;

    /// <summary>How the tasks failed that brought it to light; empty where an agent said it itself.</summary>
    public string Signature { get; set; } = "";

    /// <summary>When a usage limit ends; null: it is tried until it works.</summary>
    public DateTimeOffset? Until { get; set; }

    /// <summary>Tasks that were told to go on, to see whether it works.</summary>
    public HashSet<string> Tries { get; } = new(StringComparer.Ordinal);

    /// <summary>One more task may start, to see whether it works.</summary>
    public bool MayStartOne { get; set; }

    /// <summary>Counts the failures: a try has failed when this has grown.</summary>
    public int Failures { get; set; }

    /// <summary>It works again.</summary>
    public bool IsOver { get; set; }
}

/// <summary>
/// What does not work in a run though no task is to blame. Tasks of an account stand still together, nothing new is started with it, and one of them tries
/// it after growing pauses. Three equal failures of different tasks within ten minutes are the account's too. No Temporal, no clock.
/// </summary>
internal sealed class Troubles(TimeSpan firstPause)
{
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(30);
    private const int EqualFailures = 3;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);
    private readonly List<(DateTimeOffset At, string Task, string Signature)> _failures = [];

    public List<Trouble> Open { get; } = [];

    /// <summary>Whether a task may start now.</summary>
    public bool Allow(TaskOutline task) => Open.All(t => !Concerns(t, task) || t.MayStartOne);

    /// <summary>A task was started: if it is the one that tries, it is the only one.</summary>
    public void Started(TaskOutline task)
    {
        foreach (var trouble in Open.Where(t => t.MayStartOne && Concerns(t, task)))
        {
            trouble.MayStartOne = false;
            trouble.Tries.Add(task.Id);
        }
    }

    /// <summary>A parked task was told to go on.</summary>
    public void Told(TaskOutline task)
    {
        foreach (var trouble in Open.Where(t => Concerns(t, task)))
            trouble.Tries.Add(task.Id);
    }

    /// <summary>Takes in what a task reported. A trouble that was not there before is returned.</summary>
    public Trouble? Report(TaskOutline task, TaskReport report)
    {
        if (report.State == TaskStates.Parked)
            return Parked(task, report);
        foreach (var trouble in Open.Where(t => t.Tries.Contains(task.Id) && ShowsThatItWorks(t, report.State)))
            trouble.IsOver = true;
        return null;
    }

    /// <summary>
    /// A task ended because its agent failed. When that makes it the account's fault, the tasks that failed alike are returned: they did nothing wrong.
    /// </summary>
    public (Trouble? New, IReadOnlyList<string> Innocent) Failed(TaskOutline task, string signature, string reason, DateTimeOffset now)
    {
        if (signature.Length == 0)
            return (null, []);
        _failures.RemoveAll(f => now - f.At > Window || f.Task == task.Id);
        _failures.Add((now, task.Id, signature));
        var alike = _failures.Where(f => f.Signature == signature).Select(f => f.Task).ToList();
        var known = Open.Find(t => t.Name == task.Account && t.Until is null);
        if (known is not null && (known.Tries.Contains(task.Id) || known.Signature == signature))
        {
            known.Failures += known.Tries.Contains(task.Id) ? 1 : 0;
            known.Reason = reason;
            return (null, [task.Id]);
        }
        if (alike.Count < EqualFailures)
            return (null, []);
        _failures.RemoveAll(f => f.Signature == signature);
        var trouble = Begin(task.Account, $"{alike.Count} tasks failed alike: {reason}");
        if (trouble is not null)
            trouble.Signature = signature;
        return (trouble, alike);
    }

    /// <summary>All that does not work, for people; empty where all does.</summary>
    public string Describe() => string.Join(" ", Open.Select(t => $"{NameOf(t)}: {t.Reason.TrimEnd('.')}."));

    public static string NameOf(Trouble trouble) => trouble.Name.Length == 0 ? "the machine" : $"the account of agent '{trouble.Name}'";

    public static bool Concerns(Trouble trouble, TaskOutline task) => trouble.Name.Length == 0 || trouble.Name == task.Account;

    private static bool ShowsThatItWorks(Trouble trouble, string state) => trouble.Name.Length == 0
        ? state is TaskStates.Executing or TaskStates.Merged or TaskStates.Remediating or TaskStates.Blocked
        : state is TaskStates.Verifying or TaskStates.Merging or TaskStates.Merged or TaskStates.Remediating or TaskStates.Blocked;

    private Trouble? Parked(TaskOutline task, TaskReport report)
    {
        var name = report.FailureClass == FailureClasses.Environment ? "" : task.Account;
        var isLimit = report.FailureClass == FailureClasses.UsageLimit;
        if (Open.Find(t => t.Name == name && t.Until is not null == isLimit) is { } known)
        {
            known.Reason = report.Reason;
            known.Failures += known.Tries.Contains(task.Id) ? 1 : 0;
            known.Until = isLimit && report.ResetAt > known.Until ? report.ResetAt : known.Until;
            return null;
        }
        if (report.FailureClass is not (FailureClasses.Account or FailureClasses.Environment or FailureClasses.UsageLimit))
            return null;
        var trouble = Begin(name, report.Reason);
        if (trouble is not null && isLimit)
            trouble.Until = report.ResetAt;
        return trouble;
    }

    private Trouble? Begin(string name, string reason)
    {
        if (Open.Exists(t => t.Name == name && t.Until is null))
            return null;
        var trouble = new Trouble(name, reason, firstPause);
        Open.Add(trouble);
        return trouble;
    }
}
