namespace Orchestrator.Plans;

/// <summary>Kinds of notices, as listed in the setting <c>notifications.on</c>.</summary>
public static class NoticeKinds
{
    /// <summary>A user must decide on an approval, a blocked task, an escalation or a landing.</summary>
    public const string NeedsPerson = "needs_person";

    /// <summary>A cost or time limit was reached, so no new work starts.</summary>
    public const string Budget = "budget";

    /// <summary>An account or the host has an outage, or a usage limit is reached.</summary>
    public const string AccountParked = "account_parked";

    /// <summary>A task failed.</summary>
    public const string TaskFailed = "task_failed";

    /// <summary>A task was merged.</summary>
    public const string TaskDone = "task_done";

    /// <summary>A run ended.</summary>
    public const string RunDone = "run_done";

    /// <summary>A scheduled start was missed.</summary>
    public const string ScheduleMissed = "schedule_missed";

    /// <summary>All kinds of notices.</summary>
    public static IReadOnlyList<string> All { get; } = [NeedsPerson, Budget, AccountParked, TaskFailed, TaskDone, RunDone, ScheduleMissed];

    /// <summary>Kinds of notices that are sent if a user configures none.</summary>
    public static IReadOnlyList<string> Usual { get; } = [NeedsPerson, Budget, AccountParked, TaskFailed, RunDone, ScheduleMissed];

    /// <summary>True if notices of this kind describe a lasting state. A notice is withdrawn when its state ends.</summary>
    public static bool IsState(string kind) => kind is NeedsPerson or Budget or AccountParked;
}
