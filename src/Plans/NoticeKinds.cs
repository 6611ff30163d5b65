namespace Orchestrator.Plans;

/// <summary>The kinds of notices (<c>notifications.on</c>).</summary>
public static class NoticeKinds
{
    /// <summary>A question: an approval, a blocked task, an escalation, a landing.</summary>
    public const string NeedsPerson = "needs_person";

    /// <summary>A limit of money or time is reached; nothing new is started.</summary>
    public const string Budget = "budget";

    /// <summary>An account or the machine does not work, or a usage limit is reached.</summary>
    public const string AccountParked = "account_parked";

    /// <summary>A task has failed.</summary>
    public const string TaskFailed = "task_failed";

    /// <summary>A task is merged.</summary>
    public const string TaskDone = "task_done";

    /// <summary>A run has ended.</summary>
    public const string RunDone = "run_done";

    /// <summary>Nobody carried out a time of a schedule.</summary>
    public const string ScheduleMissed = "schedule_missed";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [NeedsPerson, Budget, AccountParked, TaskFailed, TaskDone, RunDone, ScheduleMissed];

    /// <summary>The kinds that people are told of who say nothing else.</summary>
    public static IReadOnlyList<string> Usual { get; } = [NeedsPerson, Budget, AccountParked, TaskFailed, RunDone, ScheduleMissed];

    /// <summary>True for what ends: a notice of it is withdrawn when it is over.</summary>
    public static bool IsState(string kind) => kind is NeedsPerson or Budget or AccountParked;
}
