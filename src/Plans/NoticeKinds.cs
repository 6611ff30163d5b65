namespace Orchestrator.Plans;

/// <summary>Kinds of notices, as listed in the setting <c>notifications.on</c>.</summary>
public static class NoticeKinds
{
    /// <summary>A decision is required about an approval, a blocked task, an escalation or a landing.</summary>
    public const string NeedsPerson = "needs_person";

    /// <summary>A cost or time limit is reached, so nothing new starts.</summary>
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

    /// <summary>All kinds.</summary>
    public static IReadOnlyList<string> All { get; } = [NeedsPerson, Budget, AccountParked, TaskFailed, TaskDone, RunDone, ScheduleMissed];

    /// <summary>Kinds that are sent if a user configures none.</summary>
    public static IReadOnlyList<string> Usual { get; } = [NeedsPerson, Budget, AccountParked, TaskFailed, RunDone, ScheduleMissed];

    /// <summary>True if the kind describes a state that lasts. Its notice is withdrawn when the state ends.</summary>
    public static bool IsState(string kind) => kind is NeedsPerson or Budget or AccountParked;
}
